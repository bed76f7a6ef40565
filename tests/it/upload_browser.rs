//! A page in a real browser uploads files, small and in parts, and shows how far it is.

use std::path::Path;

use axum::{Router, response::Html, routing::get};
use brandgraph::{domain::access::Role, worker};
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    http_node,
    upload_world::{World, png},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_page_uploads_with_progress() {
    let chromium = http_node::require("chromium", "uploading from a real browser");
    let w = World::with(|config| {
        config.http.cors.origins = vec!["*".to_owned()];
        config.uploads.single_bytes = 1024 * 1024;
        config.uploads.part_bytes = 5 * 1024 * 1024;
    })
    .await;
    let page = std::fs::read_to_string(http_node::root().join("examples/upload.html")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pages = listener.local_addr().unwrap();
    tokio::spawn(async move {
        axum::serve(listener, Router::new().route("/", get(|| async { Html(page) }))).await
    });
    let services = w.app.services.clone();
    tokio::spawn(async move {
        let settings = worker::Settings { poll_ms: 50, ..worker::Settings::default() };
        worker::run(services, settings, std::future::pending()).await;
    });
    let small = w.folder.join("small.png");
    std::fs::write(&small, png()).unwrap();
    let large = w.folder.join("large.txt");
    std::fs::write(&large, vec![b'a'; 12 * 1024 * 1024]).unwrap();
    let token = w.app.token(Role::Owner, None).await;
    let shot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("upload.png");
    let address =
        format!("http://{pages}/#endpoint=http://{}/graphql&brand={}&token={token}", w.address, w.brand);
    let said = http_node::run(
        "upload.mjs",
        &[
            address,
            chromium.display().to_string(),
            shot.display().to_string(),
            small.display().to_string(),
            large.display().to_string(),
        ],
    )
    .await;
    assert!(said.contains("2 files uploaded; 0 complaints"), "{said}");
    let query = "{ assets { nodes { filename byteSize } } }";
    let mut found = w.owner().data(query, json!({})).await["assets"]["nodes"].as_array().unwrap().clone();
    found.sort_by_key(|asset| asset["filename"].as_str().unwrap().to_owned());
    let expected = json!([{"filename": "large.txt", "byteSize": 12 * 1024 * 1024}, {"filename": "small.png", "byteSize": png().len()}]);
    assert_eq!(json!(found), expected);
}
