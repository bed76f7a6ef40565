//! Foreign keys that are tested once for a statement hold what those of PostgreSQL hold, also where transactions meet.

use sqlx::{Executor, PgConnection, postgres::PgQueryResult};

use crate::{batch_waits::until_waiting, harness::TestDb};

/// A brand, and one of everything in it. Ids are made from names, so that a test can write them down.
const WORLD: &str = "
    create function id(name text) returns uuid language sql immutable return md5(name)::uuid;
    insert into brand (id, slug, name, default_locale, created_at, updated_at) values
      (id('brand'), 'acme', 'Acme', 'en', now(), now()), (id('other brand'), 'other', 'Other', 'en', now(), now());
    insert into content_type (id, brand_id, key, name, schema, created_at, updated_at)
      select id(key), id('brand'), key, key, '{}', now(), now() from unnest(array['page', 'post']) key;
    insert into source (id, brand_id, name, connector, base_url, created_at, updated_at)
      values (id('source'), id('brand'), 'cms', 'demo', 'https://cms.example', now(), now()),
        (id('other source'), id('brand'), 'shop', 'demo', 'https://shop.example', now(), now());
    insert into tag (id, brand_id, slug, name, created_at, updated_at)
      select id(slug), id('brand'), slug, slug, now(), now() from unnest(array['red', 'blue']) slug;
    insert into category (id, brand_id, slug, name, path, created_at, updated_at)
      select id(slug), id('brand'), slug, slug, array[id(slug)], now(), now() from unnest(array['left', 'right']) slug;
    insert into asset (id, brand_id, filename, media_type, url, created_at, updated_at)
      select id(name), id('brand'), name, 'image/png', 'https://cms.example/1', now(), now()
      from unnest(array['picture', 'film']) name;
    insert into entry (id, brand_id, content_type_id, source_id, external_id, translation_id, slug, locale, title, status, fields,
        created_at, updated_at)
      select id(slug), id('brand'), id('page'), id('source'), slug, id(slug), slug, 'en', 'E', 'draft', '{}', now(), now()
      from unnest(array['one', 'two', 'three']) slug;
    insert into entry_tag values (id('one'), id('red'));
    insert into entry_category values (id('one'), id('left'));
    insert into entry_reference (entry_id, field, position, target_entry_id) values (id('one'), 'next', 0, id('two'));
    insert into entry_reference (entry_id, field, position, target_asset_id) values (id('one'), 'hero', 0, id('picture'));";

async fn world() -> (TestDb, PgConnection) {
    let db = TestDb::create().await;
    let mut sql = db.connect().await;
    sql.execute(WORLD).await.unwrap();
    (db, sql)
}

async fn run(sql: &mut PgConnection, statement: String) -> Result<PgQueryResult, sqlx::Error> {
    sql.execute(sqlx::AssertSqlSafe(statement)).await
}

/// The foreign key that a statement would break.
fn broken(result: Result<PgQueryResult, sqlx::Error>) -> String {
    let error = result.unwrap_err();
    let refusal = error.as_database_error().unwrap();
    assert!(refusal.is_foreign_key_violation(), "{refusal}");
    refusal.constraint().unwrap_or_default().to_owned()
}

/// A copy of entry `one` in which one column is another.
fn entry(column: &str, value: &str) -> String {
    let columns = ["brand_id", "content_type_id", "source_id"];
    let values = columns.map(|each| if each == column { value } else { each }).join(", ");
    format!(
        "insert into entry (id, brand_id, content_type_id, source_id, external_id, translation_id, slug, locale, title, status, \
         fields, created_at, updated_at) select id('new'), {values}, 'new', id('new'), 'new', 'en', 'E', 'draft', '{{}}', now(), \
         now() from entry where slug = 'one'"
    )
}

