//! Pulls from a platform that behaves: repeated without effect, references settled, what does not fit set aside.

use brandgraph::domain::{Code, source::RunStatus};
use serde_json::{Value, json};
use sqlx::Row;
use wiremock::{Request, ResponseTemplate};

use crate::sync_world::{World, platform};

/// Posts come before the people and images that they refer to, so that references have to wait.
pub const BLOG: &str = r#"connector: blog
auth: {bearer: {credential: token}}
content_types:
  - key: post
    name: Post
    schema:
      type: object
      additionalProperties: false
      properties:
        mood: {type: string, maxLength: 10, x-searchable: true}
        code: {type: string, x-unique: true}
        author: {type: string, x-reference: {entry: [person]}}
        hero: {type: string, x-reference: {asset: true}}
        related: {type: array, items: {type: string}, x-reference: {entry: [post]}}
  - {key: person, name: Person, schema: {type: object}}
resources:
  - name: posts
    list: {path: /posts, query: {page: "{page}", per: "{limit}"}, items: .items, paging: {page: {size: 2}}}
    expand: 'if .in then . as $post | .in | to_entries[] | $post + {locale: .key, title: .value} else . end'
    entry:
      type: post
      external_id: .id
      title: .title
      locale: .locale
      slug: .slug
      status: .status
      published_at: .at
      fields: {mood: .mood, code: .code}
      tags: .tags
      categories: .where
      references:
        author: {resource: people, id: .by}
        hero: {resource: images, id: .hero}
        related: {resource: posts, id: .related}
  - name: people
    list: {path: /people, items: .items, paging: none}
    entry: {type: person, external_id: .id, title: .name, locale: .locale}
  - name: images
    list: {path: /images, items: .items, paging: none}
    asset: {external_id: .id, filename: .file, media_type: '"image/webp"', url: '"/f/" + .file', alt: .alt}
"#;

/// Answers lists two items at a time.
pub fn answer(lists: &Value) -> impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static {
    let lists = lists.clone();
    move |request| {
        let query = |name: &str| {
            request
                .url
                .query_pairs()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.parse::<usize>().unwrap())
        };
        let all = lists[request.url.path().trim_start_matches('/')].as_array().cloned().unwrap_or_default();
        let page: Vec<Value> = match (query("page"), query("per")) {
            (Some(page), Some(size)) => all.into_iter().skip((page - 1) * size).take(size).collect(),
            _ => all,
        };
        ResponseTemplate::new(200).set_body_json(json!({"items": page}))
    }
}

pub async fn pull(world: &World, lists: Value) -> brandgraph::service::source_sync::Run {
    let server = platform(answer(&lists)).await;
    // Assets carry the address of the platform: it must not change from pull to pull.
    let run = {
        world.source(BLOG, &server.uri()).await;
        world.sync().await.unwrap()
    };
    assert!(run.error.is_none(), "{:?}", run.error);
    run
}

fn lists() -> Value {
    json!({
        "posts": [
            {"id": 1, "title": "One", "mood": "calm", "code": "a", "by": "ada", "tags": ["Big", "Small"], "related": [3, 2, 9],
             "where": [["World", "Europe"]]},
            {"id": 2, "title": "Two", "by": "ada"},
            {"id": 3, "in": {"en": "Three", "de": "Drei"}, "by": "nobody"},
        ],
        "people": [{"id": "ada", "name": "Ada"}],
        "images": [],
    })
}

#[tokio::test]
async fn a_pull_brings_everything_and_a_second_one_changes_nothing() {
    let mut world = World::new().await;
    let first = pull(&world, lists()).await;
    assert_eq!(first.status, RunStatus::Succeeded, "{:?}", first.tally);
    assert_eq!((first.tally.seen, first.tally.created, first.tally.updated), (4, 5, 0));
    // `nobody` and post 9 never come.
    assert_eq!(first.tally.waiting, 3);
    let state = "select string_agg(e::text, ' ' order by id) || (select string_agg(v::text, ' ' order by entry_id, version) \
                 from entry_version v) || (select string_agg(r::text, ' ' order by r::text) from entry_reference r) \
                 || (select string_agg(t::text, ' ' order by t::text) from entry_tag t) from entry e";
    let before = world.text(state).await;
    let second = pull(&world, lists()).await;
    assert_eq!((second.tally.created, second.tally.updated, second.tally.unchanged), (0, 0, 5));
    assert_eq!(world.text(state).await, before);
}

