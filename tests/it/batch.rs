//! Many changes in one mutation: in order, with client keys, all of them or each on its own, or only tried.

use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

pub const BATCH: &str = "mutation($input: BatchInput!) { batch(input: $input) { committed failed results {
    index key operation status id version error { code path message violations { path code } }
    node { __typename id ... on Entry { slug status version fields tags { slug } } ... on Tag { slug } } } } }";

const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["price"], "properties": {
    "price": {"type": "number", "minimum": 0}, "body": {"type": "string", "x-searchable": true},
    "sku": {"type": "string", "x-unique": true},
    "see": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": true}}}}"#;

/// A brand with a content type.
pub struct Shop<'a> {
    pub app: &'a TestApp,
    pub brand: Value,
    pub kind: Value,
}

impl<'a> Shop<'a> {
    pub async fn open(app: &'a TestApp) -> Self {
        let steps = json!([
            {"createBrand": {"key": "acme", "slug": "acme", "name": "Acme", "defaultLocale": "en",
                "locales": [{"code": "en"}, {"code": "de", "fallback": "en"}]}},
            {"createContentType": {"clientKey": "product", "brandId": "@acme", "key": "product", "name": "Product",
                "schema": serde_json::from_str::<Value>(SCHEMA).unwrap()}},
        ]);
        let made = batch(&app.as_owner(), "ATOMIC", steps).await;
        assert_eq!(made["committed"], json!(true), "{made:#}");
        let id = |place: usize| made["results"][place]["id"].clone();
        Self { app, brand: id(0), kind: id(1) }
    }

    pub fn create(&self, slug: &str, more: Value) -> Value {
        let mut input =
            json!({"contentTypeId": self.kind, "slug": slug, "title": slug, "fields": {"price": 1}});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"createEntry": input})
    }

    pub async fn count(&self, table: &str) -> i64 {
        let mut connection = self.app.db.connect().await;
        let sql = format!("select count(*) from {table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
    }
}

pub async fn batch(who: &Persona<'_>, mode: &str, operations: Value) -> Value {
    let input = json!({"operations": operations, "mode": mode});
    who.data(BATCH, json!({"input": input})).await["batch"].take()
}

fn statuses(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn operations_run_in_order_and_name_what_earlier_ones_made() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let done = batch(
        &app.as_owner(),
        "ATOMIC",
        json!([
            {"createTag": {"key": "new", "brandId": shop.brand, "slug": "new", "name": "New"}},
            shop.create("oil", json!({"key": "oil", "tags": ["@new"]})),
            shop.create("jar", json!({"key": "jar", "fields": {"price": 2, "body": "@oil", "see": [{"@key": "oil"}]}})),
            {"updateEntry": {"id": "@oil", "expectedVersion": 1, "fieldsPatch": {"see": [{"@key": "jar"}]}}},
            {"publishEntry": {"id": "@oil"}},
            {"deleteEntry": {"id": "@jar"}},
        ]),
    )
    .await;
    assert_eq!(done["committed"], json!(true), "{done:#}");
    assert_eq!(done["failed"], json!(0));
    assert_eq!(statuses(&done), ["DONE"; 6]);
    let results = done["results"].as_array().unwrap();
    let oil = &results[1]["id"];
    assert_eq!(
        (&results[3]["id"], &results[3]["version"], &results[4]["version"]),
        (oil, &json!(2), &json!(3))
    );
    assert_eq!(results[1]["key"], "oil");
    assert_eq!(results[1]["operation"], "createEntry");
    let jar = results[2]["id"].clone();
    assert_eq!(
        results[1]["node"],
        json!({"__typename": "Entry", "id": oil, "slug": "oil", "status": "PUBLISHED", "version": 3,
            "fields": {"price": 1, "see": [jar]}, "tags": [{"slug": "new"}]})
    );
    assert_eq!(results[0]["node"]["__typename"], "Tag");
    // What is gone has no node, but had an id.
    assert_eq!((&results[5]["node"], &results[5]["id"]), (&Value::Null, &jar));
    assert_eq!(shop.count("entry_version").await, 5);
    // Each operation left its own record: two of the shop, six of these.
    assert_eq!(shop.count("audit_record where outcome = 'done'").await, 8);
}

