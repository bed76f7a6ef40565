//! Writing through the graph: inputs, payloads and errors as a client sees them.

use brandgraph::{domain::access::Role, worker};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::TestApp;

const BRAND: &str =
    "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id slug version } } }";
const TYPE: &str = "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id key version } } }";
const ENTRY: &str = "mutation($input: CreateEntryInput!) { createEntry(input: $input) {
    entry { id slug title status locale version fields tags { slug } } } }";
const UPDATE: &str = "mutation($input: UpdateEntryInput!) { updateEntry(input: $input) { entry { title slug fields version } } }";

struct Shop<'a> {
    app: &'a TestApp,
    brand: Value,
    kind: Value,
}

impl<'a> Shop<'a> {
    async fn open(app: &'a TestApp) -> Self {
        let owner = app.as_owner();
        let input = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en",
            "locales": [{"code": "en"}, {"code": "de", "fallback": "en"}]});
        let brand = owner.data(BRAND, json!({"input": input})).await["createBrand"]["brand"]["id"].clone();
        let schema = json!({"type": "object", "additionalProperties": false, "required": ["price"], "properties": {
            "price": {"type": "number", "minimum": 0}, "body": {"type": "string"},
            "see": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": true}}}});
        let input = json!({"brandId": brand, "key": "product", "name": "Product", "schema": schema});
        let kind =
            owner.data(TYPE, json!({"input": input})).await["createContentType"]["contentType"]["id"].clone();
        Self { app, brand, kind }
    }

    async fn entry(&self, slug: &str) -> Value {
        let input = json!({"contentTypeId": self.kind, "slug": slug, "title": slug, "fields": {"price": 1, "body": "a"}});
        self.app.as_owner().data(ENTRY, json!({"input": input})).await["createEntry"]["entry"].clone()
    }
}

#[tokio::test]
async fn an_entry_lives_from_draft_to_bin_and_back() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let tag = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id slug } } }";
    let tag = owner.data(tag, json!({"input": {"brandId": shop.brand, "slug": "new", "name": "New"}})).await
        ["createTag"]["tag"]["id"]
        .clone();
    let made = shop.entry("oil").await;
    assert_eq!(
        (&made["status"], &made["locale"], &made["version"]),
        (&json!("DRAFT"), &json!("en"), &json!(1))
    );
    let id = made["id"].clone();
    let changed = owner
        .data(
            "mutation($id: ID!, $tags: [ID!]!) {
               tagged: setEntryTags(input: {id: $id, tags: $tags}) { entry { tags { slug } version } }
               publishEntry(input: {id: $id, expectedVersion: 2}) { entry { status publishedAt } }
               updateEntry(input: {id: $id, fieldsPatch: {body: null, price: 2.5}}) { entry { fields } }
               archiveEntry(input: {id: $id}) { entry { status } }
               unpublishEntry(input: {id: $id}) { entry { status } }
               revertEntry(input: {id: $id, version: 1}) { entry { fields version } }
               deleteEntry(input: {id: $id}) { deletedId version }
               restoreEntry(input: {id: $id}) { entry { id version } }
             }",
            json!({"id": id, "tags": [tag]}),
        )
        .await;
    assert_eq!(changed["tagged"]["entry"]["tags"], json!([{"slug": "new"}]));
    assert_eq!(changed["publishEntry"]["entry"]["status"], json!("PUBLISHED"));
    assert_eq!(changed["updateEntry"]["entry"]["fields"], json!({"price": 2.5}));
    assert_eq!(changed["revertEntry"]["entry"], json!({"fields": {"price": 1, "body": "a"}, "version": 7}));
    assert_eq!(changed["deleteEntry"], json!({"deletedId": id, "version": 8}));
    assert_eq!(changed["restoreEntry"]["entry"]["version"], json!(9));
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_is_not_the_same() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let id = shop.entry("oil").await["id"].clone();
    // A variable that is not sent leaves its field out.
    let partly = "mutation($id: ID!, $title: String, $slug: String) {
        updateEntry(input: {id: $id, title: $title, slug: $slug}) { entry { title slug } } }";
    let done = owner.data(partly, json!({"id": id, "title": "Olive oil"})).await;
    assert_eq!(done["updateEntry"]["entry"], json!({"title": "Olive oil", "slug": "oil"}));
    let error = owner.error(partly, json!({"id": id, "title": null})).await;
    assert_eq!(
        error["extensions"]["violations"],
        json!([
        {"path": "input.title", "code": "null", "message": "must not be null; leave it out to keep it as it is"}])
    );
}

