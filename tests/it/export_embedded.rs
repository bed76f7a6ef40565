//! The files of a brand go from one embedded home to another, as a user takes them: beside a server, and where none runs.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    cli_embedded::Folder,
    cli_serve::{Server, brandgraph, told},
    upload_killed::{BRAND, ask},
    upload_world::{COMPLETE, REQUEST, UPLOAD, curl, png, sha256},
};

/// Sends a file and waits, a bounded number of times, until it was looked at.
async fn sent(url: &str, token: &str, brand: &Value, bytes: &[u8], media_type: &str) {
    let promise = json!({"brandId": brand, "filename": "a file", "mediaType": media_type,
        "byteSize": bytes.len(), "sha256": sha256(bytes)});
    let requested = ask(url, token, REQUEST, json!({"input": promise})).await;
    let id = &requested["requestUpload"]["upload"]["id"];
    assert_eq!(curl(&requested["requestUpload"]["put"], bytes).await.status, 200);
    ask(url, token, COMPLETE, json!({"input": {"id": id}})).await;
    for _ in 0..2_000 {
        if ask(url, token, UPLOAD, json!({"id": id})).await["upload"]["state"] == "READY" {
            return;
        }
    }
    panic!("it is not looked at");
}

fn run(home: &Folder, arguments: &[&str]) -> String {
    // The address that it would listen on is not the one that the server of this home was given.
    let output =
        brandgraph(home).args(arguments).env("BRANDGRAPH__HTTP__LISTEN", "127.0.0.1:9").output().unwrap();
    let said = [String::from_utf8_lossy(&output.stdout).into_owned(), told(&output)].concat();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
    said
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_from_one_home_to_another_beside_a_server_and_without_one() {
    let (home, other, third) = (Folder::new("one"), Folder::new("two"), Folder::new("three"));
    let note = b"a note\n".repeat(1_000);
    let (lines, folder) = (text(&home.0.join("acme.ndjson")), text(&home.0.join("files")));
    let export = ["export", "--brand", "acme", "--output", &lines, "--files", &folder];
    let import = ["import", &lines, "--files", &folder];
    {
        let (_server, url, token) = Server::start(&home);
        let brand = ask(&url, &token, BRAND, json!({})).await["createBrand"]["brand"]["id"].clone();
        sent(&url, &token, &brand, &png(), "image/png").await;
        sent(&url, &token, &brand, &note, "text/plain").await;
        let said = run(&home, &export);
        assert!(said.contains("2 assets have files: 2 were written, 0 were there"), "{said}");
    }
    for bytes in [&png(), &note] {
        assert!(fs::read(Path::new(&folder).join(sha256(bytes))).unwrap() == *bytes);
    }
    fs::remove_dir_all(&folder).unwrap();
    let said = run(&home, &export);
    assert!(said.contains("2 assets have files: 2 were written, 0 were there"), "{said}");

    // One home with a server, and one without.
    let server = Server::start(&other);
    let said = run(&other, &import);
    assert!(said.contains("2 files brought in, 0 were there, 0 refused"), "{said}");
    drop(server);
    let said = run(&third, &import);
    assert!(said.contains("2 files brought in, 0 were there, 0 refused"), "{said}");
    for home in [&other, &third] {
        let (_server, url, token) = Server::start(home);
        let found = ask(&url, &token, "{ assets { nodes { url sha256 } } }", json!({})).await;
        let found = found["assets"]["nodes"].as_array().unwrap().clone();
        assert_eq!(found.len(), 2);
        for asset in found {
            let address =
                format!("{}{}", url.strip_suffix("/graphql").unwrap(), asset["url"].as_str().unwrap());
            let got = reqwest::Client::builder().build().unwrap().get(address).bearer_auth(&token);
            let bytes = got.send().await.unwrap().bytes().await.unwrap();
            assert_eq!(asset["sha256"], sha256(&bytes));
            assert!([&png(), &note].iter().any(|sent| **sent == bytes), "{} bytes", bytes.len());
        }
    }
}
