//! What an import or a mutation gives and cannot mean is refused where it stands, not taken for something else.

use serde_json::json;

use crate::{
    harness::TestApp,
    import_file::{CATALOG, CONTENT, bring, told},
    write_shop::Shop,
};

#[tokio::test]
async fn an_import_refuses_what_cannot_be_meant() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let text = r#"{"kind":"category","path":[]}
{"kind":"entry","key":{"resource":"a","id":"1"},"type":"article","title":"A","categories":[[]]}
{"kind":"entry","key":{"resource":"a","id":"2"},"type":"article","title":"A","references":[{"field":"author","to":"entry","keys":[{"resource":"author","id":"7"},{"resource":"author","id":"8"}]}]}
{"kind":"entry","key":{"resource":"a","id":"3"},"type":"article","title":"A","references":[{"field":"hero","to":"asset","keys":[]},{"field":"author","to":"asset","keys":[{"resource":"media","id":"3"}]}]}
{"kind":"entry","key":{"resource":"a","id":"4"},"type":"article","title":"A","references":[{"field":"hero","to":"entry","keys":[{"resource":"author","id":"7"}]}]}
{"kind":"entry","key":{"resource":"a","id":"5"},"type":"article","title":"A","publishedAt":"last week"}
{"kind":"entry","key":{"resource":"a","id":"6"},"type":"article","title":"A","tags":[{"slug":"a"}]}
{"kind":"asset","key":{"resource":"m","id":"1"},"filename":"../../etc/passwd","mediaType":"image/webp","url":"https://h/a"}
{"kind":"asset","key":{"resource":"m","id":"2"},"filename":"a","mediaType":"image/webp","url":"https://h/\u0007"}
{"kind":"tag","slug":"a","name":"\u200b"}"#;
    let (report, set_aside) = bring(&app, text, Some("acme")).await;
    let mut found = told(&set_aside);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (1, "path", "required"),
            (2, "categories/0", "required"),
            (3, "references/0/keys", "max_items"),
            (4, "fields/author", "id_kind"),
            (5, "fields/hero", "id_kind"),
            (6, "publishedAt", "shape"),
            (7, "tags/0", "shape"),
            (8, "filename", "filename"),
            (9, "url", "url"),
            (10, "name", "blank"),
        ]
    );
    assert_eq!((report.created, report.waiting), (0, 0), "{report:?}");
}

#[tokio::test]
async fn a_mutation_refuses_what_nobody_sees_and_what_would_be_trimmed() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let tag = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id } } }";
    let asset = "mutation($input: CreateAssetInput!) { createAsset(input: $input) { asset { id } } }";
    let file = |filename: &str, url: &str| json!({"brandId": shop.brand, "filename": filename, "mediaType": "image/webp", "url": url});
    for (query, input, path, code) in [
        (tag, json!({"brandId": shop.brand, "slug": "a", "name": "\u{200b}"}), "input.name", "blank"),
        (asset, file("../../etc/passwd", "https://h/a"), "input.filename", "filename"),
        (asset, file("a.webp", "https://h/\u{0}"), "input.url", "url"),
    ] {
        let error = app.as_owner().error(query, json!({"input": input})).await;
        let violation = &error["extensions"]["violations"][0];
        assert_eq!((&violation["path"], &violation["code"]), (&json!(path), &json!(code)), "{error}");
    }
}

#[tokio::test]
async fn a_change_of_nothing_makes_no_version() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let entry = shop.entry("oil").await;
    let owner = app.as_owner();
    let brand = shop.brand.clone();
    let id = |noun: &str, made: serde_json::Value| {
        made[format!("create{noun}")][noun.to_lowercase()]["id"].clone()
    };
    let tag =
        "mutation($b: ID!) { createTag(input: {brandId: $b, slug: \"t\", name: \"T\"}) { tag { id } } }";
    let tag = id("Tag", owner.data(tag, json!({"b": brand})).await);
    let category = "mutation($b: ID!) { createCategory(input: {brandId: $b, slug: \"c\", name: \"C\"}) { category { id } } }";
    let category = id("Category", owner.data(category, json!({"b": brand})).await);
    let asset = "mutation($b: ID!) { createAsset(input: {brandId: $b, filename: \"a.webp\", mediaType: \"image/webp\", url: \"https://h/a\"}) { asset { id } } }";
    let asset = id("Asset", owner.data(asset, json!({"b": brand})).await);
    let events = shop.count("select from audit_record").await;
    let versions = shop.count("select from entry_version").await;
    for (mutation, payload, id, more) in [
        ("updateEntry", "entry", &entry["id"], ""),
        ("updateEntry", "entry", &entry["id"], "title: \"oil\", slug: \"oil\", fields: {price: 1}, tags: []"),
        ("updateEntry", "entry", &entry["id"], "fieldsPatch: {price: 1}, expectedVersion: 1"),
        ("updateContentType", "contentType", &shop.kind, ""),
        ("updateContentType", "contentType", &shop.kind, "name: \"product\", description: null"),
        ("updateTag", "tag", &tag, "name: \"T\""),
        ("updateCategory", "category", &category, "position: 0"),
        ("updateAsset", "asset", &asset, "title: null, metadata: {}"),
        ("updateBrand", "brand", &brand, "name: \"Acme\""),
    ] {
        let query = format!(
            "mutation($id: ID!) {{ {mutation}(input: {{id: $id {more}}}) {{ {payload} {{ version updatedAt createdAt }} }} }}"
        );
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let node = owner.data(&query, json!({"id": id})).await[mutation][payload].clone();
        assert_eq!(node["version"], 1, "{mutation} {more}");
        assert_eq!(node["updatedAt"], node["createdAt"], "{mutation} {more}");
    }
    assert_eq!(shop.count("select from audit_record").await, events);
    assert_eq!(shop.count("select from entry_version").await, versions);
    // What differs in one thing is a change.
    let change = "mutation($id: ID!) { updateEntry(input: {id: $id, slug: \"oil\", title: \"Oil\"}) { entry { version } } }";
    assert_eq!(owner.data(change, json!({"id": entry["id"]})).await["updateEntry"]["entry"]["version"], 2);
    // And so is another version that was expected.
    let stale =
        "mutation($id: ID!) { updateEntry(input: {id: $id, expectedVersion: 1}) { entry { version } } }";
    assert_eq!(owner.code(stale, json!({"id": entry["id"]})).await, "CONFLICT");
}

