//! Small files: signed by the server, sent to the store by curl, looked at, and made an asset of.

use chrono::TimeDelta;
use serde_json::json;

use crate::upload_world::{World, curl, png, sha256};

#[tokio::test(flavor = "multi_thread")]
async fn a_file_sent_with_curl_becomes_an_asset() {
    let w = World::new().await;
    let bytes = png();
    let mut input = w.promise(&bytes, "image/png");
    input["filename"] = json!("Olive oil.png");
    input["alt"] = json!("An olive");
    input["about"] = json!({"alts": [{"locale": "de", "text": "Eine Olive"}], "credit": "Ann",
        "focalPoint": {"x": 0.25, "y": 0.5}, "rightsUntil": "2040-01-01", "territories": ["de", "AT"]});
    let requested = w.request(input).await;
    assert_eq!(
        (&requested["upload"]["state"], &requested["upload"]["partCount"]),
        (&json!("PENDING"), &json!(null))
    );
    let url = requested["put"]["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("http://{}/media/incoming/", w.address)), "{url}");
    assert!(!url.to_lowercase().contains("olive"), "no name of a client's is in a key: {url}");

    let answer = curl(&requested["put"], &bytes).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let id = &requested["upload"]["id"];
    assert_eq!(w.complete(id).await["state"], "VERIFYING");
    w.work().await;
    let upload = w.upload(id).await;
    assert_eq!(upload["state"], "READY", "{upload}");
    let asset = &upload["asset"];
    let mut expected = asset.clone();
    expected["filename"] = json!("Olive oil.png");
    expected["mediaType"] = json!("image/png");
    expected["byteSize"] = json!(bytes.len());
    expected["sha256"] = json!(sha256(&bytes));
    expected["url"] = json!(format!("/v1/assets/{}", asset["id"].as_str().unwrap()));
    for (name, value) in [
        ("width", json!(2)),
        ("height", json!(2)),
        ("alt", json!("An olive")),
        ("alts", json!({"de": "Eine Olive"})),
        ("credit", json!("Ann")),
        ("focalX", json!(0.25)),
        ("focalY", json!(0.5)),
        ("territories", json!(["DE", "AT"])),
    ] {
        expected[name] = value;
    }
    assert_eq!(*asset, expected);
    assert!(asset["placeholder"].as_str().is_some_and(|hash| hash.len() > 6), "{asset}");
    let kept = w.kept();
    assert_eq!(kept.len(), 1, "what came in is moved: {kept:?}");
    assert!(kept[0].starts_with("files/"), "{kept:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_completed_twice_answers_the_same() {
    let w = World::new().await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let id = &requested["upload"]["id"];
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let first = w.complete(id).await;
    assert_eq!(w.complete(id).await, first);
    w.work().await;
    let ready = w.complete(id).await;
    assert_eq!(ready["state"], "READY");
    w.work().await;
    assert_eq!(w.complete(id).await, ready);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_of_a_brand_are_one_object() {
    let w = World::new().await;
    let bytes = png();
    let first = w.send(&bytes, w.promise(&bytes, "image/png")).await;
    let second = w.send(&bytes, w.promise(&bytes, "image/png")).await;
    assert_ne!(first["asset"]["id"], second["asset"]["id"]);
    assert_eq!(w.kept().len(), 1, "{:?}", w.kept());
    let other = w.new_brand("other").await;
    let mut input = w.promise(&bytes, "image/png");
    input["brandId"] = json!(other);
    assert_eq!(w.send(&bytes, input).await["state"], "READY");
    assert_eq!(w.kept().len(), 2, "brands share nothing: {:?}", w.kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_does_not_say_how_long_it_takes_is_taken() {
    let w = World::new().await;
    for after in [&b"\0\0\0\x10mdatrecorded"[..], b"\0\0\xff\0mdatcut off", b"\0\0\0\x08free\0\0"] {
        let film = [b"\0\0\0\x18ftypisom\0\0\x02\0isommp41", after].concat();
        let upload = w.send(&film, w.promise(&film, "video/mp4")).await;
        assert_eq!(upload["state"], "READY", "{upload}");
        assert_eq!(upload["asset"]["durationSeconds"], json!(null));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_has_ended_is_signed_again() {
    let w = World::new().await;
    let bytes = png();
    w.app.clock.advance(-TimeDelta::hours(2));
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    assert_eq!(curl(&requested["put"], &bytes).await.status, 403, "it has ended by the store's clock");
    w.app.clock.advance(TimeDelta::hours(2));
    let parts = "query($id: ID!) { uploadParts(id: $id) { size count uploaded
        missing { number byteSize offset put { method url headers { name value } } } } }";
    let id = &requested["upload"]["id"];
    let found = w.owner().data(parts, json!({"id": id})).await["uploadParts"].take();
    let missing = &found["missing"][0];
    let size = bytes.len() as f64;
    assert_eq!((&found["count"], &found["uploaded"], &found["size"]), (&json!(1), &json!([]), &json!(size)));
    assert_eq!(
        (&missing["number"], &missing["byteSize"], &missing["offset"]),
        (&json!(1), &json!(size), &json!(0.0))
    );
    assert_eq!(curl(&missing["put"], &bytes).await.status, 200);
    let found = w.owner().data(parts, json!({"id": id})).await["uploadParts"].take();
    assert_eq!((&found["uploaded"], &found["missing"]), (&json!([1]), &json!([])));
    w.complete(id).await;
    w.work().await;
    assert_eq!(w.upload(id).await["state"], "READY");
}
