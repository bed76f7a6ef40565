//! Changes that would wait for each other in a circle are all done: by an order that everybody keeps, or by being run anew.

use serde_json::{Value, json};
use sqlx::{Executor, PgConnection};

use crate::{
    batch::{BATCH, Shop, batch},
    harness::TestApp,
};

const WAITING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

/// Stays until so many statements wait for a lock.
pub async fn until_waiting(database: &mut PgConnection, count: i64) {
    loop {
        database.execute("select pg_stat_clear_snapshot()").await.unwrap();
        let waiting: i64 = sqlx::query_scalar(WAITING).fetch_one(&mut *database).await.unwrap();
        if waiting >= count {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Entries of these slugs; the slug, and the id as it is in the database.
async fn entries(shop: &Shop<'_>, slugs: &[&str]) -> Vec<(Value, String)> {
    let creates: Vec<Value> = slugs.iter().map(|slug| shop.create(slug, json!({}))).collect();
    let made = batch(&shop.app.as_owner(), "ATOMIC", json!(creates)).await;
    let id = |one: &Value| one["id"].as_str().unwrap().split_once('_').unwrap().1.to_owned();
    made["results"].as_array().unwrap().iter().map(|one| (one["id"].clone(), id(one))).collect()
}

/// A source of the shop's brand.
async fn source(shop: &Shop<'_>) -> String {
    let brand: uuid::Uuid = shop.brand.as_str().unwrap().split_once('_').unwrap().1.parse().unwrap();
    let id = uuid::Uuid::now_v7();
    let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
        values ($1, $2, 'shop', 'demo', 'https://cms.example', now(), now())";
    sqlx::query(sql).bind(id).bind(brand).execute(&mut shop.app.db.connect().await).await.unwrap();
    format!("source_{id}")
}

#[tokio::test]
async fn documents_that_wait_for_each_other_in_a_circle_are_both_written() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let mut lock = app.db.connect().await;
    lock.execute("begin; lock table category in exclusive mode").await.unwrap();
    // What upserts of a document mean is not held before; what is between makes sure that each has its first.
    let query = "mutation($a: UpsertEntryInput!, $b: CreateCategoryInput!, $c: UpsertEntryInput!) @atomic {
        a: upsertEntry(input: $a) { entry { version } }
        b: createCategory(input: $b) { category { id } }
        c: upsertEntry(input: $c) { entry { version } } }";
    let owner = app.as_owner();
    let ask = |first: &str, second: &str, title: &str| {
        let upsert = |slug: &str| json!({"contentTypeId": shop.kind, "slug": slug, "title": title, "fields": {"price": 1}});
        let category = json!({"brandId": shop.brand, "slug": title, "name": title});
        owner.data(query, json!({"a": upsert(first), "b": category, "c": upsert(second)}))
    };
    let circle = async {
        until_waiting(&mut lock, 2).await;
        lock.execute("rollback").await.unwrap();
    };
    let (one, other, ()) = tokio::join!(ask("x", "y", "one"), ask("y", "x", "other"), circle);
    let mut versions = [one["a"]["entry"]["version"].clone(), other["a"]["entry"]["version"].clone()];
    versions.sort_by_key(Value::as_i64);
    assert_eq!(versions, [json!(1), json!(2)]);
    assert_eq!(shop.count("entry_version").await, 4);
    assert_eq!(shop.count("category").await, 2);
}

#[tokio::test]
async fn documents_that_name_the_same_entries_in_any_order_come_one_after_the_other() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let made = entries(&shop, &["x", "y", "z"]).await;
    // Whoever has the first of them has all of them: the document that comes second waits for that one alone, with nothing in hand.
    let mut lock = app.db.connect().await;
    let last = made.iter().map(|one| &one.1).max().unwrap();
    lock.execute(sqlx::AssertSqlSafe(format!("begin; select from entry where id = '{last}' for update")))
        .await
        .unwrap();
    let query = "mutation($a: ID!, $b: UpdateEntryInput!, $c: ID!) @atomic {
        a: updateEntry(input: {id: $a, title: \"A\"}) { entry { version } }
        b: updateEntry(input: $b) { entry { version } }
        c: deleteEntry(input: {id: $c, expectedVersion: 9}) { deletedId } }";
    let owner = app.as_owner();
    let ask = |order: [usize; 3]| {
        let [a, b, c] = order.map(|place| made[place].0.clone());
        owner.graphql(query, json!({"a": a, "b": {"id": b, "title": "B"}, "c": c}))
    };
    let circle = async {
        until_waiting(&mut lock, 2).await;
        let free = "select count(*) from (select from entry for update skip locked) e";
        let free: i64 = sqlx::query_scalar(free).fetch_one(&mut app.db.connect().await).await.unwrap();
        lock.execute("rollback").await.unwrap();
        free
    };
    let (one, other, free) = tokio::join!(ask([0, 1, 2]), ask([2, 1, 0]), circle);
    assert_eq!(free, 0, "one of them has all but the last");
    for answer in [one, other] {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT", "{answer:#}");
    }
}

#[tokio::test]
async fn batches_of_the_same_entries_in_opposite_order_come_one_after_the_other() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let made = entries(&shop, &["x", "y", "z"]).await;
    // Whoever has the first of them has all of them: the batch that comes second waits for that one alone.
    let mut lock = app.db.connect().await;
    let last = made.iter().map(|one| &one.1).max().unwrap();
    lock.execute(sqlx::AssertSqlSafe(format!("begin; select from entry where id = '{last}' for update")))
        .await
        .unwrap();
    let update = |title: &str, order: [usize; 3]| {
        order.map(|place| json!({"updateEntry": {"id": made[place].0, "title": title}}))
    };
    let owner = app.as_owner();
    let one = batch(&owner, "ATOMIC", json!(update("One", [0, 1, 2])));
    let other = batch(&owner, "ATOMIC", json!(update("Other", [2, 1, 0])));
    let circle = async {
        until_waiting(&mut lock, 2).await;
        lock.execute("rollback").await.unwrap();
    };
    let (one, other, ()) = tokio::join!(one, other, circle);
    assert_eq!((&one["committed"], &other["committed"]), (&json!(true), &json!(true)), "{one:#} {other:#}");
    assert_eq!(shop.count("entry_version").await, 9);
}

#[tokio::test]
async fn upserts_by_origin_and_by_slug_of_the_same_at_once_are_all_done() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let source = source(&shop).await;
    let upsert = |number: usize, by_origin: bool, title: &str| {
        let mut input = json!({"contentTypeId": shop.kind, "slug": format!("e{number}"), "title": title, "fields": {"price": 1}});
        if by_origin {
            input["origin"] = json!({"sourceId": source, "externalId": format!("{number}")});
        }
        json!({"upsertEntry": input})
    };
    let owner = app.as_owner();
    let made: Vec<Value> = (0..20).map(|number| upsert(number, true, "Made")).collect();
    assert_eq!(batch(&owner, "ATOMIC", json!(made)).await["committed"], json!(true));
    for round in 0..3 {
        let batches = (0..4).map(|place| {
            let title = format!("{round}-{place}");
            let mut steps: Vec<Value> =
                (0..20).map(|number| upsert(number, place % 2 == 0, &title)).collect();
            if place >= 2 {
                steps.reverse();
            }
            batch(&owner, if place == 0 { "PER_ITEM" } else { "ATOMIC" }, json!(steps))
        });
        for done in futures::future::join_all(batches).await {
            assert_eq!((&done["committed"], &done["failed"]), (&json!(true), &json!(0)), "{done:#}");
        }
    }
    assert_eq!(shop.count("entry").await, 20);
    assert_eq!(shop.count("entry_version").await, 20 * 13);
}

