//! What a document or a batch changes of tags, categories, types, assets and brands is held before, in an order that everybody keeps.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use crate::{
    batch::{Shop, batch},
    batch_waits::until_waiting,
    harness::TestApp,
};

/// A row of each kind.
struct Rows {
    tags: Vec<Value>,
    categories: Vec<Value>,
    asset: Value,
    entry: Value,
}

async fn rows(shop: &Shop<'_>) -> Rows {
    let tag = |slug: &str| json!({"createTag": {"brandId": shop.brand, "slug": slug, "name": slug}});
    let category =
        |slug: &str| json!({"createCategory": {"brandId": shop.brand, "slug": slug, "name": slug}});
    let asset = json!({"createAsset": {"brandId": shop.brand, "filename": "a.webp", "mediaType": "image/webp",
        "url": "https://media.example/a.webp"}});
    let all = json!([
        tag("x"),
        tag("y"),
        tag("z"),
        category("c"),
        category("d"),
        asset,
        shop.create("e", json!({}))
    ]);
    let made = batch(&shop.app.as_owner(), "ATOMIC", all).await;
    assert_eq!(made["committed"], json!(true), "{made:#}");
    let id = |place: usize| made["results"][place]["id"].clone();
    Rows { tags: (0..3).map(id).collect(), categories: vec![id(3), id(4)], asset: id(5), entry: id(6) }
}

fn key(id: &Value) -> String {
    id.as_str().unwrap().rsplit_once('_').unwrap().1.to_owned()
}

async fn scalar(database: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(database).await.unwrap()
}

/// How many circles there have been: whoever is given up says so when it has ended.
async fn circles(app: &TestApp) -> i64 {
    scalar(
        &mut app.db.connect().await,
        "select deadlocks from pg_stat_database where datname = current_database()",
    )
    .await
}

const TAGS: &str = "mutation($a: ID!, $b: ID!, $c: ID!, $name: String!) @atomic {
    a: updateTag(input: {id: $a, name: $name}) { tag { version } }
    b: updateTag(input: {id: $b, name: $name}) { tag { version } }
    c: updateTag(input: {id: $c, name: $name}) { tag { version } } }";

#[tokio::test]
async fn documents_that_name_the_same_tags_in_any_order_come_one_after_the_other() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let Rows { mut tags, .. } = rows(&shop).await;
    tags.sort_by_key(key);
    let last = key(&tags[2]);
    let mut lock = app.db.connect().await;
    let held = format!("begin; select from tag where id = '{last}' for update");
    lock.execute(AssertSqlSafe(held)).await.unwrap();
    let owner = app.as_owner();
    let ask = |order: [usize; 3], name: &str| {
        let [a, b, c] = order.map(|place| tags[place].clone());
        owner.data(TAGS, json!({"a": a, "b": b, "c": c, "name": name}))
    };
    // By its own order each would have its first tag now, and the other one's second before it. By the order that both keep,
    // one has both, and the other one none.
    let looked = async {
        until_waiting(&mut lock, 2).await;
        let holders = format!("select count(distinct xmax::text) from tag where id <> '{last}'");
        let holders = scalar(&mut app.db.connect().await, &holders).await;
        lock.execute("rollback").await.unwrap();
        holders
    };
    let (one, other, holders) = tokio::join!(ask([0, 2, 1], "One"), ask([1, 2, 0], "Other"), looked);
    assert_eq!(holders, 1, "one of them has all but the last");
    let mut versions = [one["a"]["tag"]["version"].clone(), other["a"]["tag"]["version"].clone()];
    versions.sort_by_key(Value::as_i64);
    assert_eq!(versions, [json!(2), json!(3)]);
    assert_eq!(circles(&app).await, 0);
}

/// A change of one row, as a field of a document and as an operation of a batch.
struct Change {
    field: String,
    operation: Value,
}

fn change(name: &str, id: &Value, given: &str, payload: &str) -> Change {
    let mut input: Value = serde_json::from_str(&format!("{{{given}}}")).unwrap();
    input["id"] = id.clone();
    let (argument, _) = given.split_once(':').unwrap();
    let field = format!(
        "{name}(input: {{id: {id}, {}: {}}}) {{ {payload} {{ id }} }}",
        argument.trim_matches('"'),
        given.split_once(':').unwrap().1
    );
    Change { field, operation: json!({name: input}) }
}

#[tokio::test]
async fn whatever_is_changed_in_opposite_orders_is_never_given_up() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let Rows { tags, categories, asset, entry } = rows(&shop).await;
    let owner = app.as_owner();
    let changes = |name: &str| {
        [
            change("updateTag", &tags[0], &format!("\"name\": \"{name}\""), "tag"),
            change("updateTag", &tags[1], &format!("\"name\": \"{name}\""), "tag"),
            change("updateCategory", &categories[0], &format!("\"name\": \"{name}\""), "category"),
            change("updateCategory", &categories[1], &format!("\"name\": \"{name}\""), "category"),
            change("updateContentType", &shop.kind, &format!("\"name\": \"{name}\""), "contentType"),
            change("updateAsset", &asset, &format!("\"filename\": \"{name}\""), "asset"),
            change("updateEntry", &entry, &format!("\"title\": \"{name}\""), "entry"),
            change("updateBrand", &shop.brand, &format!("\"name\": \"{name}\""), "brand"),
        ]
    };
    let count = changes("x").len();
    let mut lock = app.db.connect().await;
    for first in 0..count {
        for second in first + 1..count {
            for of_batch in [false, true] {
                // What both want between theirs is kept from them until each has what it can have.
                let between =
                    |name: &str| change("updateTag", &tags[2], &format!("\"name\": \"{name}\""), "tag");
                let name = |order: &str| format!("N{first}-{second}-{of_batch}-{order}");
                let ask = async |order: [usize; 2], name: String| {
                    let [one, other] = order.map(|place| changes(&name).into_iter().nth(place).unwrap());
                    let middle = between(&name);
                    if of_batch {
                        let all = json!([one.operation, middle.operation, other.operation]);
                        let done = batch(&owner, "ATOMIC", all).await;
                        assert_eq!(done["committed"], json!(true), "{done:#}");
                    } else {
                        let document = format!(
                            "mutation @atomic {{ a: {} b: {} c: {} }}",
                            one.field, middle.field, other.field
                        );
                        owner.data(&document, json!({})).await;
                    }
                };
                let held = format!("begin; select from tag where id = '{}' for update", key(&tags[2]));
                lock.execute(AssertSqlSafe(held)).await.unwrap();
                let release = async {
                    until_waiting(&mut lock, 2).await;
                    lock.execute("rollback").await.unwrap();
                };
                tokio::join!(ask([first, second], name("a")), ask([second, first], name("b")), release);
            }
        }
    }
    lock.close().await.unwrap();
    assert_eq!(circles(&app).await, 0);
}