/// Every key, with a statement that inserts a row which refers to the given row.
fn inserts(name: &str) -> [(&'static str, String); 7] {
    let id = format!("id('{name}')");
    [
        ("entry_brand_id_fkey", entry("brand_id", &id)),
        ("entry_content_type_id_fkey", entry("content_type_id", &id)),
        ("entry_source_id_fkey", entry("source_id", &id)),
        ("entry_tag_tag_id_fkey", format!("insert into entry_tag values (id('two'), {id})")),
        ("entry_category_category_id_fkey", format!("insert into entry_category values (id('two'), {id})")),
        (
            "entry_reference_target_entry_id_fkey",
            format!(
                "insert into entry_reference (entry_id, field, position, target_entry_id) values (id('two'), 'next', 0, {id})"
            ),
        ),
        (
            "entry_reference_target_asset_id_fkey",
            format!(
                "insert into entry_reference (entry_id, field, position, target_asset_id) values (id('two'), 'hero', 0, {id})"
            ),
        ),
    ]
}

#[tokio::test]
async fn a_row_refers_to_what_is_there_and_to_nothing_else() {
    let (_db, mut sql) = world().await;
    for (key, insert) in inserts("nothing") {
        assert_eq!(broken(run(&mut sql, insert).await), key);
    }
    // One of several, in one statement.
    let some = "insert into entry_tag select id('two'), t from unnest(array[id('red'), id('nothing'), id('blue')]) t";
    assert_eq!(broken(sql.execute(some).await), "entry_tag_tag_id_fkey");
    for (key, update) in [
        ("entry_brand_id_fkey", "update entry set brand_id = id('nothing')"),
        ("entry_content_type_id_fkey", "update entry set content_type_id = id('nothing') where slug = 'two'"),
        ("entry_source_id_fkey", "update entry set source_id = id('nothing')"),
        ("entry_tag_tag_id_fkey", "update entry_tag set tag_id = id('nothing')"),
        ("entry_category_category_id_fkey", "update entry_category set category_id = id('nothing')"),
        (
            "entry_reference_target_entry_id_fkey",
            "update entry_reference set target_entry_id = id('nothing') where field = 'next'",
        ),
        (
            "entry_reference_target_asset_id_fkey",
            "update entry_reference set target_asset_id = id('nothing') where field = 'hero'",
        ),
    ] {
        assert_eq!(broken(sql.execute(update).await), key, "{update}");
    }
    let upsert = "insert into entry_reference (entry_id, field, position, target_entry_id) values (id('one'), 'next', 0, id('nothing')) \
                  on conflict (entry_id, field, position) do update set target_entry_id = excluded.target_entry_id";
    assert_eq!(broken(sql.execute(upsert).await), "entry_reference_target_entry_id_fkey");
    sql.execute("update entry set content_type_id = id('post'), source_id = null, external_id = null")
        .await
        .unwrap();
    sql.execute("update entry_tag set tag_id = id('blue')").await.unwrap();
    sql.execute("update entry_reference set target_entry_id = id('three') where field = 'next'")
        .await
        .unwrap();
}

#[tokio::test]
async fn what_is_referred_to_stays_or_takes_its_links_along() {
    let (_db, mut sql) = world().await;
    for (key, delete) in [
        ("entry_content_type_id_fkey", "delete from content_type where key = 'page'"),
        ("entry_reference_target_entry_id_fkey", "delete from entry where slug = 'two'"),
        ("entry_reference_target_asset_id_fkey", "delete from asset where filename = 'picture'"),
    ] {
        assert_eq!(broken(sql.execute(delete).await), key, "{delete}");
    }
    assert_eq!(broken(sql.execute("delete from source where name = 'cms'").await), "entry_source_id_fkey");
    sql.execute("update entry set brand_id = id('other brand')").await.unwrap();
    assert_eq!(broken(sql.execute("delete from brand where slug = 'other'").await), "entry_brand_id_fkey");
    assert_eq!(broken(sql.execute("update tag set id = id('else') where slug = 'red'").await), "");
    sql.execute("delete from tag; delete from category where slug = 'left'").await.unwrap();
    let left = "select count(*) from (select from entry_tag union all select from entry_category) l";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut sql).await.unwrap(), 0);
    // Those that refer to one another go together.
    sql.execute("delete from entry where slug in ('one', 'two')").await.unwrap();
    sql.execute("delete from asset; delete from content_type where key = 'post'").await.unwrap();
    assert_eq!(broken(sql.execute("update entry set id = id('else')").await), "");
}

