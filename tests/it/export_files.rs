//! The files that assets keep go out with a brand and come in again elsewhere: looked at as any file that is uploaded.

use std::{path::PathBuf, process::Command};

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::upload_world::{World, curl, get, png, sha256};

const PARTS: &str = "query($id: ID!) { uploadParts(id: $id) { missing { offset byteSize put { method url headers { name value } } } } }";

async fn world() -> World {
    World::with(|config| config.uploads.single_bytes = 1024).await
}

/// Runs the binary on a world's database, and on the store that the world serves.
async fn run(w: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let secret = |name: &str| std::fs::read_to_string(w.folder.join(name)).unwrap().trim().to_owned();
    let mut command = Command::new(env!("CARGO_BIN_EXE_brandgraph"));
    command.args(arguments).env_clear().current_dir(&w.folder);
    for (name, value) in [
        ("DATABASE_URL", w.app.db.url()),
        ("BRANDGRAPH__LOG__FILTER", "off".to_owned()),
        ("BRANDGRAPH__AUTH__SECRET", "a secret of the tests, of 32 bytes or more".to_owned()),
        ("BRANDGRAPH__OBJECTS__BUCKET", "media".to_owned()),
        ("BRANDGRAPH__OBJECTS__ENDPOINT", format!("http://{}", w.address)),
        ("BRANDGRAPH__OBJECTS__PATH_STYLE", "true".to_owned()),
        ("BRANDGRAPH__OBJECTS__ACCESS_KEY_ID", secret("objects.key")),
        ("BRANDGRAPH__OBJECTS__SECRET_ACCESS_KEY", secret("objects.secret")),
        ("BRANDGRAPH__UPLOADS__SINGLE_BYTES", "1024".to_owned()),
        ("BRANDGRAPH__UPLOADS__PART_BYTES", "5242880".to_owned()),
    ] {
        command.env(name, value);
    }
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

async fn large(w: &World, bytes: &[u8]) {
    let id = w.request(w.promise(bytes, "text/plain")).await["upload"]["id"].clone();
    let parts = w.owner().data(PARTS, json!({"id": id})).await;
    for part in parts["uploadParts"]["missing"].as_array().unwrap() {
        let from = part["offset"].as_f64().unwrap() as usize;
        let piece = &bytes[from..from + part["byteSize"].as_f64().unwrap() as usize];
        assert_eq!(curl(&part["put"], piece).await.status, 200);
    }
    w.complete(&id).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY");
}

/// The bytes of every asset, by name; nothing of one whose address leads nowhere.
async fn files(w: &World) -> Vec<(String, Option<Vec<u8>>)> {
    let query = "{ assets { nodes { filename url byteSize sha256 placeholder width } } }";
    let found = w.owner().data(query, json!({})).await["assets"]["nodes"].take();
    let mut files = Vec::new();
    for asset in found.as_array().unwrap() {
        let answer = w.owner().send(Request::get(asset["url"].as_str().unwrap()), Body::empty()).await;
        let location = answer.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        let bytes = match location.filter(|location| location.starts_with("http")) {
            Some(location) => Some(get(&location).await).filter(|got| got.status == 200).map(|got| got.body),
            None => None,
        };
        if let Some(bytes) = &bytes {
            assert_eq!((&asset["byteSize"], &asset["sha256"]), (&json!(bytes.len()), &json!(sha256(bytes))));
        }
        files.push((asset["filename"].as_str().unwrap().to_owned(), bytes));
    }
    files.sort();
    files
}

fn path(folder: &std::path::Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_a_brand_come_in_elsewhere_as_they_were() {
    let w = world().await;
    let mut picture = w.promise(&png(), "image/png");
    picture["filename"] = json!("a.png");
    assert_eq!(w.send(&png(), picture.clone()).await["state"], "READY");
    picture["filename"] = json!("again.png");
    assert_eq!(w.send(&png(), picture).await["state"], "READY");
    let text: Vec<u8> = (0..6 * 1024 * 1024_u32).map(|at| b"abcdefghij"[(at % 7) as usize]).collect();
    large(&w, &text).await;
    let (lines, folder) = (path(&w.folder, "acme.ndjson"), path(&w.folder, "files"));
    let export = ["export", "--brand", "acme", "--output", &lines, "--files", &folder];
    let (code, told) = run(&w, &export).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("3 assets have files: 2 were written, 1 were there"), "{told}");
    assert_eq!(std::fs::read(PathBuf::from(&folder).join(sha256(&text))).unwrap(), text);
    let (_, told) = run(&w, &export).await;
    assert!(told.contains("3 assets have files: 0 were written, 3 were there"), "{told}");

    let other = world().await;
    let import = ["import", &lines, "--files", &folder];
    // One that is not what it is called is not taken; the others are.
    let bad = PathBuf::from(&folder).join(sha256(&text));
    let mut wrong = text.clone();
    wrong[3] = b'!';
    std::fs::write(&bad, &wrong).unwrap();
    let (code, told) = run(&other, &import).await;
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("2 files brought in, 0 were there, 1 refused"), "{told}");
    assert!(told.contains(&format!("the SHA-256 {} was promised", sha256(&text))), "{told}");
    let names = |files: &[(String, Option<Vec<u8>>)]| -> Vec<(String, bool)> {
        files.iter().map(|(name, bytes)| (name.clone(), bytes.is_some())).collect()
    };
    let expected = [("a file.bin", false), ("a.png", true), ("again.png", true)];
    assert_eq!(names(&files(&other).await), expected.map(|(name, there)| (name.to_owned(), there)));
    assert_eq!(other.kept().len(), 1, "the same bytes are one object: {:?}", other.kept());

    // Mended and asked again, what is there stays.
    std::fs::write(&bad, &text).unwrap();
    let (code, told) = run(&other, &import).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("1 files brought in, 2 were there, 0 refused"), "{told}");
    assert_eq!(files(&other).await, files(&w).await);
    let sql = "select count(*) from asset";
    let assets: i64 = sqlx::query_scalar(sql).fetch_one(&mut other.app.db.connect().await).await.unwrap();
    assert_eq!(assets, 3, "no asset was made beside those that were imported");
    // The picture was looked at.
    let query = "{ assets(filter: {filename: {eq: \"a.png\"}}) { nodes { width placeholder version } } }";
    let picture: Value = other.owner().data(query, json!({})).await["assets"]["nodes"][0].take();
    assert_eq!(picture["width"], 2);
    assert!(picture["placeholder"].is_string(), "{picture}");

    // With its files, it is the same brand: byte for byte.
    let again = path(&other.folder, "again.ndjson");
    let (code, told) = run(&other, &["export", "--brand", "acme", "--output", &again]).await;
    assert_eq!(code, Some(0), "{told}");
    let read = |path: &str| std::fs::read_to_string(path).unwrap();
    for (line, expected) in read(&again).lines().zip(read(&lines).lines()) {
        assert_eq!(line, expected);
    }
    assert_eq!(read(&again), read(&lines));
}