#[tokio::test]
async fn references_wait_for_what_they_lead_to_and_choose_the_nearest_language() {
    let mut world = World::new().await;
    pull(&world, lists()).await;
    let fields: Value = serde_json::from_str(
        &world.text("select fields::text from entry where external_id = 'posts/1'").await,
    )
    .unwrap();
    let id = |external: &'static str, locale: &'static str| format!("{external}/{locale}");
    let mut ids = std::collections::HashMap::new();
    for row in world.rows("select external_id, locale, id from entry").await {
        let key = format!("{}/{}", row.get::<String, _>("external_id"), row.get::<String, _>("locale"));
        ids.insert(key, format!("entry_{}", row.get::<uuid::Uuid, _>("id")));
    }
    assert_eq!(fields["author"], ids[&id("people/ada", "en")]);
    assert_eq!(fields["related"], json!([ids[&id("posts/3", "en")], ids[&id("posts/2", "en")]]));
    assert_eq!(world.number("select count(*) from entry_reference where field = 'related'").await, 2);
    assert_eq!(world.number("select count(*) from pending_reference").await, 3);
    // What is in the fields is what the references say.
    let odd = "select count(*) from entry_reference r join entry e on e.id = r.entry_id \
               where e.fields::text not like '%entry_' || r.target_entry_id || '%'";
    assert_eq!(world.number(odd).await, 0);
}

#[tokio::test]
async fn what_changed_is_updated_with_its_history_and_what_came_late_is_filled_in() {
    let mut world = World::new().await;
    pull(&world, lists()).await;
    let mut changed = lists();
    changed["posts"][1]["title"] = json!("Two, again");
    changed["people"].as_array_mut().unwrap().push(json!({"id": "nobody", "name": "Somebody"}));
    let run = pull(&world, changed.clone()).await;
    assert_eq!((run.tally.created, run.tally.updated, run.tally.unchanged, run.tally.waiting), (1, 1, 4, 1));
    assert_eq!(world.number("select version::bigint from entry where external_id = 'posts/2'").await, 2 + 1);
    let again = pull(&world, changed).await;
    assert_eq!((again.tally.created, again.tally.updated, again.tally.unchanged), (0, 0, 6));
}

#[tokio::test]
async fn what_does_not_fit_is_set_aside_with_its_place_and_reason() {
    let mut world = World::new().await;
    let run = pull(
        &world,
        json!({
            "posts": [
                {"id": 1, "title": "One", "code": "a"},
                {"id": 2, "title": "Two", "mood": "exuberantly"},
                {"id": 3, "title": "Three", "code": "a"},
                {"id": 4, "title": "Four", "locale": "fr"},
                {"id": 5, "title": "Five", "slug": "one"},
                {"id": 6, "title": "  One "},
                {"id": 7, "title": "nul \u{0} byte"},
                {"id": 8, "title": "Eight", "mood": "a\u{0}b"},
                {"id": 9},
            ],
        }),
    )
    .await;
    assert_eq!(run.status, RunStatus::Partial);
    let told: Vec<(u64, &str, &str)> = run
        .tally
        .failures
        .iter()
        .map(|fault| (fault.index, fault.path.as_str(), fault.code.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "fields/mood", "max_length"),
            (2, "fields/code", "unique"),
            (3, "locale", "unknown_locale"),
            (4, "slug", "taken"),
            (6, "title", "control"),
            (7, "fields/mood", "nul"),
            (8, "title", "required"),
        ]
    );
    assert_eq!(world.number("select count(*) from entry").await, 2);
    // A slug that was made from the title gives way.
    let slug = world.text("select slug from entry where external_id = 'posts/6'").await;
    assert!(slug.starts_with("one-"), "{slug}");
    let run = world.rows("select status, failed, jsonb_array_length(failures) as told from sync_run").await;
    assert_eq!(run[0].get::<String, _>("status"), "partial");
    assert_eq!((run[0].get::<i32, _>("failed"), run[0].get::<i32, _>("told")), (7, 7));
}