#[tokio::test]
async fn a_category_moves_to_the_top_only_where_that_is_said() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let make = "mutation($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }";
    let top = owner.data(make, json!({"input": {"brandId": shop.brand, "slug": "a", "name": "A"}})).await;
    let top = &top["createCategory"]["category"]["id"];
    let input = json!({"brandId": shop.brand, "slug": "b", "name": "B", "parentId": top});
    let low = owner.data(make, json!({"input": input})).await["createCategory"]["category"]["id"].clone();
    let moved = "mutation($input: MoveCategoryInput!) { moveCategory(input: $input) { category { parent { slug } position } } }";
    let parent = |answer: serde_json::Value| answer["moveCategory"]["category"].clone();
    let stays = owner.data(moved, json!({"input": {"id": low, "position": 4}})).await;
    assert_eq!(parent(stays), json!({"parent": {"slug": "a"}, "position": 4}));
    let up = owner.data(moved, json!({"input": {"id": low, "parentId": null}})).await;
    assert_eq!(parent(up), json!({"parent": null, "position": 4}));
}

#[tokio::test]
async fn what_is_wrong_is_placed_in_one_form() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.force(json!({"type": "object", "properties": {
        "a": {"type": "string", "x-unique": true}, "b": {"type": "string"}}}))
        .await;
    let owner = app.as_owner();
    let make = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
    let input = |slug: &str, fields: serde_json::Value| json!({"input": {"contentTypeId": shop.kind, "slug": slug, "title": "T", "fields": fields}});
    let one = owner.error(make, input("a", json!({"a": 1}))).await;
    assert!(one["message"].as_str().unwrap().starts_with("input.fields/a: "), "{one}");
    let two = owner.error(make, input("a", json!({"a": 1, "b": 1}))).await;
    assert!(two["message"].as_str().unwrap().starts_with("input.fields/a: "), "{two}");
    assert!(two["message"].as_str().unwrap().ends_with("(and 1 more)"), "{two}");
    owner.data(make, input("a", json!({"a": "x"}))).await;
    for (slug, fields, path) in [("b", json!({"a": "x"}), "input.fields/a"), ("a", json!({}), "input.slug")] {
        let taken = owner.error(make, input(slug, fields)).await;
        assert_eq!(taken["extensions"]["code"], "CONFLICT");
        assert_eq!(taken["extensions"]["details"]["path"], path, "{taken}");
    }
}

#[tokio::test]
async fn a_number_that_would_be_rounded_is_refused() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let make = |number: &str| {
        format!(
            "mutation($k: ID!) {{ createEntry(input: {{contentTypeId: $k, slug: \"n\", title: \"N\", fields: {{price: {number}}}}}) {{ entry {{ fields }} }} }}"
        )
    };
    for number in ["18446744073709551617", "-9223372036854775809", "9007199254740994.5", "1e300"] {
        let error = owner.error(&make(number), json!({"k": shop.kind})).await;
        let violation = &error["extensions"]["violations"][0];
        assert_eq!(
            (&violation["path"], &violation["code"]),
            (&json!("input.fields/price"), &json!("rounded")),
            "{error}"
        );
    }
    let kept = owner.data(&make("9007199254740993"), json!({"k": shop.kind})).await;
    assert_eq!(kept["createEntry"]["entry"]["fields"]["price"].to_string(), "9007199254740993");
}
