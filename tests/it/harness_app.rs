//! The harness's own promises about the application of a test.

use serde_json::json;

use crate::harness::TestApp;

#[tokio::test]
async fn personas_are_who_they_say() {
    let app = TestApp::start().await;
    let query = "{ viewer { subject } }";
    assert_eq!(app.as_owner().data(query, json!({})).await["viewer"]["subject"], "owner");
    assert_eq!(app.as_delivery().data(query, json!({})).await["viewer"]["subject"], "delivery");
}

#[tokio::test]
async fn an_answer_is_counted_in_statements() {
    let app = TestApp::start().await;
    let query = "{ brands(first: 5) { nodes { slug } } }";
    let (data, statements) = app.as_owner().counted(query, json!({})).await;
    assert_eq!((data, statements), (json!({"brands": {"nodes": []}}), 1));
    assert_eq!(app.as_anonymous().code(query, json!({})).await, "UNAUTHENTICATED");
}
