//! Bounds on a document, refused before anything of it runs, and what a request costs.

use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::TestApp;

async fn cost(app: &TestApp, query: &str, variables: Value) -> Value {
    let answer = app.as_owner().graphql(query, variables).await;
    answer["extensions"]["cost"]["requested"].clone()
}

#[tokio::test]
async fn every_answer_says_what_it_cost() {
    let app = TestApp::start().await;
    let page = "query($n: Int = 50) { entries(first: $n) { nodes { title author: reference(field: \"author\") { title } } } }";
    for (query, variables, points) in [
        ("{ __typename }", json!({}), 1),
        ("{ viewer { subject } }", json!({}), 1),
        ("{ entry(by: {id: \"x\"}) { title } }", json!({}), 2),
        ("{ entries { nodes { title slug } } }", json!({}), 1 + 20),
        ("{ entries(first: 3) { nodes { title } edges { node { slug } } } }", json!({}), 1 + 3),
        // Each of the 50 with the one that it refers to.
        (page, json!({}), 1 + 100),
        (page, json!({"n": 7}), 1 + 14),
        (page, json!({"n": null}), 1 + 40),
        ("{ entries(first: 2) { nodes { tags { slug } } } }", json!({}), 1 + 2 * (1 + 5)),
        ("{ entries(first: 2) { totalCount { value } } }", json!({}), 1 + 2 + 100),
        ("{ entries(first: 0, search: {text: \"x\"}) { nodes { id } } }", json!({}), 1 + 1_000),
        ("{ entries(first: 0) { facets { tags { count } locales { count } } } }", json!({}), 1 + 1_000),
        ("{ nodes(ids: [\"a\", \"b\"]) { id } }", json!({}), 1 + 2),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": ["a", "b", "c"]}), 1 + 3),
        ("{ __schema { queryType { name } } }", json!({}), 1 + 100),
        // Asked for twice under one key is asked for once.
        (
            "{ entries(first: 5) { nodes { id } } ...F } fragment F on Query { entries(first: 5) { nodes { id } } }",
            json!({}),
            6,
        ),
    ] {
        // Twice: what is known about a document that was seen before comes to the same.
        for _ in 0..2 {
            assert_eq!(cost(&app, query, variables.clone()).await, points, "{query}");
        }
    }
}

#[tokio::test]
async fn the_type_is_taken_into_account_under_fragments() {
    let app = TestApp::start().await;
    let entries = "... on Brand { entries(first: 10) { nodes { id } } }";
    let assets = "fragment A on Asset { brand { entries(first: 4) { nodes { id } } } }";
    let query = format!("{{ node(id: \"x\") {{ {entries} ...A }} }} {assets}");
    // The dearer of the two, and not both: a row is of one type.
    assert_eq!(cost(&app, &query, json!({})).await, 1 + 1 + 10);
    let query = format!("{{ entries(first: 3) {{ nodes {{ id ...A }} }} }} {assets}");
    assert_eq!(
        cost(&app, &query, json!({})).await,
        Value::Null,
        "an entry is never an asset: no valid document"
    );
}

#[tokio::test]
async fn what_is_left_out_costs_nothing() {
    let app = TestApp::start().await;
    let query = "query($a: Boolean!, $b: Boolean = true) {
        entries(first: 10) { nodes { ...F @include(if: $a) brand @skip(if: $b) { name } } }
    } fragment F on Entry { contentType { key } }";
    assert_eq!(cost(&app, query, json!({"a": false})).await, 11);
    assert_eq!(cost(&app, query, json!({"a": true})).await, 21);
    assert_eq!(cost(&app, query, json!({"a": true, "b": false})).await, 31);
}

#[tokio::test]
async fn a_mutation_is_charged_more_than_a_read() {
    let app = TestApp::start().await;
    let query = "mutation { createBrand(input: {slug: \"acme\", name: \"Acme\", locales: [\"en\"], defaultLocale: \"en\"}) { brand { slug } } }";
    let answer = app.as_owner().graphql(query, json!({})).await;
    assert_eq!(answer["extensions"]["cost"], json!({"requested": 52, "bound": 250_000}), "{answer}");
}

