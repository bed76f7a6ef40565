//! What people change of pulled content stays until the platform changes it too.

use std::sync::{Arc, Mutex};

use brandgraph::{domain::access::Role, service::source_sync::Run};
use serde_json::{Value, json};
use wiremock::MockServer;

use crate::{
    sync_source::{BLOG, answer, pull},
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

/// Changes the fields of the first post, as an editor.
async fn patch(world: &mut World, fields: Value) {
    let id = world.text("select 'entry_' || id from entry where external_id = 'posts/1'").await;
    let patch = "mutation($id: ID!, $fields: JSON!) { updateEntry(input: {id: $id, fieldsPatch: $fields}) { entry { id } } }";
    world.app.as_role(Role::Editor).data(patch, json!({"id": id, "fields": fields})).await;
}

fn waiting(with_third: bool) -> Value {
    let mut posts =
        vec![json!({"id": 1, "title": "One", "related": [3, 2]}), json!({"id": 2, "title": "Two"})];
    posts.extend(with_third.then(|| json!({"id": 3, "title": "Three"})));
    json!({"posts": posts})
}

const RELATED: &str = "select coalesce((select string_agg(t.external_id, ' ' order by place) \
                       from jsonb_array_elements_text(e.fields->'related') with ordinality as r(id, place) \
                       join entry t on 'entry_' || t.id = r.id), 'none') from entry e where e.external_id = 'posts/1'";

#[tokio::test]
async fn what_an_editor_takes_out_of_a_field_does_not_come_back_when_the_rest_arrives() {
    let mut world = World::new().await;
    pull(&world, waiting(false)).await;
    patch(&mut world, json!({"related": null})).await;
    pull(&world, waiting(true)).await;
    assert_eq!(world.text(RELATED).await, "none");
    assert_eq!(world.number("select count(*) from pending_reference").await, 0);
}

#[tokio::test]
async fn what_waits_in_a_field_that_an_editor_leaves_alone_goes_on_waiting_in_its_place() {
    let mut world = World::new().await;
    pull(&world, waiting(false)).await;
    patch(&mut world, json!({"mood": "calm"})).await;
    pull(&world, waiting(true)).await;
    assert_eq!(world.text(RELATED).await, "posts/3 posts/2");
}

#[tokio::test]
async fn two_entries_can_swap_their_slugs() {
    let mut world = World::new().await;
    let posts = |one: &str, two: &str| json!({"posts": [{"id": 1, "title": "One", "slug": one}, {"id": 2, "title": "Two", "slug": two}]});
    pull(&world, posts("a", "b")).await;
    let run = pull(&world, posts("b", "a")).await;
    assert_eq!((run.tally.failed, run.tally.updated), (0, 2), "{:?}", run.tally.failures);
    let slugs = "select string_agg(slug, ' ' order by external_id) from entry";
    assert_eq!(world.text(slugs).await, "b a");
    // The first cannot have what the third keeps, so the second cannot have what the first keeps.
    let run = pull(&world, json!({"posts": [{"id": 3, "title": "Three", "slug": "c"}]})).await;
    assert_eq!(run.tally.created, 1);
    let run = pull(&world, posts("c", "b")).await;
    assert_eq!(run.tally.failed, 2);
    assert_eq!(world.text(slugs).await, "b a c");
}

#[tokio::test]
async fn a_source_shows_the_name_of_its_connector_and_not_the_text_of_a_file() {
    let world = World::new().await;
    let shown = "{ source(by: {name: \"cmp\"}) { connector } }";
    world.source(BLOG, "https://cms.example").await;
    let answer = world.app.as_role(Role::Admin).data(shown, json!({})).await;
    assert_eq!(answer["source"]["connector"], "inline");
    world.source("directus", "https://cms.example").await;
    let answer = world.app.as_role(Role::Admin).data(shown, json!({})).await;
    assert_eq!(answer["source"]["connector"], "directus");
}