#[tokio::test]
async fn everything_wrong_is_told_at_once_where_the_client_gave_it() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let input = json!({"contentTypeId": shop.kind, "slug": "Not A Slug", "title": " ", "locale": "english",
        "fields": {}, "tags": [shop.kind, "x"]});
    let error = owner.error(ENTRY, json!({"input": input})).await;
    assert_eq!(error["extensions"]["code"], "INVALID");
    assert_eq!(error["path"], json!(["createEntry"]));
    let wrong: Vec<_> = error["extensions"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (v["path"].as_str().unwrap(), v["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        wrong,
        [
            ("input.slug", "slug"),
            ("input.title", "blank"),
            ("input.locale", "locale"),
            ("input.tags/0", "id_kind"),
            ("input.tags/1", "id")
        ]
    );
    let input = json!({"contentTypeId": shop.kind, "slug": "a", "title": "A", "locale": "fr", "fields": {"price": -1, "odd": 1}});
    let error = owner.error(ENTRY, json!({"input": input})).await;
    let mut wrong: Vec<_> = error["extensions"]["violations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (v["path"].as_str().unwrap(), v["code"].as_str().unwrap()))
        .collect();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            ("input.fields/odd", "additional_properties"),
            ("input.fields/price", "minimum"),
            ("input.locale", "unknown_locale")
        ]
    );
    let both = json!({"id": shop.entry("b").await["id"], "fields": {}, "fieldsPatch": []});
    let error = owner.error(UPDATE, json!({"input": both})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "exclusive");
}

#[tokio::test]
async fn texts_that_no_database_takes_are_refused_by_name() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let input = json!({"contentTypeId": shop.kind, "slug": "a\u{0}", "title": "a\u{0}b", "fields": {}});
    let error = app.as_owner().error(ENTRY, json!({"input": input})).await;
    let codes: Vec<_> =
        error["extensions"]["violations"].as_array().unwrap().iter().map(|v| v["code"].clone()).collect();
    assert_eq!(codes, ["slug", "control"]);
    let input = json!({"contentTypeId": shop.kind, "slug": "a", "title": "x".repeat(501), "fields": {"price": 1, "body": "a\u{0}"}});
    let error = app.as_owner().error(ENTRY, json!({"input": input})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "max_length");
    let input = json!({"contentTypeId": shop.kind, "slug": "a", "title": "x", "fields": {"price": 1, "body": "a\u{0}"}});
    let error = app.as_owner().error(ENTRY, json!({"input": input})).await;
    assert_eq!(error["extensions"]["violations"][0]["path"], "input.fields/body");
    let tag = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id } } }";
    let input = json!({"brandId": "brand_\u{0}", "slug": "a", "name": "a"});
    assert_eq!(app.as_owner().code(tag, json!({"input": input})).await, "INVALID");
}

#[tokio::test]
async fn a_conflict_shows_the_current_version() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let id = shop.entry("oil").await["id"].clone();
    let input = json!({"id": id, "expectedVersion": 1, "title": "One"});
    owner.data(UPDATE, json!({"input": input})).await;
    let error = owner.error(UPDATE, json!({"input": input})).await;
    assert_eq!(error["extensions"]["code"], "CONFLICT");
    assert_eq!(error["extensions"]["details"], json!({"expected": 1, "current": 2}));
    assert_eq!(error["extensions"]["retryable"], json!(false));
}

#[tokio::test]
async fn a_failed_mutation_does_not_hide_the_ones_beside_it() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let answer = app
        .as_owner()
        .graphql(
            "mutation($id: ID!) { a: publishEntry(input: {id: $id}) { entry { status } }
           b: scheduleEntry(input: {id: $id, at: \"2030-01-01T00:00:00Z\"}) { entry { status } }
           c: archiveEntry(input: {id: $id}) { entry { status } } }",
            json!({"id": id}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({"a": {"entry": {"status": "PUBLISHED"}}, "b": null, "c": {"entry": {"status": "ARCHIVED"}}})
    );
    assert_eq!(answer["errors"][0]["path"], json!(["b"]));
}

#[tokio::test]
async fn schedules_are_kept() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let id = shop.entry("oil").await["id"].clone();
    let schedule = "mutation($id: ID!, $at: DateTime!) { scheduleEntry(input: {id: $id, at: $at}) { entry { status scheduledAt } } }";
    assert_eq!(owner.code(schedule, json!({"id": id, "at": "2020-01-01T00:00:00Z"})).await, "INVALID");
    let done = owner.data(schedule, json!({"id": id, "at": "2026-11-20T13:00:00.123456789+01:00"})).await;
    assert_eq!(done["scheduleEntry"]["entry"]["status"], "SCHEDULED");
    app.clock.advance(TimeDelta::hours(1));
    worker::run_due(&app.services).await.unwrap();
    let node = owner
        .data("query($id: ID!) { node(id: $id) { ... on Entry { status publishedAt } } }", json!({"id": id}))
        .await;
    assert_eq!(node["node"]["status"], "PUBLISHED");
}

