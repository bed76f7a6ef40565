//! Tags and categories that pulls and imports make: found by what they are called, kept in their tree, and recorded.

use brandgraph::service::source_sync::Run;
use serde_json::{Value, json};
use sqlx::Row;

use crate::{
    sync_source::{BLOG, answer, pull},
    sync_world::{World, platform},
};

fn posts(title: &str, tags: &[&str], path: &[&str]) -> Value {
    json!({"posts": [{"id": 1, "title": title, "tags": tags, "where": [path]}]})
}

/// How many categories have a path that is not their parent's and themselves.
const ODD_PATHS: &str = "select count(*) from category c left join category p on p.id = c.parent_id \
                         where c.path <> coalesce(p.path, '{}') || c.id";

#[tokio::test]
async fn a_term_that_was_renamed_or_moved_does_not_stand_in_the_way_of_the_next_pull() {
    let mut world = World::new().await;
    pull(&world, posts("One", &["Big"], &["World", "Europe"])).await;
    world.rows("update tag set slug = 'large' where slug = 'big' returning id").await;
    world
        .rows("update category set parent_id = null, path = array[id] where slug = 'europe' returning id")
        .await;
    let run = pull(&world, posts("One, again", &["Big"], &["World", "Europe"])).await;
    assert_eq!((run.tally.failed, run.tally.updated), (0, 1), "{:?}", run.tally.failures);
    assert_eq!(world.text("select string_agg(slug, ' ' order by slug) from tag").await, "big large");
    let filed = "select array_to_string(array(select p.slug from category p where p.id = any(c.path) \
                 order by array_position(c.path, p.id)), '/') from entry_category l join category c on c.id = l.category_id";
    assert_eq!(world.text(filed).await, "world/europe");
}

#[tokio::test]
async fn a_category_that_is_made_beside_a_move_has_the_path_of_its_parent() {
    let mut world = World::new().await;
    pull(&world, posts("One", &[], &["World", "Europe"])).await;
    // Somebody moves `world` under another category, and has not committed yet.
    let mut other = world.app.db.connect().await;
    sqlx::query("begin").execute(&mut other).await.unwrap();
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('category/' || $1::text, 0))")
        .bind(world.brand.to_string())
        .execute(&mut other)
        .await
        .unwrap();
    sqlx::query(
        "with made as (insert into category (id, brand_id, slug, name, path, created_at, updated_at) \
         select i, $1, 'planet', 'Planet', array[i], now(), now() from gen_random_uuid() as i returning id) \
         update category set parent_id = case slug when 'world' then made.id else parent_id end, path = made.id || path \
         from made where category.brand_id = $1",
    )
    .bind(world.brand)
    .execute(&mut other)
    .await
    .unwrap();
    let server = platform(answer(&posts("One", &[], &["World", "Asia"]))).await;
    world.source(BLOG, &server.uri()).await;
    let mut watch = world.app.db.connect().await;
    let commit = async {
        // Committed as soon as the pull waits for it; a pull that does not wait has ended before.
        let waits = "select exists (select from pg_locks where locktype = 'advisory' and not granted \
                     and database = (select oid from pg_database where datname = current_database())) or exists \
                     (select from sync_run where status <> 'running' and started_at = (select max(started_at) from sync_run) \
                     having count(*) = 2)";
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut watch).await.unwrap() {}
        sqlx::query("commit").execute(&mut other).await.unwrap();
    };
    let (run, ()) = tokio::join!(world.sync(), commit);
    let run: Run = run.unwrap();
    assert_eq!((run.tally.failed, run.error.is_none()), (0, true), "{:?}", run.tally.failures);
    assert_eq!(world.number("select count(*) from category where slug = 'asia'").await, 1);
    assert_eq!(world.number(ODD_PATHS).await, 0);
}

#[tokio::test]
async fn a_term_that_a_pull_makes_leaves_its_record() {
    let mut world = World::new().await;
    pull(&world, posts("One", &["Big"], &["World", "Europe"])).await;
    pull(&world, posts("Two", &["Big", "Small"], &["World", "Asia"])).await;
    let told: Vec<String> = world
        .rows(
            "select t.told from audit_record r, jsonb_array_elements_text(r.detail->'terms') as t(told) \
             where r.kind = 'content.imported' and r.node like 'source_%' order by told",
        )
        .await
        .iter()
        .map(|row| row.get("told"))
        .collect();
    assert_eq!(
        told,
        [
            "category.created asia",
            "category.created europe",
            "category.created world",
            "tag.created big",
            "tag.created small",
        ]
    );
}
