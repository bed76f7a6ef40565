//! What the database itself keeps true: its functions, and what goes with an entry.

use serde_json::{Value, json};
use sqlx::{Executor, PgConnection};

use crate::harness::TestDb;

async fn texts(sql: &mut PgConnection, function: &str, given: &Value) -> Option<String> {
    let statement = format!("select {function}::text");
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).bind(given).fetch_one(sql).await.unwrap()
}

#[tokio::test]
async fn a_moment_is_read_from_what_is_one_and_from_nothing_else() {
    let db = TestDb::create().await;
    let mut sql = db.connect().await;
    sql.execute("set timezone = 'UTC'").await.unwrap();
    for (given, moment) in [
        ("2026-01-02T03:04:05Z", Some("2026-01-02 03:04:05+00")),
        ("2026-01-02t03:04z", Some("2026-01-02 03:04:00+00")),
        ("2026-01-02 03:04:05.25+05:30", Some("2026-01-01 21:34:05.25+00")),
        ("2024-02-29", Some("2024-02-29 00:00:00+00")),
        ("2000-12-31T23:59:60Z", Some("2001-01-01 00:00:00+00")),
        ("2023-02-29", None),
        ("1900-02-29", None),
        ("2026-04-31T00:00:00Z", None),
        ("2026-00-10", None),
        ("2026-13-10", None),
        ("2026-10-00", None),
        ("0000-01-01", None),
        ("2026-01-02T24:00:00Z", None),
        ("2026-01-02T23:60:00Z", None),
        ("2026-01-02T23:59:61Z", None),
        ("2026-01-02T03:04:05+16:00", None),
        ("2026-01-02T03:04:05", None),
        ("soon", None),
    ] {
        let found = texts(&mut sql, "bg_moment($1::jsonb#>>'{}')", &json!(given)).await;
        assert_eq!(found.as_deref(), moment, "{given}");
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_no_number_and_no_truth() {
    let db = TestDb::create().await;
    let mut sql = db.connect().await;
    for (given, number, truth) in [
        (json!(5.9), Some("5.9"), None),
        (json!(true), None, Some("true")),
        (json!("5.9"), None, None),
        (json!([1, true]), None, None),
        (json!({"a": 1}), None, None),
        (Value::Null, None, None),
    ] {
        assert_eq!(texts(&mut sql, "bg_number($1)", &given).await.as_deref(), number, "{given}");
        assert_eq!(texts(&mut sql, "bg_boolean($1)", &given).await.as_deref(), truth, "{given}");
    }
}

#[tokio::test]
async fn a_parallel_worker_reads_moments_too() {
    let db = TestDb::create().await;
    let mut sql = db.connect().await;
    // The setting got another name in PostgreSQL 16.
    sql.execute(
        "select set_config(name, 'on', false) from pg_settings where name in ('force_parallel_mode', 'debug_parallel_query')",
    )
    .await
    .unwrap();
    let read = "select bg_moment(c.relname::text) is null from pg_class c limit 1";
    assert!(sqlx::query_scalar::<_, bool>(read).fetch_one(&mut sql).await.unwrap());
}

#[tokio::test]
async fn what_belongs_to_an_entry_goes_with_it() {
    let db = TestDb::create().await;
    let mut sql = db.connect().await;
    sql.execute(
        "with b as (insert into brand (id, slug, name, default_locale, created_at, updated_at)
           values (gen_random_uuid(), 'acme', 'Acme', 'en', now(), now()) returning id),
         t as (insert into content_type (id, brand_id, key, name, schema, created_at, updated_at)
           select gen_random_uuid(), id, 'page', 'Page', '{}', now(), now() from b returning id, brand_id),
         g as (insert into tag (id, brand_id, slug, name, created_at, updated_at)
           select gen_random_uuid(), id, 'tag', 'Tag', now(), now() from b returning id),
         c as (insert into category (id, brand_id, slug, name, path, created_at, updated_at)
           select x.id, b.id, 'category', 'Category', array[x.id], now(), now() from b, (select gen_random_uuid() as id) x returning id),
         e as (insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, created_at, updated_at)
           select gen_random_uuid(), brand_id, id, gen_random_uuid(), 'e' || n, 'en', 'E', 'draft', '{}', now(), now()
           from t, generate_series(1, 3) n returning id, slug, title, status, fields),
         v as (insert into entry_version (entry_id, version, slug, title, status, fields, change, actor, created_at)
           select id, 1, slug, title, status, fields, 'created', 'test', now() from e),
         lt as (insert into entry_tag select e.id, g.id from e, g),
         lc as (insert into entry_category select e.id, c.id from e, c)
         insert into entry_reference (entry_id, field, position, target_entry_id)
         select e.id, 'next', 0, o.id from e, e o where (e.slug, o.slug) = ('e1', 'e2')",
    )
    .await
    .unwrap();
    let held = sql.execute("delete from entry where slug = 'e2'").await;
    assert!(held.unwrap_err().as_database_error().unwrap().is_foreign_key_violation());
    sql.execute("delete from entry where slug in ('e1', 'e3')").await.unwrap();
    let left: String = sqlx::query_scalar(
        "select concat_ws(' ', (select count(*) from entry_version), (select count(*) from entry_tag),
         (select count(*) from entry_category), (select count(*) from entry_reference))",
    )
    .fetch_one(&mut sql)
    .await
    .unwrap();
    assert_eq!(left, "1 1 1 0");
}