#[tokio::test]
async fn operation_57_of_100_is_named_and_nothing_is_written() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let price = |index: usize| if index == 57 { json!(-1) } else { json!(1) };
    let creates: Vec<Value> = (0..100)
        .map(|index| shop.create(&format!("e{index}"), json!({"fields": {"price": price(index)}})))
        .collect();
    let done = batch(&app.as_owner(), "ATOMIC", json!(creates)).await;
    assert_eq!((&done["committed"], &done["failed"]), (&json!(false), &json!(1)));
    let wrong = &done["results"][57];
    assert_eq!(wrong["error"]["code"], "INVALID");
    assert_eq!(wrong["error"]["path"], "input.operations[57].createEntry.fields.price");
    assert_eq!(
        wrong["error"]["violations"],
        json!([{"path": "input.operations[57].createEntry.fields.price", "code": "minimum"}])
    );
    assert_eq!(statuses(&done)[56..59], ["ROLLED_BACK", "FAILED", "SKIPPED"]);
    assert_eq!(shop.count("entry").await, 0);
    assert_eq!(shop.count("audit_record where kind = 'entry.created'").await, 0);
    let done = batch(&app.as_owner(), "PER_ITEM", json!(creates)).await;
    assert_eq!((&done["committed"], &done["failed"]), (&json!(true), &json!(1)));
    assert_eq!(statuses(&done)[56..59], ["DONE", "FAILED", "DONE"]);
    assert_eq!(done["results"][57]["error"]["path"], "input.operations[57].createEntry.fields.price");
    assert_eq!(shop.count("entry").await, 99);
}

#[tokio::test]
async fn a_dry_run_shows_what_would_be_and_leaves_nothing() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    for mode in ["ATOMIC", "PER_ITEM"] {
        let input = json!({"dryRun": true, "mode": mode, "operations": [
            shop.create("oil", json!({"key": "oil"})), {"publishEntry": {"id": "@oil"}}]});
        let done = app.as_owner().data(BATCH, json!({"input": input})).await["batch"].take();
        assert_eq!(done["committed"], json!(false));
        assert_eq!(statuses(&done), ["VALID", "VALID"]);
        assert_eq!(done["results"][0]["node"]["status"], "PUBLISHED");
    }
    assert_eq!(shop.count("entry").await, 0);
    assert_eq!(shop.count("audit_record where kind like 'entry.%'").await, 0);
    assert_eq!(shop.count("job where kind like 'entry.%'").await, 0);
}

#[tokio::test]
async fn a_dry_run_tells_every_fault_at_once() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let operations = json!([
        shop.create("a", json!({})),
        {"createTag": {"key": "bad", "brandId": shop.brand, "slug": "No slug", "name": "N"}},
        shop.create("b", json!({"key": "b", "fields": {"price": -1}})),
        shop.create("c", json!({})),
        {"publishEntry": {"id": "@b"}},
        shop.create("a", json!({})),
        shop.create("d", json!({})),
    ]);
    for mode in ["ATOMIC", "PER_ITEM"] {
        let input = json!({"dryRun": true, "mode": mode, "operations": operations});
        let done = app.as_owner().data(BATCH, json!({"input": input})).await["batch"].take();
        assert_eq!((&done["committed"], &done["failed"]), (&json!(false), &json!(4)), "{done:#}");
        assert_eq!(statuses(&done), ["VALID", "FAILED", "FAILED", "VALID", "FAILED", "FAILED", "VALID"]);
        assert_eq!(done["results"][3]["node"]["slug"], "c");
        let codes: Vec<&Value> = [1, 2, 4, 5].map(|place| &done["results"][place]["error"]["code"]).into();
        assert_eq!(codes, ["INVALID", "INVALID", "NOT_FOUND", "CONFLICT"]);
    }
    assert_eq!(shop.count("entry").await, 0);
    // What is all or nothing still tries nothing, and fails the document that it is in.
    let done = batch(&app.as_owner(), "ATOMIC", operations.clone()).await;
    assert_eq!(statuses(&done)[..3], ["SKIPPED", "FAILED", "SKIPPED"]);
    let query = "mutation($t: ID!, $input: BatchInput!) @atomic {
        a: createEntry(input: {contentTypeId: $t, slug: \"z\", title: \"A\", fields: {price: 1}}) { entry { slug } }
        batch(input: $input) { committed } }";
    let input = json!({"dryRun": true, "mode": "ATOMIC", "operations": operations});
    let answer = app.as_owner().graphql(query, json!({"t": shop.kind, "input": input})).await;
    assert_eq!(answer["data"]["a"], Value::Null);
    assert_eq!(shop.count("entry").await, 0);
}