#[tokio::test]
async fn a_schema_is_tried_refused_and_forced() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let id = shop.entry("oil").await["id"].clone();
    let update = "mutation($input: UpdateContentTypeInput!) { updateContentType(input: $input) {
        contentType { version } applied report { checked stranded examples { id title violations { path code message } } duplicates { path entries } } } }";
    let schema = json!({"type": "object", "properties": {"price": {"type": "string"}}});
    let input = |extra: Value| {
        let mut input = json!({"id": shop.kind, "schema": schema});
        input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"input": input})
    };
    let tried = owner.data(update, input(json!({"dryRun": true}))).await;
    assert_eq!(
        tried["updateContentType"],
        json!({"contentType": {"version": 1}, "applied": false, "report": {
        "checked": 1, "stranded": 1, "duplicates": [],
        "examples": [{"id": id, "title": "oil", "violations": [{"path": "fields/price", "code": "type", "message": "must be string"}]}]}})
    );
    let error = owner.error(update, input(json!({}))).await;
    assert_eq!(
        (&error["extensions"]["code"], &error["extensions"]["details"]["stranded"]),
        (&json!("CONFLICT"), &json!(1))
    );
    let forced = owner.data(update, input(json!({"force": true}))).await;
    assert_eq!(forced["updateContentType"]["contentType"]["version"], json!(2));
    let remote =
        json!({"input": {"id": shop.kind, "schema": {"type": "object", "$ref": "https://example.com"}}});
    let error = owner.error(update, remote).await;
    assert_eq!(error["extensions"]["violations"][0]["path"], "input.schema/$ref");
}

#[tokio::test]
async fn brands_types_categories_and_assets() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let done = owner
        .data(
            "mutation($brand: ID!) {
               updateBrand(input: {id: $brand, name: \"Acme & Co\"}) { brand { name version } }
               a: createCategory(input: {brandId: $brand, slug: \"a\", name: \"A\"}) { category { id slug } }
               b: createCategory(input: {brandId: $brand, slug: \"b\", name: \"B\", position: 3}) { category { id } }
               createAsset(input: {brandId: $brand, filename: \"a.jpg\", mediaType: \"image/jpeg\", byteSize: 5000000000,
                 url: \"https://example.com/a.jpg\"}) { asset { id byteSize } }
             }",
            json!({"brand": shop.brand}),
        )
        .await;
    assert_eq!(done["updateBrand"]["brand"], json!({"name": "Acme & Co", "version": 2}));
    assert_eq!(done["createAsset"]["asset"]["byteSize"].as_f64(), Some(5e9));
    let (a, b) = (done["a"]["category"]["id"].clone(), done["b"]["category"]["id"].clone());
    let asset = done["createAsset"]["asset"]["id"].clone();
    let done = owner
        .data(
            "mutation($a: ID!, $b: ID!, $asset: ID!) {
               updateCategory(input: {id: $b, name: \"Bee\"}) { category { name } }
               moveCategory(input: {id: $b, parentId: $a}) { category { parent { slug } } }
               updateAsset(input: {id: $asset, alt: \"A bottle\", width: 10}) { asset { alt width version } }
               deleteAsset(input: {id: $asset}) { deletedId }
               restoreAsset(input: {id: $asset}) { asset { version } }
             }",
            json!({"a": a, "b": b, "asset": asset}),
        )
        .await;
    assert_eq!(done["moveCategory"]["category"]["parent"]["slug"], "a");
    assert_eq!(done["restoreAsset"]["asset"]["version"], json!(4));
    let cycle =
        "mutation($a: ID!, $b: ID!) { moveCategory(input: {id: $a, parentId: $b}) { category { id } } }";
    let error = owner.error(cycle, json!({"a": a, "b": b})).await;
    assert_eq!(
        error["extensions"]["violations"][0],
        json!({"path": "input.parentId", "code": "cycle",
        "message": "must not be the category itself or one below it"})
    );
    let delete = "mutation($id: ID!) { deleteCategory(input: {id: $id}) { deletedId } }";
    assert_eq!(owner.code(delete, json!({"id": a})).await, "CONFLICT");
    owner.data(delete, json!({"id": b})).await;
    let bin = "mutation($id: ID!) { deleteBrand(input: {id: $id}) { deletedId } }";
    owner.data(bin, json!({"id": shop.brand})).await;
    assert_eq!(owner.code(bin, json!({"id": shop.brand})).await, "NOT_FOUND");
    owner
        .data(
            "mutation($id: ID!) { restoreBrand(input: {id: $id}) { brand { version } } }",
            json!({"id": shop.brand}),
        )
        .await;
    let delete = "mutation($id: ID!) { deleteContentType(input: {id: $id}) { deletedId } }";
    owner.data(delete, json!({"id": shop.kind})).await;
}

#[tokio::test]
async fn strangers_change_nothing() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let publish = "mutation($id: ID!) { publishEntry(input: {id: $id}) { entry { id } } }";
    assert_eq!(app.as_anonymous().code(publish, json!({"id": id})).await, "UNAUTHENTICATED");
    assert_eq!(app.as_role(Role::Author).code(publish, json!({"id": id})).await, "FORBIDDEN");
    let rival = json!({"slug": "rival", "name": "Rival", "defaultLocale": "en", "locales": [{"code": "en"}]});
    app.as_owner().data(BRAND, json!({"input": rival})).await;
    assert_eq!(app.as_role_in(Role::Editor, "rival").code(publish, json!({"id": id})).await, "NOT_FOUND");
}
