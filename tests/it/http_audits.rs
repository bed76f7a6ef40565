//! The public audits of GraphQL over HTTP (npm `graphql-http`), every MUST, SHOULD and MAY of them.

use brandgraph::http::Settings;

use crate::{
    http_door::{Server, door},
    http_node,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_audit_passes() {
    let server = Server::start(door(), Settings::default()).await;
    let said = http_node::run("http.mjs", &[format!("http://{}/graphql", server.address)]).await;
    assert!(said.contains("audits passed"), "{said}");
}