#[tokio::test]
async fn keys_that_lead_nowhere_are_told_with_their_place() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let cases = [
        (json!([{"publishEntry": {"id": "@nobody"}}]), 0, "unknown_key", "publishEntry.id"),
        (
            json!([shop.create("a", json!({"tags": ["@late"]})),
                {"createTag": {"key": "late", "brandId": shop.brand, "slug": "t", "name": "T"}}]),
            0,
            "forward_key",
            "createEntry.tags[0]",
        ),
        (
            json!([
                shop.create("a", json!({"key": "a", "fields": {"price": 1, "see": [{"@key": "b"}]}})),
                shop.create("b", json!({"key": "b", "fields": {"price": 1, "see": [{"@key": "a"}]}}))
            ]),
            0,
            "cycle",
            "createEntry.fields.see[0]",
        ),
        (
            json!([shop.create("a", json!({"key": "a", "translationOf": "@a"}))]),
            0,
            "cycle",
            "createEntry.translationOf",
        ),
        (
            json!([shop.create("a", json!({"key": "a"})), {"deleteTag": {"id": "@a"}}]),
            1,
            "id_kind",
            "deleteTag.id",
        ),
    ];
    for (operations, index, code, path) in cases {
        let done = batch(&app.as_owner(), "ATOMIC", operations).await;
        let error = &done["results"][index]["error"];
        let path = format!("input.operations[{index}].{path}");
        assert_eq!(error["violations"], json!([{"path": path, "code": code}]), "{done:#}");
        assert_eq!(done["committed"], json!(false));
    }
    let twice = json!([shop.create("a", json!({"key": "x"})), shop.create("b", json!({"key": "x"}))]);
    let input = json!({"mode": "PER_ITEM", "operations": twice});
    let error = app.as_owner().error(BATCH, json!({"input": input})).await;
    assert_eq!(error["extensions"]["violations"][0]["path"], "input.operations[1].createEntry.key");
    assert_eq!(error["extensions"]["violations"][0]["code"], "duplicate_key");
    let many: Vec<Value> = (0..1_001).map(|_| json!({"publishEntry": {"id": "x"}})).collect();
    let input = json!({"mode": "ATOMIC", "operations": many});
    let error = app.as_owner().error(BATCH, json!({"input": input})).await;
    assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED");
    assert_eq!(
        error["extensions"]["details"],
        json!({"limit": "max_operations", "bound": 1000, "value": 1001})
    );
    let error = app.as_owner().error(BATCH, json!({"input": {"mode": "ATOMIC", "operations": []}})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "min_items");
    assert_eq!(shop.count("entry").await, 0);
}

