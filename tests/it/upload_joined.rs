//! The embedded store puts parts together: what it refuses, and what ends half-way, leaves them as they were.

use std::{fs, path::PathBuf};

use brandgraph::{
    app::embedded::objects::Objects,
    objects::{Key, Part, S3, Store},
    service::{Caller, upload},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    upload_parts::{large, parts, send, world},
    upload_world::{COMPLETE, World, curl, get, png},
};

/// An upload of which every part was sent.
async fn sent(w: &World) -> Value {
    let bytes = large();
    let id = w.request(w.promise(&bytes, "text/plain")).await["upload"]["id"].clone();
    for part in parts(w, &id, 100, 0).await["missing"].as_array().unwrap() {
        send(&bytes, part).await;
    }
    id
}

/// The key and the session of the only upload.
async fn session(w: &World) -> (Key, String) {
    let sql = "select key, session from upload";
    let (key, session): (String, String) =
        sqlx::query_as(sql).fetch_one(&mut w.app.db.connect().await).await.unwrap();
    (Key::stored(key), session)
}

async fn client(w: &World) -> S3 {
    S3::new(&Objects::reach(&w.folder, w.address).unwrap()).await.unwrap()
}

/// Files of sessions and files that are not whole, in the store's folder.
fn left(w: &World) -> Vec<PathBuf> {
    let files = fs::read_dir(w.folder.join("objects")).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut found: Vec<_> =
        files.filter(|path| of(path).contains("upload") || of(path).starts_with(".tmp.")).collect();
    found.sort();
    found
}

async fn watch(w: &World) {
    upload::watch(&w.app.services, &Caller::system("test")).await.unwrap();
    w.work().await;
}

