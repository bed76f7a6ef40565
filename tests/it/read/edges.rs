//! What a list's arguments cannot mean is refused, and what is counted is what stands in the fields.

use brandgraph::domain::access::{BrandScope, Role};
use serde_json::json;
use sqlx::Executor;

use super::shelf::Shelf;

#[tokio::test]
async fn arguments_that_would_be_ignored_are_refused() {
    let shelf = Shelf::open().await;
    let query =
        "query($f: EntryFilter, $o: [EntryOrder!]) { entries(filter: $f, orderBy: $o) { nodes { slug } } }";
    shelf.data(query).await;
    for (variables, path, code) in [
        (json!({"o": [{"field": "TITLE", "path": "x"}]}), "orderBy.0.path", "exclusive"),
        (json!({"o": [{"field": "SLUG"}, {"field": "TITLE", "as": "NUMBER"}]}), "orderBy.1.as", "exclusive"),
        (json!({"f": {"references": {"field": "author"}}}), "filter.references.field", "required"),
    ] {
        let answer = shelf.ask(query, variables).await;
        let violation = &answer["errors"][0]["extensions"]["violations"][0];
        assert_eq!((&violation["path"], &violation["code"]), (&json!(path), &json!(code)), "{answer}");
    }
    shelf.data_with(query, json!({"f": {"references": {"field": "author", "some": {}}}})).await;
}

#[tokio::test]
async fn a_facet_counts_the_elements_of_lists_and_equal_numbers_once() {
    let shelf = Shelf::open().await;
    let fields = r#"update entry set fields = case slug
        when 'article-01' then '{"color": ["red", "blue", "red"], "size": 1}'::jsonb
        when 'article-02' then '{"color": ["blue", null], "size": 1.0}'
        when 'article-03' then '{"color": "blue", "size": [1.00, 2]}'
        else '{"color": [], "size": null}' end"#;
    shelf.test.connect().await.execute(fields).await.unwrap();
    let data = shelf
        .data(
            r#"{ entries(first: 0) { facets { color: field(path: "color") { value label count }
                size: field(path: "size") { value count } } } }"#,
        )
        .await;
    let facets = &data["entries"]["facets"];
    assert_eq!(
        facets["color"],
        json!([{"value": "blue", "label": "blue", "count": 3}, {"value": "red", "label": "red", "count": 1}])
    );
    let sizes: Vec<(f64, &serde_json::Value)> = facets["size"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bucket| (bucket["value"].as_f64().unwrap(), &bucket["count"]))
        .collect();
    assert_eq!(sizes, [(1.0, &json!(3)), (2.0, &json!(1))]);
}

#[tokio::test]
async fn a_cursor_at_a_row_that_has_no_place_in_a_list_is_refused() {
    let mut shelf = Shelf::open().await;
    let query = "query($after: String) { entries(first: 1, after: $after, orderBy: [{field: PUBLISHED_AT, nulls: FIRST}]) {
        nodes { slug } pageInfo { endCursor } } }";
    let after = shelf.data(query).await["entries"]["pageInfo"]["endCursor"].clone();
    shelf.seen_by(Role::Delivery, BrandScope::All);
    assert_eq!(shelf.refusal(query, json!({"after": after})).await.0, "CURSOR_MISMATCH");
}

#[tokio::test]
async fn no_cursor_is_larger_than_what_is_accepted() {
    let shelf = Shelf::open().await;
    // What takes the most room: characters that JSON writes as six.
    let long =
        "update entry set fields = jsonb_build_object('a', repeat(chr(1), 500), 'b', repeat(chr(1), 500),
        'c', repeat(chr(1), 500), 'd', repeat(chr(1), 500), 'e', repeat(chr(1), 500))";
    shelf.test.connect().await.execute(long).await.unwrap();
    let query = r#"query($after: String) { entries(first: 1, after: $after, orderBy: [
        {field: FIELD, path: "a"}, {field: FIELD, path: "b"}, {field: FIELD, path: "c"}, {field: FIELD, path: "d"},
        {field: FIELD, path: "e"}]) { nodes { slug } pageInfo { endCursor } } }"#;
    let after = shelf.data(query).await["entries"]["pageInfo"]["endCursor"].clone();
    assert!(after.as_str().unwrap().len() > 16_384);
    shelf.data_with(query, json!({"after": after})).await;
}
