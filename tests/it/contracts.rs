//! The files in `schema/` are what the code says.

use std::path::Path;

use brandgraph::app::contracts::{self, Contract};

use crate::harness::{TestApp, TestDb};

fn assert_same(contract: &Contract) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    let drift = contract.drift(&folder).unwrap();
    assert_eq!(
        drift, None,
        "schema/{} is not what the code says: brandgraph contracts --write",
        contract.file
    );
}

#[test]
fn the_contracts_of_the_code_are_up_to_date() {
    contracts::of_code().unwrap().iter().for_each(assert_same);
}

#[tokio::test]
async fn the_contract_of_the_database_is_up_to_date() {
    let db = TestDb::create().await;
    let pg_dump = contracts::pg_dump(std::env::var_os("PATH").as_deref(), Path::new("data")).unwrap();
    assert_same(&contracts::of_database(&pg_dump, &db.url()).unwrap());
}

#[tokio::test]
async fn the_contract_of_the_graph_is_up_to_date() {
    let app = TestApp::start().await;
    assert_same(&contracts::of_graph(app.as_anonymous().get("/schema.graphql").await));
}