#[tokio::test]
async fn an_upsert_by_origin_and_one_by_slug_make_one_entry() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let source = source(&shop).await;
    let query = "mutation($input: UpsertEntryInput!) { upsertEntry(input: $input) { entry { id version } } }";
    let owner = app.as_owner();
    for number in 0..5 {
        let by_slug = json!({"contentTypeId": shop.kind, "slug": format!("e{number}"), "title": "S", "fields": {"price": 1}});
        let mut by_origin = by_slug.clone();
        by_origin["title"] = json!("O");
        by_origin["origin"] = json!({"sourceId": source, "externalId": format!("{number}")});
        // The one by origin is refused where the slug is another entry's already, so it comes first; the one by slug waits for it.
        let mut lock = app.db.connect().await;
        lock.execute("begin; lock table entry_version in exclusive mode").await.unwrap();
        let first = owner.data(query, json!({"input": by_origin}));
        let second = async {
            until_waiting(&mut lock, 1).await;
            let second = owner.data(query, json!({"input": by_slug}));
            let release = async {
                let mut other = app.db.connect().await;
                until_waiting(&mut other, 2).await;
                lock.execute("rollback").await.unwrap();
            };
            tokio::join!(second, release).0
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first["upsertEntry"]["entry"]["id"], second["upsertEntry"]["entry"]["id"]);
        assert_eq!(second["upsertEntry"]["entry"]["version"], json!(2));
    }
    assert_eq!(shop.count("entry").await, 5);
}

