//! An entry that is there or not: by what a source calls it, or by type, slug and locale.

use brandgraph::{
    domain::{
        batch::{Mode, Operation},
        entry::{Origin, UpsertEntry},
        text::Title,
    },
    service::{
        Waiting,
        batch::{Outcome, Step, run},
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    batch::{Shop, batch},
    harness::{Persona, TestApp},
    write_world::{World, article, locale, slug},
};

const UPSERT: &str = "mutation($input: UpsertEntryInput!) { upsertEntry(input: $input) {
    entry { id version slug title locale status fields externalId tags { slug } } } }";

async fn upsert(who: &Persona<'_>, input: Value) -> Value {
    who.data(UPSERT, json!({"input": input})).await["upsertEntry"]["entry"].take()
}

fn with(base: &Value, more: Value) -> Value {
    let mut base = base.clone();
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

#[tokio::test]
async fn it_is_made_once_and_changed_after_that() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let base = json!({"contentTypeId": shop.kind, "slug": "oil", "title": "Oil", "fields": {"price": 1, "body": "x"}});
    let made = upsert(&owner, base.clone()).await;
    assert_eq!(
        (&made["version"], &made["status"], &made["locale"]),
        (&json!(1), &json!("DRAFT"), &json!("en"))
    );
    // The same again changes nothing.
    assert_eq!(upsert(&owner, base.clone()).await, made);
    let changed = upsert(&owner, with(&base, json!({"fields": {"price": 2}}))).await;
    assert_eq!((&changed["id"], &changed["version"]), (&made["id"], &json!(2)));
    assert_eq!(changed["fields"], json!({"price": 2}));
    // Another locale is another entry.
    let german = upsert(&owner, with(&base, json!({"locale": "de"}))).await;
    assert_ne!(german["id"], made["id"]);
    for (expected, code) in [(2, None), (1, Some("CONFLICT")), (0, Some("CONFLICT")), (-1, Some("INVALID"))] {
        let input = with(&base, json!({"fields": {"price": 2}, "expectedVersion": expected}));
        let answer = owner.graphql(UPSERT, json!({"input": input})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"].as_str(), code, "{expected}: {answer:#}");
    }
    let fresh = with(&base, json!({"slug": "jar"}));
    let error = owner.error(UPSERT, json!({"input": with(&fresh, json!({"expectedVersion": 3}))})).await;
    assert_eq!(error["extensions"]["code"], "CONFLICT");
    assert_eq!(error["extensions"]["details"], json!({"expected": 3, "current": 0}));
    assert_eq!(upsert(&owner, with(&fresh, json!({"expectedVersion": 0}))).await["version"], 1);
    assert_eq!(shop.count("entry").await, 3);
}

#[tokio::test]
async fn a_source_finds_its_own_entry_whatever_its_slug_is_by_now() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let brand: Uuid = shop.brand.as_str().unwrap().rsplit_once('_').unwrap().1.parse().unwrap();
    let mut database = app.db.connect().await;
    let source = Uuid::now_v7();
    let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
        values ($1, $2, 'shop', 'demo', 'https://cms.example', now(), now())";
    sqlx::query(sql).bind(source).bind(brand).execute(&mut database).await.unwrap();
    let source = format!("source_{source}");
    let base = json!({"contentTypeId": shop.kind, "slug": "oil", "title": "Oil", "fields": {"price": 1},
        "origin": {"sourceId": source, "externalId": "products/1"}});
    let made = upsert(&owner, base.clone()).await;
    assert_eq!(made["externalId"], "products/1");
    let moved = upsert(&owner, with(&base, json!({"slug": "olive-oil"}))).await;
    assert_eq!(
        (&moved["id"], &moved["slug"], &moved["version"]),
        (&made["id"], &json!("olive-oil"), &json!(2))
    );
    // As an operation; what names it by its key means the entry that was there.
    let done = batch(
        &owner,
        "ATOMIC",
        json!([
            {"upsertEntry": with(&base, json!({"key": "oil", "slug": "oil"}))},
            {"publishEntry": {"id": "@oil"}},
            shop.create("set", json!({"fields": {"price": 1, "see": [{"@key": "oil"}]}})),
        ]),
    )
    .await;
    assert_eq!(done["committed"], json!(true), "{done:#}");
    assert_eq!((&done["results"][0]["id"], &done["results"][1]["version"]), (&made["id"], &json!(4)));
    assert_eq!(done["results"][2]["node"]["fields"]["see"], json!([made["id"]]));
    assert_eq!(shop.count("entry").await, 2);
    // One that is gone does not come back where the source has another one by now.
    let delete = "mutation($id: ID!) { deleteEntry(input: {id: $id}) { deletedId } }";
    let restore = "mutation($id: ID!) { restoreEntry(input: {id: $id}) { entry { id } } }";
    owner.data(delete, json!({"id": made["id"]})).await;
    let other = upsert(&owner, with(&base, json!({"slug": "other"}))).await;
    assert_ne!(other["id"], made["id"]);
    let error = owner.error(restore, json!({"id": made["id"]})).await;
    assert_eq!(error["extensions"]["code"], "CONFLICT", "{error}");
    owner.data(delete, json!({"id": other["id"]})).await;
    owner.data(restore, json!({"id": made["id"]})).await;
    let strange = with(
        &base,
        json!({"origin": {"sourceId": "source_00000000-0000-0000-0000-00000000dead", "externalId": "1"}}),
    );
    assert_eq!(owner.code(UPSERT, json!({"input": strange})).await, "NOT_FOUND");
    let blank = with(&base, json!({"origin": {"sourceId": source, "externalId": " "}}));
    let error = owner.error(UPSERT, json!({"input": blank})).await;
    assert_eq!(error["extensions"]["violations"][0]["path"], "input.origin/externalId");
}

#[tokio::test]
async fn two_upserts_of_the_same_at_once_make_one_entry() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let input = |price: usize| json!({"contentTypeId": shop.kind, "slug": "oil", "title": "Oil", "fields": {"price": price}});
    let both = futures::future::join_all((0..3).map(|price| upsert(&owner, input(price)))).await;
    assert!(both.iter().all(|one| one["id"] == both[0]["id"]), "{both:#?}");
    assert_eq!(shop.count("entry").await, 1);
    assert_eq!(shop.count("entry_version").await, 3);
}