/// What another may delete while somebody refers to it, and what that comes to.
const MEETINGS: [(&str, usize, &str, Option<&str>); 7] = [
    ("other source", 2, "delete from source where name = 'shop'", Some("entry_source_id_fkey")),
    ("post", 1, "delete from content_type where key = 'post'", Some("entry_content_type_id_fkey")),
    ("other brand", 0, "delete from brand where slug = 'other'", Some("entry_brand_id_fkey")),
    ("blue", 3, "delete from tag where slug = 'blue'", None),
    ("right", 4, "delete from category where slug = 'right'", None),
    ("three", 5, "delete from entry where slug = 'three'", Some("entry_reference_target_entry_id_fkey")),
    ("film", 6, "delete from asset where filename = 'film'", Some("entry_reference_target_asset_id_fkey")),
];

#[tokio::test]
async fn who_deletes_waits_for_who_refers_and_sees_it() {
    let (db, mut looking) = world().await;
    for (name, key, delete, breaks) in MEETINGS {
        let mut first = db.connect().await;
        let mut second = db.connect().await;
        first.execute("begin").await.unwrap();
        run(&mut first, inserts(name)[key].1.clone()).await.unwrap();
        let meeting = tokio::spawn(async move { second.execute(delete).await });
        until_waiting(&mut looking, 1).await;
        first.execute("commit").await.unwrap();
        match (meeting.await.unwrap(), breaks) {
            (result @ Err(_), Some(key)) => assert_eq!(broken(result), key, "{delete}"),
            (Ok(_), None) => {}
            (result, _) => panic!("{delete}: {result:?}"),
        }
        looking.execute("delete from entry where slug = 'new'").await.unwrap();
    }
    let left = "select count(*) from (select from entry_tag where tag_id = id('blue') union all \
                select from entry_category where category_id = id('right')) l";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(&mut looking).await.unwrap(), 0);
}

#[tokio::test]
async fn who_refers_waits_for_who_deletes_and_sees_it() {
    let (db, mut looking) = world().await;
    for (name, key, delete, _) in MEETINGS {
        let mut first = db.connect().await;
        let mut second = db.connect().await;
        first.execute("begin").await.unwrap();
        first.execute(delete).await.unwrap();
        let (constraint, insert) = inserts(name)[key].clone();
        let meeting = tokio::spawn(async move { run(&mut second, insert).await });
        until_waiting(&mut looking, 1).await;
        first.execute("commit").await.unwrap();
        assert_eq!(broken(meeting.await.unwrap()), constraint);
    }
}

#[tokio::test]
async fn who_sees_the_past_deletes_nothing_that_others_may_refer_to() {
    let (db, mut sql) = world().await;
    sql.execute("begin isolation level repeatable read").await.unwrap();
    let found: i64 = sqlx::query_scalar("select count(*) from entry_tag where tag_id = id('blue')")
        .fetch_one(&mut sql)
        .await
        .unwrap();
    assert_eq!(found, 0);
    db.connect().await.execute("insert into entry_tag values (id('two'), id('blue'))").await.unwrap();
    let refused = sql.execute("delete from tag where slug = 'blue'").await.unwrap_err();
    assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("0A000"));
}

#[tokio::test]
async fn what_arrives_while_its_entry_goes_goes_along() {
    let (db, mut looking) = world().await;
    let mut first = db.connect().await;
    let mut second = db.connect().await;
    let waits = "insert into pending_reference (entry_id, field, position, many, target_entry_id, placed) \
                 values (id('three'), 'next', 0, false, id('one'), true)";
    first.execute(waits).await.unwrap();
    // As the end of an import does it.
    first.execute("begin; delete from pending_reference").await.unwrap();
    run(&mut first, inserts("one")[5].1.replace("'two'", "'three'")).await.unwrap();
    let going = tokio::spawn(async move { second.execute("delete from entry where slug = 'three'").await });
    until_waiting(&mut looking, 1).await;
    first.execute("commit").await.unwrap();
    going.await.unwrap().unwrap();
    let orphans = "select count(*) from entry_reference r where not exists (select from entry e where e.id = r.entry_id)";
    assert_eq!(sqlx::query_scalar::<_, i64>(orphans).fetch_one(&mut looking).await.unwrap(), 0);
}
