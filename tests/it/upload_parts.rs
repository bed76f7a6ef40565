//! Large files: sent in parts, in any order, resumed, completed when all of them are there.

use serde_json::{Value, json};

use crate::upload_world::{ABORT, COMPLETE, World, curl};

pub const PARTS: &str =
    "query($id: ID!, $first: Int, $after: Int) { uploadParts(id: $id, first: $first, after: $after) {
    size count uploaded missing { number byteSize offset put { method url headers { name value } } } } }";

/// A text of three parts.
pub fn large() -> Vec<u8> {
    (0..11 * 1024 * 1024_u32).map(|at| b"abcdefghijklmnopqrstuvwxyz 0123456789"[(at % 37) as usize]).collect()
}

pub async fn world() -> World {
    World::with(|config| {
        config.uploads.single_bytes = 1024;
        config.uploads.part_bytes = 5 * 1024 * 1024;
    })
    .await
}

pub async fn parts(w: &World, id: &Value, first: u32, after: u32) -> Value {
    let variables = json!({"id": id, "first": first, "after": after});
    w.owner().data(PARTS, variables).await["uploadParts"].take()
}

pub async fn send(bytes: &[u8], part: &Value) {
    let from = part["offset"].as_f64().unwrap() as usize;
    let piece = &bytes[from..from + part["byteSize"].as_f64().unwrap() as usize];
    let answer = curl(&part["put"], piece).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_come_in_any_order_and_an_upload_goes_on_where_it_stopped() {
    let w = world().await;
    let bytes = large();
    let requested = w.request(w.promise(&bytes, "text/plain")).await;
    let id = &requested["upload"]["id"];
    assert_eq!((&requested["put"], &requested["upload"]["partCount"]), (&json!(null), &json!(3)));
    let all = parts(&w, id, 100, 0).await;
    assert_eq!((&all["count"], &all["uploaded"], &all["size"]), (&json!(3), &json!([]), &json!(5_242_880.0)));
    for number in [2, 0] {
        send(&bytes, &all["missing"][number]).await;
    }
    let error = w.owner().error(COMPLETE, json!({"input": {"id": id}})).await;
    assert_eq!(error["extensions"]["code"], "INVALID");
    assert_eq!(error["extensions"]["violations"][0]["code"], "parts_missing");
    assert_eq!(error["extensions"]["details"]["missing"], json!([2]), "{error}");
    let rest = parts(&w, id, 1, 0).await;
    assert_eq!((&rest["uploaded"], &rest["missing"][0]["number"]), (&json!([1, 3]), &json!(2)));
    send(&bytes, &rest["missing"][0]).await;
    assert_eq!(w.complete(id).await["state"], "VERIFYING");
    w.work().await;
    let upload = w.upload(id).await;
    assert_eq!(
        (&upload["state"], &upload["asset"]["byteSize"]),
        (&json!("READY"), &json!(bytes.len())),
        "{upload}"
    );
    assert_eq!(w.complete(id).await["state"], "READY");
    assert_eq!(w.kept().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_make_another_file_are_refused_and_removed() {
    let w = world().await;
    let bytes = large();
    let requested = w.request(w.promise(&bytes, "text/plain")).await;
    let id = &requested["upload"]["id"];
    let mut other = bytes.clone();
    other[0] = b'!';
    for part in parts(&w, id, 100, 0).await["missing"].as_array().unwrap() {
        send(&other, part).await;
    }
    w.complete(id).await;
    w.work().await;
    let upload = w.upload(id).await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("FAILED"), &json!("sha256")), "{upload}");
    assert_eq!(w.kept(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_aborted_session_leaves_nothing_behind() {
    let w = world().await;
    let bytes = large();
    let requested = w.request(w.promise(&bytes, "text/plain")).await;
    let id = &requested["upload"]["id"];
    let all = parts(&w, id, 100, 0).await;
    send(&bytes, &all["missing"][0]).await;
    for _ in 0..2 {
        let aborted = w.owner().data(ABORT, json!({"input": {"id": id}})).await;
        assert_eq!(aborted["abortUpload"]["upload"], json!({"state": "FAILED", "problemCode": "aborted"}));
    }
    let piece = &bytes[..5 * 1024 * 1024];
    assert_ne!(curl(&all["missing"][0]["put"], piece).await.status, 200, "the session is over");
    let left: Vec<_> = std::fs::read_dir(w.folder.join("objects"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("upload"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_gigabytes_can_be_asked_for_and_more_cannot() {
    let w = World::new().await;
    let mut input = w.promise(b"x", "text/plain");
    input["byteSize"] = json!(100_000_000_000_u64);
    let requested = w.request(input.clone()).await;
    let (size, count) = (&requested["upload"]["partSize"], &requested["upload"]["partCount"]);
    assert!(size.as_u64().unwrap() * count.as_u64().unwrap() >= 100_000_000_000, "{requested}");
    assert!(count.as_u64().unwrap() <= 10_000);
    let last = parts(&w, &requested["upload"]["id"], 100, count.as_u64().unwrap() as u32 - 1).await;
    assert_eq!(last["missing"].as_array().unwrap().len(), 1);
    input["byteSize"] = json!(200_000_000_000_u64);
    assert_eq!(w.owner().code(crate::upload_world::REQUEST, json!({"input": input})).await, "LIMIT_EXCEEDED");
}
