//! What people change of pulled content stays until the platform changes it too.

use std::sync::{Arc, Mutex};

use brandgraph::service::source_sync::Run;
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::{
    sync_source::{BLOG, answer},
    sync_world::{World, platform},
};

fn lists() -> Value {
    json!({
        "posts": [{"id": 1, "title": "One", "mood": "calm", "tags": ["Big"], "hero": "a"}, {"id": 2, "title": "Two"}],
        "images": [{"id": "a", "file": "a.webp", "alt": "A hill"}],
    })
}

/// One platform for several pulls: assets carry its address.
struct Platform {
    _server: MockServer,
    lists: Arc<Mutex<Value>>,
}

impl Platform {
    async fn new(world: &World) -> Self {
        let lists = Arc::new(Mutex::new(lists()));
        let shown = Arc::clone(&lists);
        let server = platform(move |request| {
            let lists = shown.lock().unwrap().clone();
            answer(&lists)(request)
        })
        .await;
        world.source(BLOG, &server.uri()).await;
        Self { _server: server, lists }
    }

    async fn pull(&self, world: &World, lists: Value) -> Run {
        *self.lists.lock().unwrap() = lists;
        world.sync().await.unwrap()
    }
}

async fn edited() -> (World, Platform) {
    let mut world = World::new().await;
    let platform = Platform::new(&world).await;
    platform.pull(&world, lists()).await;
    world
        .rows(
            "update entry set title = 'Mine', status = 'draft', published_at = null, version = version + 1 \
             where external_id = 'posts/1' returning id",
        )
        .await;
    world.rows("delete from entry_tag returning entry_id").await;
    world.rows("update asset set alt = 'A mountain', version = version + 1 returning id").await;
    (world, platform)
}

const SHOWN: &str = "select title || ', ' || status || ', ' || (select count(*) from entry_tag) || ', ' || \
                     (select alt from asset) from entry where external_id = 'posts/1'";

#[tokio::test]
async fn a_pull_leaves_what_people_changed_where_the_platform_says_the_same_as_before() {
    let (mut world, platform) = edited().await;
    let run = platform.pull(&world, lists()).await;
    assert_eq!((run.tally.created, run.tally.updated, run.tally.unchanged), (0, 0, 3));
    assert_eq!(world.text(SHOWN).await, "Mine, draft, 0, A mountain");
}

#[tokio::test]
async fn what_the_platform_changes_replaces_the_content_but_not_a_status_that_it_says_as_before() {
    let (mut world, platform) = edited().await;
    let mut changed = lists();
    changed["posts"][0]["mood"] = json!("bright");
    changed["images"][0]["alt"] = json!("A high hill");
    let run = platform.pull(&world, changed.clone()).await;
    assert_eq!((run.tally.updated, run.tally.unchanged), (2, 1), "{:?}", run.tally);
    assert_eq!(world.text(SHOWN).await, "One, draft, 1, A high hill");
    changed["posts"][0]["status"] = json!("archived");
    platform.pull(&world, changed).await;
    assert_eq!(world.text(SHOWN).await, "One, archived, 1, A high hill");
}

#[tokio::test]
async fn a_record_that_came_another_way_and_means_the_same_makes_no_version() {
    let mut world = World::new().await;
    let platform = Platform::new(&world).await;
    let mut lists = lists();
    platform.pull(&world, lists.clone()).await;
    lists["posts"][1]["slug"] = json!("two");
    let run = platform.pull(&world, lists.clone()).await;
    assert_eq!((run.tally.updated, run.tally.unchanged), (0, 3));
    // From then on this is what came last.
    world.rows("update entry set title = 'Mine' where external_id = 'posts/2' returning id").await;
    platform.pull(&world, lists).await;
    assert_eq!(world.text("select title from entry where external_id = 'posts/2'").await, "Mine");
}
