//! What references of a pull lead to in the end: nothing that is not there, and the nearest language of what came.

use serde_json::{Value, json};

use crate::{sync_source::pull, sync_world::World};

/// Ids in the fields of posts that lead to no entry.
const DANGLING: &str = "select count(*) from entry e, jsonb_array_elements_text(e.fields->'related') r \
                        where not exists (select from entry t where 'entry_' || t.id = r)";

#[tokio::test]
async fn a_reference_to_what_was_set_aside_on_the_same_page_waits() {
    let mut world = World::new().await;
    let lists = json!({"posts": [
        {"id": 1, "title": "One", "code": "a", "related": [2]},
        {"id": 2, "title": "Two", "code": "a"},
    ]});
    let run = pull(&world, lists).await;
    assert_eq!((run.tally.failed, run.tally.created, run.tally.waiting), (1, 1, 1));
    assert_eq!(world.number(DANGLING).await, 0);
    assert_eq!(world.number("select count(*) from pending_reference").await, 1);

    let mended = json!({"posts": [
        {"id": 1, "title": "One", "code": "a", "related": [2]},
        {"id": 2, "title": "Two", "code": "b"},
    ]});
    let run = pull(&world, mended).await;
    assert_eq!((run.tally.failed, run.tally.waiting), (0, 0));
    assert_eq!(world.number("select count(*) from entry_reference").await, 1);
    assert_eq!(world.number("select count(*) from entry where fields ? 'related'").await, 1);
}

/// The German post that refers, and the language that it is led to.
const LED_TO: &str = "select t.locale from entry e join entry_reference r on r.entry_id = e.id \
                      join entry t on t.id = r.target_entry_id where e.external_id = 'posts/1' \
                      and e.fields->'related'->>0 = 'entry_' || t.id";

fn german(later: Option<Value>) -> Value {
    // A page holds two items.
    let mut posts = vec![
        json!({"id": 1, "in": {"de": "Eins"}, "related": [3]}),
        json!({"id": 3, "in": {"en": "Three"}}),
        json!({"id": 4, "title": "Four"}),
        json!({"id": 5, "title": "Five"}),
    ];
    posts.extend(later);
    json!({"posts": posts})
}

#[tokio::test]
async fn a_translation_on_a_later_page_is_what_the_reference_leads_to() {
    let mut world = World::new().await;
    let lists = german(Some(json!({"id": 3, "in": {"de": "Drei"}})));
    let run = pull(&world, lists.clone()).await;
    assert_eq!((run.tally.failed, run.tally.waiting), (0, 0), "{:?}", run.tally.failures);
    assert_eq!(world.text(LED_TO).await, "de");
    let again = pull(&world, lists).await;
    assert_eq!((again.tally.created, again.tally.updated), (0, 0));
}

#[tokio::test]
async fn a_translation_that_comes_with_a_later_pull_is_what_the_reference_leads_to() {
    let mut world = World::new().await;
    let run = pull(&world, german(None)).await;
    assert_eq!((run.tally.failed, run.tally.waiting), (0, 0));
    assert_eq!(world.text(LED_TO).await, "en");
    pull(&world, german(Some(json!({"id": 3, "in": {"de": "Drei"}})))).await;
    assert_eq!(world.text(LED_TO).await, "de");
}
