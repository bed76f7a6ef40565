//! Annotations inside arrays of objects: references and searched text work there, the rest is refused by name.

use brandgraph::worker;
use serde_json::{Value, json};

use crate::{harness::TestApp, write_shop::Shop};

fn page() -> Value {
    json!({"type": "object", "properties": {
        "lead": {"type": "string", "x-searchable": true},
        "sections": {"type": "array", "items": {"$ref": "#/$defs/section"}}},
        "$defs": {"section": {"type": "object", "properties": {
            "text": {"type": "string", "x-searchable": true},
            "about": {"type": "string", "x-reference": {"entry": ["product"]}},
            "cards": {"type": "array", "items": {"type": "object", "properties": {
                "labels": {"type": "array", "items": {"type": "string"}, "x-searchable": true},
                "see": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": true}}}}}}}}})
}

#[tokio::test]
async fn references_and_text_inside_arrays_of_objects_are_found() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let mut ids = Vec::new();
    for slug in ["a", "b", "c"] {
        ids.push(shop.entry(slug).await["id"].clone());
    }
    let kind = shop.content_type("page", page()).await;
    let shop = Shop { kind, ..shop };
    let fields = json!({"lead": "Harvest", "sections": [
        {"text": "Olives", "about": ids[1]},
        {"text": "Presses", "cards": [{"labels": ["Stone", "Steel"], "see": [ids[2], ids[0]]}, {}]},
        {"about": ids[0], "cards": [{"see": [ids[1]]}]}]});
    let page = shop.entry_with("page", fields).await["id"].clone();
    let asked =
        "query($id: ID!) { node(id: $id) { ... on Entry { reference(field: \"sections.about\") { slug }
        about: references(field: \"sections.about\") { nodes { slug } }
        see: references(field: \"sections.cards.see\") { nodes { slug } } } } }";
    let found = app.as_owner().data(asked, json!({"id": page})).await["node"].clone();
    let slugs = |name: &str| {
        found[name]["nodes"].as_array().unwrap().iter().map(|it| it["slug"].clone()).collect::<Value>()
    };
    assert_eq!(found["reference"]["slug"], json!("b"));
    assert_eq!((slugs("about"), slugs("see")), (json!(["b", "a"]), json!(["c", "a", "b"])));
    let text = shop
        .count("select from entry where search_text = E'Harvest\\nOlives\\nPresses\\nStone\\nSteel'")
        .await;
    assert_eq!(text, 1);
}

#[tokio::test]
async fn a_reference_inside_that_leads_nowhere_is_refused_at_its_place() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let product = shop.entry("a").await["id"].clone();
    let kind = shop.content_type("page", page()).await;
    let shop = Shop { kind, ..shop };
    let other = shop.entry_with("other", json!({})).await["id"].clone();
    let create = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
    let fields =
        json!({"sections": [{"about": product}, {"about": other}, {"cards": [{}, {"see": [product, "x"]}]}]});
    let refused = |fields: Value| {
        let input = json!({"contentTypeId": shop.kind, "slug": "p", "title": "p", "fields": fields});
        let owner = app.as_owner();
        async move {
            let error = owner.error(create, json!({"input": input})).await;
            let all = error["extensions"]["violations"].as_array().unwrap().clone();
            all.iter().map(|one| json!([one["path"], one["code"]])).collect::<Value>()
        }
    };
    assert_eq!(refused(fields).await, json!([["input.fields/sections/2/cards/1/see/1", "id"]]));
    let fields = json!({"sections": [{"about": product}, {"about": other}]});
    assert_eq!(refused(fields).await, json!([["input.fields/sections/1/about", "reference_type"]]));
}

#[tokio::test]
async fn what_stands_inside_follows_when_a_schema_comes_to_ask_for_it() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let product = shop.entry("a").await["id"].clone();
    let see =
        shop.entry_with("b", json!({"price": 1, "sections": [{"about": product, "text": "Olives"}]})).await;
    shop.force(page()).await;
    worker::run_due(&app.services).await.unwrap();
    assert_eq!(shop.count("select from entry where search_text = 'Olives'").await, 1);
    let rows = "select from entry_reference where field = 'sections.about' and position = 0";
    assert_eq!(shop.count(rows).await, 1);
    assert!(see["id"].is_string());
}

#[tokio::test]
async fn what_cannot_be_answered_inside_an_array_is_refused_by_name() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let create = "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }";
    for flag in ["x-filterable", "x-sortable", "x-unique"] {
        let schema = json!({"type": "object", "properties": {"sections": {"type": "array", "items": {
            "type": "object", "properties": {"size": {"type": "number", (flag): true}}}}}});
        let input = json!({"brandId": shop.brand, "key": "page", "name": "page", "schema": schema});
        let error = app.as_owner().error(create, json!({"input": input})).await;
        let violation = &error["extensions"]["violations"][0];
        assert_eq!(
            (&violation["path"], &violation["code"]),
            (&json!("input.schema/properties/sections/items/properties/size"), &json!("annotation_in_array")),
            "{error:#}"
        );
    }
}