#[tokio::test]
async fn a_refusal_names_the_limit_its_bound_and_the_value() {
    let app = TestApp::start().await;
    let repeat = |count: usize, text: &dyn Fn(usize) -> String| (0..count).map(text).collect::<String>();
    let nested = |levels: usize| format!("{}a{}", "a{".repeat(levels), "}".repeat(levels));
    for (query, (limit, words), bound, value) in [
        (
            format!("{{ __typename }} # {}", "x".repeat(262_144)),
            ("document_bytes", "bytes of a document"),
            262_144,
            262_161,
        ),
        (format!("{{ {} }}", "a ".repeat(50_000)), ("tokens", "tokens of a document"), 50_000, 50_002),
        (format!("{{ {} }}", nested(100)), ("nesting", "levels of nested braces"), 100, 101),
        (format!("{{ {} }}", nested(30)), ("depth", "levels of nested fields"), 30, 31),
        (
            format!("{{ {} }}", "a ".repeat(5_001)),
            ("selections", "selections, fragments written out"),
            5_000,
            5_001,
        ),
        (
            format!("{{ {} }}", repeat(21, &|n| format!("a{n}: __typename "))),
            ("root_fields", "root fields"),
            20,
            21,
        ),
        (
            format!("{{ {} }}", repeat(1_001, &|n| format!("a{n}: b "))),
            ("aliases", "aliases, fragments written out"),
            1_000,
            1_001,
        ),
        (
            format!("{{ a {} }}", "@a ".repeat(1_001)),
            ("directives", "directives, fragments written out"),
            1_000,
            1_001,
        ),
        (
            format!("{{ a }} {}", repeat(201, &|n| format!("fragment F{n} on Q {{a}} "))),
            ("fragments", "fragments of a document"),
            200,
            201,
        ),
        (repeat(51, &|n| format!("query Q{n} {{a}} ")), ("operations", "operations of a document"), 50, 51),
        (
            format!(
                "{{ {} }}",
                repeat(20, &|n| format!(
                    "a{n}: entries(first: 100) {{ nodes {{ tags {{ id }} references(first: 100) {{ nodes {{ tags {{id}} translations {{id}} }} }} }} }} "
                ))
            ),
            ("cost", "points that a request costs"),
            250_000,
            2_212_020,
        ),
    ] {
        let error = app.as_owner().error(&query, json!({})).await;
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{error}");
        assert_eq!(
            error["extensions"]["details"],
            json!({"limit": limit, "bound": bound, "value": value}),
            "{error}"
        );
        assert_eq!(error["message"], format!("{words} is limited to {bound}, but is {value}"));
    }
}

#[tokio::test]
async fn a_fragment_bomb_of_a_kilobyte_is_refused_at_once() {
    let app = TestApp::start().await;
    let mut bomb = "{...F0}".to_owned();
    let mut level = 0;
    while bomb.len() < 960 {
        bomb.push_str(&format!("fragment F{level} on Query{{...F{0} ...F{0}}}", level + 1));
        level += 1;
    }
    bomb.push_str(&format!("fragment F{level} on Query{{__typename}}"));
    assert!(bomb.len() <= 1_024);
    let began = Instant::now();
    let error = app.as_owner().error(&bomb, json!({})).await;
    println!("a fragment bomb of {} bytes was refused in {:?}", bomb.len(), began.elapsed());
    assert_eq!(error["extensions"]["details"]["limit"], "selections");
    assert!(error["extensions"]["details"]["value"].as_u64().unwrap() > 1 << 20, "{error}");
}

#[tokio::test]
async fn comparing_the_fields_of_interfaces_level_by_level_comes_to_an_end() {
    let app = TestApp::start().await;
    let inside = (0..20).fold("id".to_owned(), |inside, _| {
        format!("... on Entry{{a{{id}}}} ... on Asset{{a{{id}}}} ... on Node{{a{{{inside}}}}}")
    });
    let error = app.as_owner().error(&format!("{{x:viewer{{{inside}}}}}"), json!({})).await;
    assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED", "{error}");
    assert_eq!(error["extensions"]["details"]["limit"], "merged_fields");
}
