//! The demo platform, pulled over HTTP as the first run does it: everything fits, and a second pull changes nothing.

use brandgraph::{app::demo, domain::source::RunStatus};

use crate::sync_world::World;

/// The demo on a port of its own; gone with the test's runtime.
pub async fn demo_platform() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().nest("/demo", demo::router());
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/demo")
}

#[tokio::test]
async fn the_demo_comes_in_whole_and_only_once() {
    let mut world = World::new().await;
    let platform = demo_platform().await;
    world.source("demo", &platform).await;
    let first = world.sync().await.unwrap();
    assert!(first.error.is_none(), "{:?}", first.error);
    assert_eq!(first.status, RunStatus::Succeeded, "{:#?}", first.tally.failures);
    assert_eq!((first.tally.seen, first.tally.waiting), (96 + 16 + 48 + 96, 0));
    assert_eq!(world.number("select count(*) from entry").await, 16 + 48 + 2 * 96);
    assert_eq!(world.number("select count(*) from asset").await, 96);
    assert_eq!(
        world.number("select count(*) from entry where locale = 'de' and status = 'published'").await,
        80
    );
    assert!(world.number("select count(*) from category where parent_id is not null").await >= 10);
    // A German story shows the German text and leads to what there is.
    let without = "select count(*) from entry e where locale = 'de' \
                   and not (fields ? 'author' and fields ? 'heroImage' and jsonb_array_length(fields->'products') > 0)";
    assert_eq!(world.number(without).await, 0);

    let second = world.sync().await.unwrap();
    assert_eq!((second.tally.created, second.tally.updated, second.tally.unchanged), (0, 0, 352));
}

#[tokio::test]
async fn the_demo_shows_the_pictures_that_it_lists() {
    let platform = demo_platform().await;
    #[expect(clippy::disallowed_methods, reason = "a browser has no limits of ours either")]
    let client = reqwest::Client::new();
    let list: serde_json::Value = client
        .get(format!("{platform}/v2/media?from=90&count=9"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let media = list["media"].as_array().unwrap();
    assert_eq!(media.len(), 6);
    for picture in media {
        let address = format!("{platform}{}", picture["file"]["href"].as_str().unwrap());
        let answer = client.get(address).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "image/svg+xml");
        assert_eq!(answer.bytes().await.unwrap().len() as u64, picture["file"]["bytes"].as_u64().unwrap());
    }
    assert_eq!(client.get(format!("{platform}/v2/media/m999.svg")).send().await.unwrap().status(), 404);
}