fn part(number: u32, tag: Option<&str>) -> Part {
    Part { number, bytes: 0, tag: tag.map(str::to_owned) }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_leaves_every_part_where_it_was() {
    let w = world().await;
    let id = sent(&w).await;
    let (key, session) = session(&w).await;
    let (store, before) = (client(&w).await, left(&w));
    assert_eq!(before.len(), 3 + 2, "parts and session: {before:?}");
    let wrong = Some("\"00000000000000000000000000000000\"");
    let third = before.iter().find(|path| path.to_str().unwrap().ends_with(".part-3")).unwrap();
    for (what, wanted) in [
        ("a part that is not there", vec![part(1, None), part(2, None), part(3, None), part(4, None)]),
        ("parts out of order", vec![part(2, None), part(1, None), part(3, None)]),
        ("a small part that is not the last", vec![part(1, None), part(3, None), part(4, None)]),
        ("another part than was meant", vec![part(1, None), part(2, wrong), part(3, None)]),
        ("another last part", vec![part(1, None), part(2, None), part(3, wrong)]),
        ("nothing", vec![]),
    ] {
        assert!(store.complete(&key, &session, &wanted).await.is_err(), "{what}");
        assert_eq!(left(&w), before, "{what}");
        assert_eq!(w.kept(), Vec::<String>::new(), "{what}");
    }
    // What cannot be read is no different.
    let aside = third.with_extension("aside");
    fs::rename(third, &aside).unwrap();
    fs::create_dir(third).unwrap();
    let all = [part(1, None), part(2, None), part(3, None)];
    assert!(store.complete(&key, &session, &all).await.is_err());
    fs::remove_dir(third).unwrap();
    fs::rename(&aside, third).unwrap();
    assert_eq!(left(&w), before);
    w.complete(&id).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY");
    assert_eq!(left(&w), Vec::<PathBuf>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_that_stayed_beside_their_object_are_found_by_who_completes_again_and_by_the_next_start() {
    let w = world().await;
    let id = sent(&w).await;
    let (key, session) = session(&w).await;
    let store = client(&w).await;
    let kept: Vec<(PathBuf, Vec<u8>)> =
        left(&w).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let all = [part(1, None), part(2, None), part(3, None)];
    store.complete(&key, &session, &all).await.unwrap();
    assert_eq!(left(&w), Vec::<PathBuf>::new());
    let whole = fs::read(w.folder.join(format!("objects/media/{key}"))).unwrap();
    assert!(whole == large());
    // As a kill leaves them: all are there, or only some.
    for cut in [0, 1, 4] {
        kept.iter().skip(cut).for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
        store.complete(&key, &session, &all).await.unwrap();
        assert_eq!(left(&w), Vec::<PathBuf>::new(), "{cut}");
        kept.iter().skip(cut).for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
        Objects::open(&w.folder, w.address).unwrap();
        assert_eq!(left(&w), Vec::<PathBuf>::new(), "{cut}");
    }
    assert!(fs::read(w.folder.join(format!("objects/media/{key}"))).unwrap() == whole);
    store.complete(&key, &session, &all).await.unwrap();
    w.complete(&id).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_left_goes_at_the_next_start_and_what_waits_stays() {
    let w = world().await;
    let id = sent(&w).await;
    let root = w.folder.join("objects");
    let before = left(&w);
    let (brand, stray) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    for name in [
        format!(".tmp.join-{stray}.internal.part"),
        ".tmp.7.internal.part".to_owned(),
        format!(".upload_id-{stray}.part-1"),
        format!(".upload_id-{stray}.part-2"),
        format!(".upload-{brand}.json"),
    ] {
        fs::write(root.join(name), "null").unwrap();
    }
    assert_eq!(left(&w).len(), before.len() + 5);
    Objects::open(&w.folder, w.address).unwrap();
    assert_eq!(left(&w), before);
    w.complete(&id).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_no_upload_waits_with_ends() {
    let w = world().await;
    let id = sent(&w).await;
    let before = left(&w);
    let nobodys = Key::file(uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    client(&w).await.begin(&nobodys, "text/plain").await.unwrap();
    assert_eq!(left(&w).len(), before.len() + 2);
    watch(&w).await;
    assert_eq!(left(&w).len(), before.len() + 2, "somebody may be about to write it down");
    w.app.clock.advance(TimeDelta::days(2));
    watch(&w).await;
    assert_eq!(left(&w), before);
    w.complete(&id).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_nobody_comes_to_look_at_any_more_ends() {
    let w = world().await;
    let id = sent(&w).await;
    w.complete(&id).await;
    watch(&w).await;
    assert_eq!(w.upload(&id).await["state"], "READY");
    let lost = sent(&w).await;
    w.complete(&lost).await;
    // What the sweep of jobs does to one whose every attempt was killed.
    let buried = "update job set state = 'buried', finished_at = now() where kind = 'upload.verify' and state = 'ready'";
    sqlx::query(buried).execute(&mut w.app.db.connect().await).await.unwrap();
    w.app.clock.advance(TimeDelta::hours(2));
    watch(&w).await;
    let upload = w.upload(&lost).await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("FAILED"), &json!("unverified")));
    assert_eq!(left(&w), Vec::<PathBuf>::new());
    assert_eq!(
        w.owner().data(COMPLETE, json!({"input": {"id": lost}})).await["completeUpload"]["upload"]["state"],
        "FAILED"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_assets_with_the_same_bytes_can_go() {
    const DELETE: &str = "mutation($id: ID!) { deleteAsset(input: {id: $id}) { deletedId } }";
    let w = World::new().await;
    let bytes = png();
    let first = w.send(&bytes, w.promise(&bytes, "image/png")).await;
    let second = w.send(&bytes, w.promise(&bytes, "image/png")).await;
    let served = async |asset: &Value| {
        let request = http::Request::get(asset["url"].as_str().unwrap());
        let answer = w.owner().send(request, axum::body::Body::empty()).await;
        let location = answer.headers().get("location")?.to_str().unwrap().to_owned();
        Some(get(&location).await).filter(|got| got.status == 200).map(|got| got.body)
    };
    for (gone, kept) in [(&first["asset"], Some(&second["asset"])), (&second["asset"], None)] {
        w.owner().data(DELETE, json!({"id": gone["id"]})).await;
        w.app.clock.advance(TimeDelta::days(400));
        watch(&w).await;
        // The store goes by its own clock.
        w.app.clock.advance(-TimeDelta::days(400));
        assert_eq!(served(gone).await, None);
        match kept {
            Some(kept) => assert!(served(kept).await == Some(bytes.clone())),
            None => assert_eq!(w.kept(), Vec::<String>::new()),
        }
    }
    let notes = fs::read_dir(w.folder.join("objects")).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(notes.collect::<Vec<_>>(), ["media"], "nothing stays of what was removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_refused_leaves_the_one_that_was_there() {
    let w = world().await;
    let bytes = large();
    let id = w.request(w.promise(&bytes, "text/plain")).await["upload"]["id"].clone();
    let all = parts(&w, &id, 100, 0).await["missing"].clone();
    send(&bytes, &all[0]).await;
    for part in [&all[0], &all[2]] {
        let mut put = part["put"].clone();
        let sum = json!({"name": "content-md5", "value": "AAAAAAAAAAAAAAAAAAAAAA=="});
        put["headers"].as_array_mut().unwrap().push(sum);
        let other = vec![b'x'; part["byteSize"].as_f64().unwrap() as usize];
        let answer = curl(&put, &other).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains("BadDigest"), "{}", answer.text());
    }
    let now = parts(&w, &id, 100, 0).await;
    assert_eq!(now["uploaded"], json!([1]), "{now}");
    for part in [&all[1], &all[2]] {
        send(&bytes, part).await;
    }
    w.complete(&id).await;
    w.work().await;
    let upload = w.upload(&id).await;
    assert_eq!(upload["state"], "READY", "{upload}");
}
