//! The playground: what is served, under which policy, and that it works in a real browser without the internet.

use std::path::Path;

use axum::body::Body;
use brandgraph::{
    domain::access::Role,
    http::{self, Assets, Door, Settings},
    kit::clock::Clock,
};
use chrono::TimeDelta;
use tokio::process::Command;

use crate::{
    harness::TestApp,
    http_door::{Server, ask, authn, door, get, graph, noon, open},
    http_node,
};

/// A folder with a page and a script in it, as the build leaves them.
fn built(folder: &Path) -> Assets {
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("index.html"), "<!doctype html><p>built</p>").unwrap();
    std::fs::write(folder.join("main-ABC.js"), "export {};").unwrap();
    Assets::read(folder).unwrap()
}

#[tokio::test]
async fn it_is_off_unless_asked_for() {
    assert_eq!(ask(&open(), get("/"), Body::empty()).await.status, 404);
    assert_eq!(ask(&open(), get("/playground/cdn.js"), Body::empty()).await.status, 404);
}

#[tokio::test]
async fn built_files_are_served_under_a_policy_that_lets_nothing_out() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("built");
    let door = Door { playground: Some(built(&folder)), ..door() };
    std::fs::remove_dir_all(&folder).unwrap();
    let router = http::router(door, &Settings::default()).unwrap();

    let page = ask(&router, get("/"), Body::empty()).await;
    assert_eq!((page.status, page.body.as_str()), (200, "<!doctype html><p>built</p>"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("x-frame-options"), "DENY");
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("http"), "{policy}");

    let script = ask(&router, get("/playground/main-ABC.js"), Body::empty()).await;
    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript"));
    assert!(script.header("cache-control").contains("immutable"));
    for outside in ["/playground/..%2FCargo.toml", "/playground/none.js", "/playground/"] {
        assert_eq!(ask(&router, get(outside), Body::empty()).await.status, 404, "{outside}");
    }
}

#[tokio::test]
async fn where_nothing_was_built_the_page_says_how_and_uses_a_cdn() {
    let empty = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unbuilt");
    std::fs::create_dir_all(&empty).unwrap();
    let assets = Assets::read(&empty).unwrap();
    std::fs::remove_dir_all(&empty).unwrap();
    assert!(!assets.built());
    let router = http::router(Door { playground: Some(assets), ..door() }, &Settings::default()).unwrap();
    let page = ask(&router, get("/"), Body::empty()).await;
    assert!(
        page.body.contains("scripts/playground") && page.body.contains("https://esm.sh/"),
        "{}",
        page.body
    );
    assert!(page.header("content-security-policy").contains("'sha256-"));
    let script = ask(&router, get("/playground/cdn.js"), Body::empty()).await;
    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_runs_in_a_real_browser_that_reaches_nothing_but_this_machine() {
    let chromium = http_node::require("chromium", "seeing the playground in a real browser");
    let dist = http_node::root().join("playground/dist");
    if !dist.join("index.html").is_file() {
        let built = Command::new(http_node::root().join("scripts/playground")).status().await.unwrap();
        assert!(built.success(), "scripts/playground failed");
    }
    let app = TestApp::start().await;
    let door = Door { engine: graph(&app), playground: Some(Assets::read(&dist).unwrap()), ..door() };
    let server = Server::start(door, Settings::default()).await;
    let token = authn(Clock::fixed(noon())).mint("ada", Role::Editor, None, TimeDelta::hours(1)).unwrap();
    let screenshot = Path::new(env!("CARGO_TARGET_TMPDIR")).join("playground.png");
    let said = http_node::run(
        "playground.mjs",
        &[
            format!("http://{}/#token={token}", server.address),
            "query Brands { brands { totalCount { value relation } } }".to_owned(),
            "EXACT".to_owned(),
            chromium.display().to_string(),
            screenshot.display().to_string(),
        ],
    )
    .await;
    assert!(said.contains("0 complaints"), "{said}");
}