#[tokio::test]
async fn what_a_person_deleted_stays_deleted() {
    let mut world = World::new().await;
    pull(&world, lists()).await;
    world.rows("update entry set deleted_at = now() where external_id = 'posts/2' returning id").await;
    pull(&world, lists()).await;
    assert_eq!(world.number("select count(*) from entry where deleted_at is not null").await, 1);
}

#[tokio::test]
async fn tags_and_categories_are_made_once_and_those_that_are_there_are_used() {
    let mut world = World::new().await;
    pull(&world, lists()).await;
    assert_eq!(world.number("select count(*) from tag").await, 2);
    let path = "select count(*) from category c join category p on p.id = c.parent_id where c.slug = 'europe' and p.slug = 'world'";
    assert_eq!(world.number(path).await, 1);
    let mut changed = lists();
    changed["posts"][0]["tags"] = json!(["Small", "New"]);
    pull(&world, changed).await;
    let tags =
        "select string_agg(t.slug, ' ' order by t.slug) from entry_tag l join tag t on t.id = l.tag_id";
    assert_eq!(world.text(tags).await, "new small");
}

#[tokio::test]
async fn what_is_scheduled_waits_for_its_moment_unless_that_has_passed() {
    let mut world = World::new().await;
    let lists = json!({"posts": [
        {"id": 1, "title": "Soon", "status": "scheduled", "at": "2026-11-21T08:00:00Z"},
        {"id": 2, "title": "By now", "status": "scheduled", "at": "2026-11-19T08:00:00Z"},
        {"id": 3, "title": "Some day", "status": "scheduled"},
    ]});
    let run = pull(&world, lists.clone()).await;
    assert_eq!(run.tally.failures[0].code, "required");
    let statuses = "select string_agg(external_id || ' ' || status, ', ' order by external_id) from entry";
    assert_eq!(world.text(statuses).await, "posts/1 scheduled, posts/2 published");
    let due =
        "select kind || ' ' || to_char(run_at, 'YYYY-MM-DD HH24:MI') from job where kind = 'entry.publish'";
    assert_eq!(world.text(due).await, "entry.publish 2026-11-21 08:00");
    assert_eq!(pull(&world, lists).await.tally.unchanged, 2);
}

#[tokio::test]
async fn a_unique_value_is_held_against_what_came_before_but_not_against_translations() {
    let world = World::new().await;
    let run = pull(
        &world,
        json!({"posts": [
            {"id": 1, "title": "One", "code": "a"},
            {"id": 2, "in": {"en": "Two", "de": "Zwei"}, "code": "b"},
            {"id": 3, "title": "Three", "code": "a"},
        ]}),
    )
    .await;
    let told: Vec<_> = run.tally.failures.iter().map(|fault| fault.external_id.as_deref().unwrap()).collect();
    assert_eq!((told, run.tally.created), (vec!["3"], 3));
}

#[tokio::test]
async fn an_item_with_several_faults_is_set_aside_once() {
    let world = World::new().await;
    let item = json!({"id": 1, "in": {"en": "One", "de": "Eins"}, "mood": "exuberantly", "code": 7});
    let run = pull(&world, json!({"posts": [item, {"id": 2, "title": "Two", "mood": "exuberantly"}]})).await;
    assert_eq!((run.tally.seen, run.tally.failed, run.tally.failures.len()), (2, 2, 5));
    let places: Vec<u64> = run.tally.failures.iter().map(|fault| fault.index).collect();
    assert_eq!(places, [0, 0, 0, 0, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_being_pulled_is_not_pulled_a_second_time_until_that_has_ended() {
    let mut world = World::new().await;
    let server = platform(answer(&lists())).await;
    world.source(BLOG, &server.uri()).await;
    let mut meanwhile = Vec::new();
    let first = world.sync_telling(|_| {
        let second = async { world.sync().await.map(|run| run.status) };
        meanwhile.push(tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(second)));
    });
    assert_eq!(first.await.unwrap().status, RunStatus::Succeeded);
    for second in meanwhile {
        let refused = second.unwrap_err();
        assert_eq!(
            (refused.code(), refused.details().unwrap()["reason"].as_str()),
            (Code::Conflict, Some("pulling"))
        );
    }
    assert_eq!(world.sync().await.unwrap().status, RunStatus::Succeeded);
    assert_eq!(world.number("select count(*) from sync_run").await, 2);
}
