//! A mutation that has begun runs to its end, whether somebody waits for it or not.

use brandgraph::http::{self, Door, Settings};
use serde_json::json;
use sqlx::{Connection, Executor};

use crate::{
    harness::TestApp,
    http_door::{Stub, ask, door, post},
    write_shop::Shop,
};

const RENAME: &str = "mutation($id: ID!) {
    first: updateEntry(input: {id: $id, title: \"renamed\"}) { entry { title } }
    second: updateEntry(input: {id: $id, slug: \"renamed\"}) { entry { slug } } }";

#[tokio::test]
async fn a_client_that_hangs_up_does_not_stop_its_mutation() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let owner = app.as_owner();
    // Somebody else holds the row, so that the mutation is in the middle of its work when the client goes.
    let mut other = app.db.connect().await;
    let mut held = other.begin().await.unwrap();
    held.execute("select from entry for update").await.unwrap();
    {
        let mut asking = Box::pin(owner.graphql(RENAME, json!({"id": id})));
        let waiting = "select from pg_locks where not granted";
        while shop.count(waiting).await == 0 {
            assert!(futures::poll!(&mut asking).is_pending());
        }
    }
    // Who shuts down waits for it.
    assert!(futures::poll!(Box::pin(app.engine.written())).is_pending());
    held.rollback().await.unwrap();
    app.engine.written().await;
    assert_eq!(shop.count("select from entry where title = 'renamed' and slug = 'renamed'").await, 1);
    assert_eq!(shop.count("select from audit_record where kind = 'entry.updated'").await, 2);
}

#[tokio::test(start_paused = true)]
async fn a_mutation_that_outlasts_the_wait_says_that_it_goes_on() {
    let stub = std::sync::Arc::new(Stub::default());
    let settings = Settings { request_timeout_seconds: 30, ..Settings::default() };
    let door = Door { engine: stub.clone(), ..door() };
    let router = http::router(door, &settings).unwrap();
    let answer = ask(&router, post(), r#"{"query": "mutation { slow }"}"#).await;
    assert_eq!(answer.status, 504);
    let error = answer.json()["errors"][0].clone();
    assert_eq!(error["extensions"]["code"], json!("TIMEOUT"));
    assert_eq!(error["extensions"]["violations"][0]["code"], json!("still_running"));
    assert_eq!(error["extensions"]["retryable"], json!(false));

    let answer = ask(&router, post(), r#"{"query": "{ wait }"}"#).await;
    let error = answer.json()["errors"][0].clone();
    assert_eq!((answer.status, &error["extensions"]["retryable"]), (504, &json!(true)));
    assert_eq!(error["extensions"].get("violations"), None);
}
