//! Payloads: whole however they are asked for, and refused before anything is written.

use brandgraph::domain::access::Role;
use serde_json::{Value, json};

use crate::{harness::TestApp, write_shop::Shop};

#[tokio::test]
async fn a_node_that_is_selected_twice_has_the_fields_of_both() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let query = "mutation($id: ID!, $title: String!, $yes: Boolean = true) {
          updateEntry(input: {id: $id, title: $title}) {
            __typename entry { id } ...Payload ... on EntryPayload { entry @skip(if: $yes) { locale } }
          }
        }
        fragment Payload on EntryPayload { entry { version ...Headline contentType { key } } again: entry { slug } }
        fragment Headline on Entry { title contentType { name } }";
    // New, then known.
    for (version, title) in [(2, "Olive oil"), (3, "Finest olive oil")] {
        let done = app.as_owner().data(query, json!({"id": id, "title": title})).await;
        let entry = json!({"id": id, "version": version, "title": title,
            "contentType": {"key": "product", "name": "product"}});
        let payload = json!({"__typename": "EntryPayload", "entry": entry, "again": {"slug": "oil"}});
        assert_eq!(done["updateEntry"], payload);
    }
}

#[tokio::test]
async fn a_mutation_that_is_written_twice_under_one_key_happens_once() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let query = "mutation($id: ID!, $title: String!) {
          updateEntry(input: {id: $id, title: $title}) { entry { version } }
          ...Again
        }
        fragment Again on Mutation { updateEntry(input: {id: $id, title: $title}) { entry { title } } }";
    for (version, title) in [(2, "Oil"), (3, "Fine oil")] {
        let done = app.as_owner().data(query, json!({"id": id, "title": title})).await;
        assert_eq!(done, json!({"updateEntry": {"entry": {"version": version, "title": title}}}));
    }
}

#[tokio::test]
async fn a_report_that_is_selected_twice_is_whole() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.entry("oil").await;
    let schema = json!({"type": "object", "properties": {"price": {"type": "string"}}});
    let done = app
        .as_owner()
        .data(
            "mutation($id: ID!, $schema: JSON!) {
               updateContentType(input: {id: $id, schema: $schema, dryRun: true}) {
                 report { checked examples { title } } report { stranded examples { violations { code } } } } }",
            json!({"id": shop.kind, "schema": schema}),
        )
        .await;
    let report = json!({"checked": 1, "stranded": 1, "examples": [{"title": "oil", "violations": [{"code": "type"}]}]});
    assert_eq!(done["updateContentType"]["report"], report);
}

#[tokio::test]
async fn roots_beside_the_schema_are_merged_too() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    shop.entry("oil").await;
    let query = "{ __schema { queryType { name } } entries { nodes { slug } } ...More }
        fragment More on Query { entries { nodes { title } } __schema { mutationType { name } } }";
    for _ in 0..2 {
        let done = app.as_owner().data(query, json!({})).await;
        assert_eq!(done["entries"], json!({"nodes": [{"slug": "oil", "title": "oil"}]}));
        assert_eq!(
            done["__schema"],
            json!({"queryType": {"name": "Query"}, "mutationType": {"name": "Mutation"}})
        );
    }
}

/// Changes the headline and asks for a payload that cannot be had: that is said, and nothing is written.
async fn refused(shop: &Shop<'_>, id: &Value, payload: &str) -> String {
    let query =
        format!("mutation($id: ID!) {{ updateEntry(input: {{id: $id, title: \"New\"}}) {{ {payload} }} }}");
    let mut code = String::new();
    for _ in 0..2 {
        let answer = shop.app.as_owner().graphql(&query, json!({"id": id})).await;
        assert_eq!(answer["data"], json!({"updateEntry": null}), "{answer:#}");
        assert_eq!(answer["errors"][0]["path"][0], json!("updateEntry"), "{answer:#}");
        answer["errors"][0]["extensions"]["code"].as_str().unwrap().clone_into(&mut code);
    }
    assert_eq!(shop.count("select from entry where title <> 'oil' or version > 1").await, 0, "{payload}");
    code
}

#[tokio::test]
async fn a_payload_that_cannot_be_had_is_refused_before_anything_is_written() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let cursor =
        app.as_owner().data("{ brands(first: 1) { pageInfo { endCursor } } }", json!({})).await["brands"]["pageInfo"]
            ["endCursor"]
            .clone();
    assert!(cursor.is_string());
    for (payload, code) in [
        ("entry { references(first: 101) { nodes { slug } } }".to_owned(), "LIMIT_EXCEEDED"),
        ("entry { references(locale: {code: \"fr\"}) { nodes { slug } } }".to_owned(), "INVALID"),
        (format!("entry {{ references(after: {cursor}) {{ nodes {{ slug }} }} }}"), "CURSOR_MISMATCH"),
        ("entry { id } x: entry { field(path: \"a'b\") }".to_owned(), "INVALID"),
    ] {
        assert_eq!(refused(&shop, &id, &payload).await, code, "{payload}");
    }
    // Whoever may write but not see something of the payload is told before, too.
    let create =
        "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { source { name } } } }";
    let input = json!({"contentTypeId": shop.kind, "slug": "b", "title": "B", "fields": {"price": 1}});
    assert_eq!(app.as_role(Role::Viewer).code(create, json!({"input": input})).await, "FORBIDDEN");
    assert_eq!(shop.count("select from entry where slug = 'b'").await, 0);
}

#[tokio::test]
async fn one_payload_that_cannot_be_had_leaves_its_neighbours_alone() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    let answer = app
        .as_owner()
        .graphql(
            "mutation($id: ID!, $many: Int) {
               a: updateEntry(input: {id: $id, title: \"A\"}) { entry { title version } }
               b: updateEntry(input: {id: $id, title: \"B\"}) { entry { references(first: $many) { nodes { slug } } } }
               c: deleteEntry(input: {id: $id}) { version } }",
            json!({"id": id, "many": 101}),
        )
        .await;
    assert_eq!(
        answer["data"],
        json!({"a": {"entry": {"title": "A", "version": 2}}, "b": null, "c": {"version": 3}})
    );
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1));
}
