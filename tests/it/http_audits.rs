//! The public audits of GraphQL over HTTP (npm `graphql-http`), every MUST, SHOULD and MAY of them, on the real graph.

use brandgraph::http::{Door, Settings};

use crate::{
    harness::TestApp,
    http_door::{Server, door, graph},
    http_node,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_audit_passes() {
    let app = TestApp::start().await;
    let server = Server::start(Door { engine: graph(&app), ..door() }, Settings::default()).await;
    // Twice: the graph answers a document that it has seen before on another path.
    for _ in 0..2 {
        let said = http_node::run("http.mjs", &[format!("http://{}/graphql", server.address)]).await;
        assert!(said.contains("audits passed"), "{said}");
    }
}