#[tokio::test]
async fn upserts_in_documents_that_are_one_do_not_fail_for_their_order() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let query = "mutation($a: UpsertEntryInput!, $b: UpsertEntryInput!) @atomic {
        a: upsertEntry(input: $a) { entry { id } } b: upsertEntry(input: $b) { entry { id } } }";
    let owner = app.as_owner();
    let input = |slug: &str, title: &str| json!({"contentTypeId": shop.kind, "slug": slug, "title": title, "fields": {"price": 1}});
    entries(&shop, &["x", "y"]).await;
    let all = (0..4).map(|place| {
        let title = format!("T{place}");
        let (first, second) = if place % 2 == 0 { ("x", "y") } else { ("y", "x") };
        owner.data(query, json!({"a": input(first, &title), "b": input(second, &title)}))
    });
    for done in futures::future::join_all(all).await {
        assert!(done["a"].is_object() && done["b"].is_object(), "{done:#}");
    }
    assert_eq!(shop.count("entry_version").await, 2 + 8);
}

#[tokio::test]
async fn an_operation_that_others_stood_in_the_way_of_fails_no_batch() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let mut lock = app.db.connect().await;
    lock.execute("begin; lock table category in exclusive mode").await.unwrap();
    // Slugs of new entries are in no order that could be kept: each holds its first and waits for the other's. What is between
    // makes sure of it.
    let steps = |first: &str, second: &str, of: &str| {
        json!([shop.create(first, json!({})),
            {"createCategory": {"brandId": shop.brand, "slug": of, "name": of}},
            shop.create(second, json!({}))])
    };
    let input = |steps: Value| json!({"input": {"mode": "PER_ITEM", "operations": steps}});
    let one = owner.data(BATCH, input(steps("x", "y", "one")));
    let other = owner.data(BATCH, input(steps("y", "x", "other")));
    let circle = async {
        until_waiting(&mut lock, 2).await;
        lock.execute("rollback").await.unwrap();
    };
    let (one, other, ()) = tokio::join!(one, other, circle);
    let failed: i64 = [&one, &other].iter().map(|done| done["batch"]["failed"].as_i64().unwrap()).sum();
    assert_eq!(failed, 2, "one of them comes second and finds both slugs taken: {one:#} {other:#}");
    for done in [one, other] {
        for result in done["batch"]["results"].as_array().unwrap() {
            assert!(result["error"].is_null() || result["error"]["code"] == "CONFLICT", "{result:#}");
        }
    }
    assert_eq!(shop.count("entry").await, 2);
    assert_eq!(shop.count("category").await, 2);
}

#[tokio::test]
async fn what_somebody_else_writes_meanwhile_fails_one_operation_alone() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    entries(&shop, &["base"]).await;
    let mut other = app.db.connect().await;
    // Nobody sees it yet, and whoever wants its slug waits for it.
    other
        .execute(
            "begin; insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, \
             search_text, version, created_at, updated_at) select gen_random_uuid(), brand_id, content_type_id, \
             gen_random_uuid(), 'e3', locale, title, status, fields, search_text, 1, created_at, updated_at from entry",
        )
        .await
        .unwrap();
    let creates: Vec<Value> = (0..8).map(|number| shop.create(&format!("e{number}"), json!({}))).collect();
    let owner = app.as_owner();
    let done = batch(&owner, "PER_ITEM", json!(creates));
    let meanwhile = async {
        until_waiting(&mut other, 1).await;
        other.execute("commit").await.unwrap();
    };
    let (done, ()) = tokio::join!(done, meanwhile);
    assert_eq!((&done["committed"], &done["failed"]), (&json!(true), &json!(1)), "{done:#}");
    let error = &done["results"][3]["error"];
    assert_eq!(
        (&error["code"], &error["path"]),
        (&json!("CONFLICT"), &json!("input.operations[3].createEntry.slug"))
    );
    assert_eq!(shop.count("entry").await, 9);
}
