//! A brand that changes while it is pulled into: what comes after the change is checked against it.

use brandgraph::{
    cmp::{Credentials, Settings},
    domain::Code,
    service::source_sync::{self, Options, Run},
};
use serde_json::{Value, json};
use sqlx::Row;

use crate::{
    sync_source::{BLOG, answer},
    sync_world::{SECRET, World, platform},
};

/// Pulls, and runs a statement after the first page.
async fn changing(world: &World, lists: &Value, statement: &'static str) -> Run {
    let server = platform(answer(lists)).await;
    world.source(BLOG, &server.uri()).await;
    let credentials = Credentials::from_iter([("token".to_owned(), SECRET.to_owned().into())]);
    let options = Options { credentials, settings: Settings::default(), recorder: None };
    let mut connection = Some(world.app.db.connect().await);
    source_sync::sync(world.services(), &World::caller(), "cmp", options, |_| {
        if let Some(mut connection) = connection.take() {
            let change = async move { sqlx::query(statement).execute(&mut connection).await.unwrap() };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(change));
        }
    })
    .await
    .unwrap()
}

fn lists() -> Value {
    // A page holds two items.
    let post = |id: u32| json!({"id": id, "title": format!("Post {id}"), "mood": "calm"});
    json!({"posts": [post(1), post(2), post(3), json!({"id": 4, "title": "Post 4", "mood": "sad"})]})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_a_change_of_the_schema_is_checked_against_it() {
    let mut world = World::new().await;
    let stricter = "update content_type set version = version + 1, \
                    schema = jsonb_set(schema, '{properties,mood,maxLength}', '3') where key = 'post'";
    let run = changing(&world, &lists(), stricter).await;
    let told: Vec<_> = run
        .tally
        .failures
        .iter()
        .map(|fault| (fault.index, fault.path.as_str(), fault.code.as_str()))
        .collect();
    assert_eq!(told, [(2, "fields/mood", "max_length")]);
    let there = world.rows("select external_id from entry order by external_id").await;
    let there: Vec<String> = there.iter().map(|row| row.get("external_id")).collect();
    assert_eq!(there, ["posts/1", "posts/2", "posts/4"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_pulled_into_a_brand_that_was_deleted() {
    let mut world = World::new().await;
    let run = changing(&world, &lists(), "update brand set deleted_at = now(), version = version + 1").await;
    assert_eq!(run.error.map(|error| error.code()), Some(Code::NotFound));
    assert_eq!(world.number("select count(*) from entry").await, 2);
}