#[tokio::test]
async fn batches_of_the_same_upserts_in_any_order_do_not_wait_in_a_circle() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let source_id = Uuid::now_v7();
    let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
        values ($1, $2, 'shop', 'demo', 'https://cms.example', now(), now())";
    sqlx::query(sql).bind(source_id).bind(w.brand).execute(&mut w.db.connect().await).await.unwrap();
    let step = |number: usize, round: usize| {
        let wanted = UpsertEntry {
            origin: number.is_multiple_of(2).then(|| Origin { source_id, external_id: format!("{number}") }),
            expected_version: None,
            content_type_id: kind,
            slug: slug(&format!("e{number}")),
            title: Title::parse(&format!("Round {round}"), "title").unwrap(),
            // The brand's default, said or not, is the same.
            locale: round.is_multiple_of(2).then(|| locale("en")),
            fields: json!({}),
            tags: None,
            categories: None,
        };
        Step { id: None, operation: Ok(Operation::UpsertEntry(wanted)) }
    };
    let waiting = Waiting::default();
    let batches = (0..6).map(|round| {
        let mut steps: Vec<Step> = (0..30).map(|number| step(number, round)).collect();
        if round.is_multiple_of(3) {
            steps.reverse();
        }
        run(&w.services, &w.owner, &waiting, Mode::PerItem, steps)
    });
    for outcomes in futures::future::join_all(batches).await {
        let outcomes = outcomes.unwrap();
        assert!(outcomes.iter().all(|one| matches!(one, Outcome::Done(..))), "{outcomes:#?}");
    }
    assert_eq!(w.count("select from entry").await, 30);
    assert_eq!(w.count("select from entry_version").await, 180);
}
