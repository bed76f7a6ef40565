//! Whatever is asked of the real graph, it answers in form, and never that the defect is ours.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::shelf::Shelf;

const ENTRY: &str = "entry_00000000-0000-0000-0000-00000000a502";

/// Variables that every document uses, so that those are tried for which validation has no objection.
const PROBE: &str = "probe: entries(first: $n, after: $c, filter: $f, search: $s, locale: $l, orderBy: $o) @include(if: $b) \
    { nodes { slug custom: field(path: $p) } totalCount { value relation } pageInfo { endCursor } }";
const VARIABLES: &str = "($n: Int, $c: String, $f: EntryFilter, $s: SearchInput, $l: LocaleInput, $o: [EntryOrder!], \
    $b: Boolean! = true, $p: String! = \"color\")";

/// Selections on an entry, nested.
pub fn entry() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "id",
        "slug",
        "title",
        "status",
        "locale",
        "version",
        "fields",
        "publishedAt",
        "__typename",
        "field(path: \"size.height\")",
        "a: field(path: \"a'b\")",
        "brand { slug locales { code chain } }",
        "contentType { key schema }",
        "source { name }",
        "tags { slug }",
        "categories { slug path { slug } parent { name } }",
        "assets { nodes { filename } }",
        "...F",
        "... on Node { id }",
        "... on Brand { slug }",
        "nonsense",
        "title { deeper }",
        "tags",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 4, |inner| {
        let around = select(vec![
            "translations { % }",
            "references(first: 3) { nodes { % } edges { cursor node { % } } }",
            "references(last: 2, filter: {status: {eq: PUBLISHED}}) { nodes { % } pageInfo { startCursor } }",
            "r: reference(field: \"author\") { % }",
            "versions(first: 101) { nodes { title } } ... on Entry { % }",
            "x: translations @skip(if: $b) { % }",
            "referencedBy(first: 2) { totalCount { value } nodes { % } }",
        ]);
        (around, vec(inner, 1..4)).prop_map(|(around, inner)| around.replace('%', &inner.join(" ")))
    })
}

fn root() -> impl Strategy<Value = String> {
    let around = select(vec![
        "entries(first: 2) { nodes { % } }",
        "entries(last: 3, orderBy: [{field: SLUG, direction: DESC}]) { edges { cursor node { % } } }",
        "node(id: \"@\") { ... on Entry { % } }",
        "nodes(ids: [\"@\", \"brand_00000000-0000-0000-0000-0000000000a0\", \"x\"]) { id ... on Entry { % } }",
        "entry(by: {id: \"@\"}) { % }",
        "e: entry(by: {slug: {brand: \"acme\", type: \"article\", slug: \"article-02\"}}) { % }",
        "brands { nodes { slug entries(first: 1) { nodes { % } } } }",
        "tags(first: 1) { nodes { slug entries { nodes { % } } } }",
        "entries { facets { tags { value count } statuses { value count } } } __schema { queryType { name } } viewer { __typename }",
    ]);
    (around, vec(entry(), 1..4))
        .prop_map(|(around, inner)| around.replace('@', ENTRY).replace('%', &inner.join(" ")))
}

pub fn documents() -> impl Strategy<Value = String> {
    let fragment = "fragment F on Entry { slug title tags { name } }";
    let query = vec(root(), 0..4)
        .prop_map(move |roots| format!("query{VARIABLES} {{ {PROBE} {} }} {fragment}", roots.join(" ")));
    let mutation = (entry(), entry()).prop_map(move |(one, other)| {
        format!(
            "mutation($p: String!, $n: Int) {{ updateEntry(input: {{id: \"{ENTRY}\", title: $p, expectedVersion: $n}}) \
             {{ entry {{ {one} }} entry {{ {other} }} }} }} {fragment}"
        )
    });
    // Some are broken at one place.
    (prop_oneof![4 => query, 1 => mutation], any::<Index>(), "[ -~]{0,3}", 0..4_u8).prop_map(
        |(mut document, at, noise, fate)| {
            let at = at.index(document.len());
            match fate {
                0 if document.is_char_boundary(at) => document.insert_str(at, &noise),
                1 if document.is_char_boundary(at) => document.truncate(at),
                _ => {}
            }
            document
        },
    )
}

/// Values of nearly the right shape.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(vec![
            "acme",
            "fr-ca",
            "PUBLISHED",
            "SLUG",
            "ASC",
            "color",
            "2026-01-01T00:00:00Z",
            "\u{0}",
            ENTRY,
            "%_\\"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = select(vec![
            "and",
            "or",
            "not",
            "slug",
            "title",
            "status",
            "fields",
            "path",
            "eq",
            "in",
            "gt",
            "contains",
            "exists",
            "brand",
            "tags",
            "some",
            "id",
            "code",
            "fallback",
            "text",
            "mode",
            "field",
            "direction",
        ]);
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((name, inner), 0..4).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

pub fn variables() -> impl Strategy<Value = Value> {
    let name = select(vec!["n", "c", "f", "s", "l", "o", "b", "p"]);
    let sensible = select(vec![
        json!({"n": 3, "f": {"slug": {"startsWith": "article"}}, "p": "size.height"}),
        json!({"f": {"and": [{"fields": [{"path": "color", "eq": "red"}]}, {"not": {"status": {"eq": "DRAFT"}}}]}, "p": "color"}),
        json!({"s": {"text": "chairs", "mode": "FUZZY"}, "o": [{"field": "RELEVANCE"}], "p": "a"}),
        json!({"l": {"code": "fr-CA"}, "o": [{"field": "FIELD", "path": "price", "as": "NUMBER"}], "n": 1, "p": "tags"}),
        json!({"p": "x", "n": 1}),
    ]);
    (sensible, vec((name, values()), 0..2)).prop_map(|(mut sensible, changed)| {
        for (name, value) in changed {
            sensible[name] = value;
        }
        sensible
    })
}

fn in_form(answer: &Value) -> Result<(), String> {
    let Some(fields) = answer.as_object() else { return Err("no object".into()) };
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    if fields.keys().any(|key| !matches!(key.as_str(), "data" | "errors" | "extensions")) {
        return Err("something else beside data and errors".into());
    }
    if errors.is_empty() && (fields.contains_key("errors") || !answer["data"].is_object()) {
        return Err("neither data nor errors".into());
    }
    for error in &errors {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        if !error["message"].is_string() || code.is_empty() || code == "INTERNAL" {
            return Err(format!("an error that is none of the caller's: {error}"));
        }
    }
    Ok(())
}

#[test]
fn whatever_is_asked_is_answered_in_form() {
    let runtime = Runtime::new().unwrap();
    let mut shelf = runtime.block_on(Shelf::open());
    shelf.seen_by(brandgraph::domain::access::Role::Owner, brandgraph::domain::access::BrandScope::All);
    let mut runner = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() });
    runner
        .run(&(documents(), variables()), |(document, variables)| {
            // New, then known.
            for _ in 0..2 {
                let answer = runtime.block_on(shelf.run(&document, &variables));
                in_form(&answer).map_err(|why| {
                    TestCaseError::fail(format!("{why}\n{document}\n{variables}\n{answer}"))
                })?;
            }
            Ok(())
        })
        .unwrap();
}