#[tokio::test]
async fn a_document_that_is_one_is_written_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let document = |second: &str| {
        format!(
            "mutation($t: ID!) @atomic {{ __typename
               a: createEntry(input: {{contentTypeId: $t, slug: \"a\", title: \"A\", fields: {{price: 1}}}}) {{ entry {{ slug }} }}
               b: createEntry(input: {{contentTypeId: $t, slug: \"{second}\", title: \"B\", fields: {{price: 1}}}}) {{ entry {{ slug }} }}
               c: createEntry(input: {{contentTypeId: $t, slug: \"c\", title: \"C\", fields: {{price: 1}}}}) {{ entry {{ slug }} }} }}"
        )
    };
    let answer = app.as_owner().graphql(&document("a"), json!({"t": shop.kind})).await;
    assert_eq!(answer["data"], json!({"__typename": "Mutation", "a": null, "b": null, "c": null}));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 3, "{errors:#?}");
    assert_eq!((&errors[0]["path"], &errors[0]["extensions"]["code"]), (&json!(["b"]), &json!("CONFLICT")));
    for (error, key, line, code) in [(&errors[1], "a", 2, "rolled_back"), (&errors[2], "c", 4, "skipped")] {
        assert_eq!(
            (&error["path"], &error["locations"][0]["line"]),
            (&json!([key]), &json!(line)),
            "{error:#}"
        );
        assert_eq!(error["extensions"]["code"], "CONFLICT");
        assert_eq!(error["extensions"]["violations"][0]["path"], "b");
        assert_eq!(error["extensions"]["violations"][0]["code"], code);
    }
    assert_eq!(shop.count("entry").await, 0);
    let data = app.as_owner().data(&document("b"), json!({"t": shop.kind})).await;
    assert_eq!(data["c"]["entry"]["slug"], "c");
    assert_eq!(shop.count("entry").await, 3);
    let error = app.as_owner().error("query @atomic { viewer { __typename } }", json!({})).await;
    assert_eq!(error["extensions"]["code"], "INVALID");
    // A batch that fails takes the document with it.
    let query = "mutation($t: ID!, $input: BatchInput!) @atomic {
        a: createEntry(input: {contentTypeId: $t, slug: \"z\", title: \"A\", fields: {price: 1}}) { entry { slug } }
        batch(input: $input) { committed } }";
    let input = json!({"mode": "ATOMIC", "operations": [shop.create("a", json!({}))]});
    let answer = app.as_owner().graphql(query, json!({"t": shop.kind, "input": input})).await;
    assert_eq!(answer["data"], json!({"a": null, "batch": null}));
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["path"]), (2, &json!(["batch"])), "{errors:#?}");
    assert_eq!(errors[0]["extensions"]["details"]["path"], "input.operations[0].createEntry.slug");
    assert_eq!(errors[1]["extensions"]["violations"][0]["code"], "rolled_back");
    // What is wrong with an operation is told by the field where its results are not.
    let input = json!({"mode": "ATOMIC", "operations": [
        shop.create("y", json!({})), shop.create("x", json!({"fields": {"price": -1}}))]});
    let answer = app.as_owner().graphql(query, json!({"t": shop.kind, "input": input})).await;
    let violation = &answer["errors"][0]["extensions"]["violations"][0];
    assert_eq!(violation["path"], "input.operations[1].createEntry.fields.price", "{answer:#}");
    assert_eq!(shop.count("entry").await, 3);
}

#[tokio::test]
async fn a_batch_costs_by_its_operations() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let mut costs = Vec::new();
    for (round, count) in [3, 13].into_iter().enumerate() {
        let operations: Vec<Value> =
            (0..count).map(|place| shop.create(&format!("e{round}-{place}"), json!({}))).collect();
        let input = json!({"mode": "ATOMIC", "operations": operations});
        let answer = app.as_owner().graphql(BATCH, json!({"input": input})).await;
        costs.push(answer["extensions"]["cost"]["requested"].as_u64().unwrap());
    }
    assert!(costs[1] - costs[0] >= 10 * 51, "{costs:?}");
    assert_eq!((costs[1] - costs[0]) % 10, 0, "{costs:?}");
}

#[tokio::test]
async fn an_operation_costs_what_a_mutation_does_and_what_is_shown_is_multiplied() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let cost = async |shown: &str, count: usize| {
        let query = format!("mutation($input: BatchInput!) {{ batch(input: $input) {{ {shown} }} }}");
        // The key leads nowhere, so that nothing is tried: it is charged before that is known.
        let tag = json!({"createTag": {"brandId": "@nobody", "slug": "new", "name": "New"}});
        let input = json!({"mode": "ATOMIC", "operations": vec![tag; count]});
        let answer = owner.graphql(&query, json!({"input": input})).await;
        answer["extensions"]["cost"]["requested"].as_u64().unwrap_or_else(|| panic!("{answer:#}"))
    };
    assert_eq!(cost("committed", 1).await, 51 + 50);
    assert_eq!(cost("committed", 1_000).await, 51 + 1_000 * 50);
    let entries = "results { node { ... on Brand { entries(first: 100) { nodes { id } } } } }";
    assert_eq!(cost(entries, 10).await, 51 + 10 * (50 + 1 + 100));
    // What no request may cost is refused before any of it is done.
    let twice = "results { node { ... on Brand { a: entries(first: 100) { nodes { id } } b: entries(first: 100) { nodes { id } } } } }";
    let query = format!("mutation($input: BatchInput!) {{ batch(input: $input) {{ {twice} }} }}");
    let tag = json!({"createTag": {"brandId": shop.brand, "slug": "new", "name": "New"}});
    let input = json!({"mode": "PER_ITEM", "operations": vec![tag; 1_000]});
    let refused = owner.error(&query, json!({"input": input})).await;
    assert_eq!(refused["extensions"]["details"]["value"], json!(51 + 1_000 * 251), "{refused}");
    assert_eq!(shop.count("tag").await, 0);
}
