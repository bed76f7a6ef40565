//! Uploads that are asked for under an idempotency key: asked again, they answer the same; taken back, they leave nothing behind.

use axum::http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::upload_world::{ABORT, COMPLETE, REQUEST, World, curl, png};

async fn send(w: &World, key: &str, query: &str, input: Value) -> (bool, Value) {
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    let request = request.header("idempotency-key", key);
    let body = json!({"query": query, "variables": {"input": input}}).to_string();
    let response = w.owner().send(request, body).await;
    let replayed = response.headers().contains_key("idempotent-replayed");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (replayed, serde_json::from_slice(&bytes).unwrap())
}

/// How many files the store holds of sessions of parts.
fn sessions(w: &World) -> usize {
    let folder = std::fs::read_dir(w.folder.join("objects")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("upload")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_under_a_key_is_asked_for_once() {
    let w = World::new().await;
    let bytes = png();
    let (replayed, first) = send(&w, "ask", REQUEST, w.promise(&bytes, "image/png")).await;
    assert!(!replayed);
    let requested = &first["data"]["requestUpload"];
    assert_eq!(requested["upload"]["state"], "PENDING", "{first}");
    let (replayed, again) = send(&w, "ask", REQUEST, w.promise(&bytes, "image/png")).await;
    assert_eq!((replayed, &again["data"]), (true, &first["data"]));
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let which = json!({"id": requested["upload"]["id"]});
    for replay in [false, true] {
        let (replayed, done) = send(&w, "done", COMPLETE, which.clone()).await;
        assert_eq!(replayed, replay);
        assert_eq!(done["data"]["completeUpload"]["upload"]["state"], "VERIFYING", "{done}");
    }
    w.work().await;
    assert_eq!(w.upload(&requested["upload"]["id"]).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_aborted_under_a_key_is_removed_once_that_is_sure() {
    let w = World::new().await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let which = json!({"id": requested["upload"]["id"]});
    let mut database = w.app.db.connect().await;
    database.execute("alter table idempotency_key add constraint no check (answer is null)").await.unwrap();
    let (_, failed) = send(&w, "k", ABORT, which.clone()).await;
    assert!(failed["errors"].is_array(), "{failed}");
    assert_eq!(w.kept().len(), 1, "the upload still waits, and its file is still there");
    database.execute("alter table idempotency_key drop constraint no").await.unwrap();
    let (_, aborted) = send(&w, "k", ABORT, which).await;
    assert_eq!(aborted["data"]["abortUpload"]["upload"]["problemCode"], "aborted", "{aborted}");
    assert_eq!(w.kept(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_at_the_store_ends_where_the_answer_cannot_be_kept() {
    let w = World::with(|config| config.uploads.single_bytes = 1).await;
    let bytes = png();
    w.request(w.promise(&bytes, "image/png")).await;
    let known = sessions(&w);
    assert!(known > 0, "a session is seen where there is one");
    let mut database = w.app.db.connect().await;
    database.execute("alter table idempotency_key add constraint no check (answer is null)").await.unwrap();
    let (_, failed) = send(&w, "k", REQUEST, w.promise(&bytes, "image/png")).await;
    assert!(failed["errors"].is_array(), "{failed}");
    assert_eq!(sessions(&w), known, "that of the first request alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_upload_is_part_of_a_mutation_that_is_one() {
    let w = World::new().await;
    let one = REQUEST.replacen(") {", ") @atomic {", 1);
    assert!(one.contains("@atomic"), "{one}");
    let error = w.owner().error(&one, json!({"input": w.promise(b"abc", "text/plain")})).await;
    let violation = &error["extensions"]["violations"][0];
    assert_eq!((&violation["path"], &violation["code"]), (&json!("input"), &json!("not_atomic")), "{error}");
}
