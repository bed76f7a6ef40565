//! What is not as it was promised: refused by the store as far as it can tell, refused and removed by the server otherwise.

use aws_lc_rs as _;
use brandgraph::store::stored_object;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::Executor;

use crate::import_file::{bring, told};
use crate::upload_world::{COMPLETE, REQUEST, World, curl, png};

async fn failed(w: &World, bytes: &[u8], input: Value) -> Value {
    let upload = w.send(bytes, input).await;
    assert_eq!(upload["state"], "FAILED", "{upload}");
    assert_eq!(w.kept(), Vec::<String>::new(), "nothing is left behind");
    upload["problemCode"].clone()
}

/// A picture, and another of the same length.
fn two() -> (Vec<u8>, Vec<u8>) {
    let bytes = png();
    let mut other = bytes.clone();
    *other.last_mut().unwrap() ^= 1;
    (bytes, other)
}

/// What the store says to bytes that are not the ones that were promised.
async fn refused(put: &Value, bytes: &[u8]) {
    let answer = curl(put, bytes).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("BadDigest"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_checksum_is_refused_by_the_store_which_keeps_nothing_of_it() {
    let w = World::new().await;
    let (bytes, other) = two();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let id = &requested["upload"]["id"];
    refused(&requested["put"], &other).await;
    assert_eq!(w.kept(), Vec::<String>::new());
    let error = w.owner().error(COMPLETE, json!({"input": {"id": id}})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "missing", "it is still waited for: {error}");
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    w.complete(id).await;
    w.work().await;
    assert_eq!(w.upload(id).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_what_was_there() {
    let w = World::new().await;
    let (bytes, other) = two();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let mut put = requested["put"].clone();
    let sum = json!({"name": "content-md5", "value": "AAAAAAAAAAAAAAAAAAAAAA=="});
    put["headers"].as_array_mut().unwrap().push(sum);
    refused(&put, &bytes).await;
    refused(&requested["put"], &other).await;
    w.complete(&requested["upload"]["id"]).await;
    w.work().await;
    let upload = w.upload(&requested["upload"]["id"]).await;
    assert_eq!(upload["state"], "READY", "{upload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_checksum_is_found_by_us_where_the_store_did_not_look() {
    let w = World::new().await;
    let (bytes, other) = two();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let [kept] = &w.kept()[..] else { panic!("{:?}", w.kept()) };
    std::fs::write(w.folder.join("objects/media").join(kept), other).unwrap();
    let id = &requested["upload"]["id"];
    w.complete(id).await;
    w.work().await;
    let upload = w.upload(id).await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("FAILED"), &json!("sha256")), "{upload}");
    assert_eq!(w.kept(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_cannot_be_changed() {
    let w = World::new().await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let mut longer = bytes.clone();
    longer.push(0);
    let mut put = requested["put"].clone();
    for header in put["headers"].as_array_mut().unwrap() {
        if header["name"] == "content-length" {
            header["value"] = json!(longer.len().to_string());
        }
    }
    let answer = curl(&put, &longer).await;
    assert_eq!(answer.status, 403, "a larger file: {}", answer.text());
    let mut put = requested["put"].clone();
    for header in put["headers"].as_array_mut().unwrap() {
        if header["name"] == "content-type" {
            header["value"] = json!("text/html");
        }
    }
    assert_eq!(curl(&put, &bytes).await.status, 403, "another media type");
    let mut put = requested["put"].clone();
    put["url"] = json!(put["url"].as_str().unwrap().replace("/incoming/", "/files/"));
    assert_eq!(curl(&put, &bytes).await.status, 403, "another key");
    let mut put = requested["put"].clone();
    put["url"] = json!(put["url"].as_str().unwrap().split('?').next().unwrap());
    assert_eq!(curl(&put, &bytes).await.status, 403, "no signature");
    assert_eq!(w.kept(), Vec::<String>::new());
    let code = w.owner().error(COMPLETE, json!({"input": {"id": requested["upload"]["id"]}})).await;
    assert_eq!(code["extensions"]["violations"][0]["code"], "missing", "it is still waited for: {code}");
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_ends() {
    let w = World::new().await;
    let bytes = png();
    w.app.clock.advance(-TimeDelta::hours(2));
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let answer = curl(&requested["put"], &bytes).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("expired"), "{}", answer.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_say_what_a_file_is() {
    let w = World::new().await;
    let bytes = png();
    assert_eq!(failed(&w, &bytes, w.promise(&bytes, "image/jpeg")).await, "media_type");
    let page = b"<!doctype html><script>alert(1)</script>";
    assert_eq!(failed(&w, page, w.promise(page, "text/plain")).await, "media_type");
    let drawing = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    for promised in ["image/svg+xml", "text/html"] {
        let error = w.owner().error(REQUEST, json!({"input": w.promise(drawing, promised)})).await;
        assert_eq!(error["extensions"]["violations"][0]["code"], "media_type_refused", "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_told_at_once() {
    let w = World::new().await;
    let input = json!({"brandId": w.brand, "filename": "../x", "mediaType": "png", "byteSize": 0.5, "sha256": "abc",
        "about": {"focalPoint": {"x": 2.0, "y": 0.0}, "territories": ["Germany"], "rightsFrom": "2030-01-01", "rightsUntil": "2020-01-01"}});
    let error = w.owner().error(REQUEST, json!({"input": input})).await;
    let paths: Vec<_> = error["extensions"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|violation| violation["path"].as_str().unwrap())
        .collect();
    let expected = [
        "filename",
        "mediaType",
        "byteSize",
        "sha256",
        "about.rightsUntil",
        "about.focalPoint",
        "about.territories/0",
    ];
    assert_eq!(paths, expected.map(|path| format!("input.{path}")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_completes_expires_and_goes() {
    let w = World::new().await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    assert_eq!(w.kept().len(), 1);
    w.app.clock.advance(TimeDelta::days(8));
    brandgraph::service::upload::watch(&w.app.services, &brandgraph::service::Caller::system("test"))
        .await
        .unwrap();
    w.work().await;
    let upload = w.upload(&requested["upload"]["id"]).await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("EXPIRED"), &json!("expired")));
    assert_eq!(w.kept(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_nobody_knows_of_go() {
    let w = World::new().await;
    let bytes = png();
    assert_eq!(w.send(&bytes, w.promise(&bytes, "image/png")).await["state"], "READY");
    let (brand, id) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let orphan = w.folder.join(format!("objects/media/files/{brand}/{id}"));
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    std::fs::write(&orphan, "nobody's").unwrap();
    std::fs::write(w.folder.join("objects/media/notes.txt"), "somebody else's").unwrap();
    w.app.clock.advance(TimeDelta::days(2));
    brandgraph::service::upload::watch(&w.app.services, &brandgraph::service::Caller::system("test"))
        .await
        .unwrap();
    w.work().await;
    assert!(!orphan.exists());
    assert_eq!(w.kept().len(), 2, "{:?}", w.kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_taken_while_orphans_are_looked_for_stays() {
    let w = World::new().await;
    w.request(w.promise(b"abc", "text/plain")).await;
    let (mut other, mut watch) = (w.app.db.connect().await, w.app.db.connect().await);
    let (id, key): (uuid::Uuid, String) =
        sqlx::query_as("select id, key from upload").fetch_one(&mut other).await.unwrap();
    // Somebody makes an object of it, and has not committed yet.
    other.execute("begin; lock table upload in access exclusive mode").await.unwrap();
    let (keys, ids) = ([key.clone()], [id]);
    let mut asking = Box::pin(stored_object::needed(&w.app.services.db, &keys, &ids));
    let waits = "select exists (select from pg_locks where not granted \
        and database = (select oid from pg_database where datname = current_database()))";
    while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut watch).await.unwrap() {
        assert!(futures::poll!(&mut asking).is_pending());
    }
    let taken = "insert into stored_object (id, brand_id, sha256, key, byte_size, media_type, created_at) \
        select id, brand_id, sha256, key, byte_size, media_type, now() from upload; \
        update upload set state = 'ready'; commit";
    other.execute(taken).await.unwrap();
    assert_eq!(asking.await.unwrap(), (vec![key], vec![]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_of_a_brand_in_the_bin_waits_for_the_brand() {
    let w = World::new().await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let id = &requested["upload"]["id"];
    let act = async |mutation: &str| {
        let text = format!("mutation($id: ID!) {{ {mutation}(input: {{id: $id}}) {{ __typename }} }}");
        w.owner().data(&text, json!({"id": w.brand})).await
    };
    act("deleteBrand").await;
    for asked in [
        "mutation($id: ID!) { completeUpload(input: {id: $id}) { upload { state } } }",
        "mutation($id: ID!) { abortUpload(input: {id: $id}) { upload { state } } }",
    ] {
        let answer = w.owner().graphql(asked, json!({"id": id})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{asked}: {answer}");
    }
    let parts = "query($id: ID!) { uploadParts(id: $id, first: 1) { size } }";
    assert_eq!(w.owner().data(parts, json!({"id": id})).await, json!({"uploadParts": null}));
    act("restoreBrand").await;
    w.complete(id).await;
    w.work().await;
    assert_eq!(w.upload(id).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_does_not_change_what_the_bytes_tell() {
    let w = World::new().await;
    let bytes = png();
    let asset = w.send(&bytes, w.promise(&bytes, "image/png")).await["asset"].take();
    let slug: String =
        sqlx::query_scalar("select slug from brand").fetch_one(&mut w.app.db.connect().await).await.unwrap();
    let line = json!({"kind": "asset", "brand": slug, "key": asset["id"], "filename": "b.png", "mediaType": "text/html",
        "url": "https://elsewhere.example/x", "bytes": 1});
    let (report, set_aside) = bring(&w.app, &format!("{line}\n"), None).await;
    assert_eq!((report.updated, told(&set_aside)), (1, Vec::new()), "{report:?}");
    let query = "query($id: ID!) { node(id: $id) { ... on Asset { filename mediaType url byteSize } } }";
    let is = w.owner().data(query, json!({"id": asset["id"]})).await["node"].take();
    let told =
        json!({"filename": "b.png", "mediaType": "image/png", "url": asset["url"], "byteSize": bytes.len()});
    assert_eq!(is, told);
    assert_eq!(bring(&w.app, &format!("{line}\n"), None).await.0.unchanged, 1);
}
