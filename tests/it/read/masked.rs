//! Fields that every entry has, related rows and parts of custom fields that a role hides: refused wherever something is asked of
//! them or by them, whole questions of everything else answered.

use brandgraph::domain::access::{BrandScope::Only, Permission as P};
use serde_json::{Value, json};

use super::shelf::{ACME, Shelf};
use crate::harness::{member, own};

const READ: [P; 4] = [P::BrandRead, P::EntryRead, P::EntryPreview, P::AssetRead];

async fn shelf(hidden: &[&str]) -> Shelf {
    let mut shelf = Shelf::open().await;
    let rule = json!({"read": {"except": hidden}});
    shelf.seen_by_actor(member(vec![own(&READ, &rule, Only(vec![ACME]))], &Value::Null));
    shelf
}

const BOB: &str = r#"entry(by: {slug: {brand: "acme", type: "author", slug: "bob"}})"#;

#[tokio::test]
async fn whatever_an_entry_has_can_be_hidden_and_is_then_refused_by_its_name() {
    for (field, asked) in [
        (
            "title",
            vec![
                "entries { nodes { title } }",
                "entries(filter: {title: {contains: \"e\"}}) { totalCount { value } }",
                "entries(filter: {not: {title: {eq: \"e\"}}}) { nodes { id } }",
                "entries(orderBy: [{field: TITLE}]) { edges { cursor } }",
                "entries(search: {text: \"shoes\"}) { nodes { id } }",
                "entries(search: {text: \"sheos\", mode: FUZZY}) { totalCount { value } }",
                "entries { nodes { versions { nodes { title } } } }",
                "entries(filter: {translations: {some: {title: {startsWith: \"a\"}}}}) { nodes { id } }",
                "tags { nodes { entries(filter: {title: {startsWith: \"a\"}}) { totalCount { value } } } }",
            ],
        ),
        (
            "slug",
            vec![
                "entries { nodes { slug } }",
                "entry(by: {slug: {brand: \"acme\", type: \"author\", slug: \"bob\"}}) { id }",
                "entries(orderBy: [{field: SLUG}]) { nodes { id } }",
            ],
        ),
        (
            "status",
            vec![
                "entries(filter: {status: {eq: DRAFT}}) { nodes { id } }",
                "entries { facets { statuses { count } } }",
                "entries { nodes { versions { nodes { status } } } }",
                "entries { nodes { versions { nodes { change } } } }",
            ],
        ),
        (
            "locale",
            vec![
                "entries { facets { locales { count } } }",
                "entries(locale: {code: \"fr\"}) { nodes { id } }",
                "entries(filter: {locale: {eq: \"fr\"}}) { nodes { id } }",
                "entry(by: {slug: {brand: \"acme\", type: \"author\", slug: \"bob\"}}) { id }",
            ],
        ),
        (
            "tags",
            vec![
                "entries { nodes { tags { slug } } }",
                "entries(filter: {tags: {none: {slug: {eq: \"a\"}}}}) { nodes { id } }",
                "entries { facets { tags { count } } }",
                "tags { nodes { entries { totalCount { value } } } }",
            ],
        ),
        (
            "categories",
            vec![
                "entries { nodes { categories { slug } } }",
                "entries { facets { categories(withDescendants: true) { count } } }",
                "categories { nodes { entries { totalCount { value } } } }",
            ],
        ),
        (
            "translations",
            vec![
                "entries { nodes { translations { id } } }",
                "entries(filter: {translations: {some: {}}}) { nodes { id } }",
                "entries(locale: {code: \"fr\"}) { nodes { id } }",
            ],
        ),
        ("versions", vec!["entries { nodes { versions { totalCount { value } } } }"]),
        (
            "source",
            vec![
                "entries(filter: {source: {name: {eq: \"press\"}}}) { nodes { id } }",
                "entry(by: {external: {source: \"press\", id: \"x-5\"}}) { id }",
            ],
        ),
        (
            "fields",
            vec![
                "entries { nodes { fields } }",
                "entries(filter: {fields: [{path: \"color\", eq: \"red\"}]}) { nodes { id } }",
                "entries { facets { field(path: \"color\") { count } } }",
                "entries { nodes { references { totalCount { value } } } }",
                "entries(search: {text: \"shoes\"}) { nodes { id } }",
                "entries { nodes { versions { nodes { fields } } } }",
            ],
        ),
    ] {
        let shelf = shelf(&[field]).await;
        for asked in asked {
            let answer = shelf.ask(&format!("{{ {asked} }}"), json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], "FORBIDDEN", "{field}: {asked}\n{answer}");
            let message = error["message"].as_str().unwrap();
            let named = if asked.contains("change") { "change" } else { field };
            assert!(message.contains(&format!("hide {named},")), "{asked}: {message}");
            assert!(answer["data"].is_null() || answer["data"]["entry"].is_null(), "{asked}\n{answer}");
        }
        // What does not ask for it is answered.
        let all = shelf.data("{ entries(first: 2) { nodes { id } totalCount { value } } contentTypes { nodes { key name } } }").await;
        assert!(all["entries"]["totalCount"]["value"].as_u64().unwrap() > 10, "{field}: {all}");
    }
}

#[tokio::test]
async fn a_part_of_a_field_is_taken_out_of_the_rest() {
    let shelf = shelf(&["fields.size.height", "fields.a.b.c"]).await;
    for (fields, seen) in [
        (json!({"size": {"height": 1, "width": 2}}), json!({"size": {"width": 2}})),
        (
            json!({"size": {"width": 2}, "a": {"b": {"c": 1, "d": 2}}}),
            json!({"size": {"width": 2}, "a": {"b": {"d": 2}}}),
        ),
        // A list on the way goes as a whole.
        (json!({"size": [{"height": 1, "width": 2}], "x": 1}), json!({"x": 1})),
        (json!({"a": {"b": [{"c": 1}], "e": 1}}), json!({"a": {"e": 1}})),
        (json!({"a": [1], "size": 7}), json!({"size": 7})),
    ] {
        shelf.change(format!("update entry set fields = '{fields}' where slug = 'bob'").leak()).await;
        let data = shelf.data(&format!("{{ {BOB} {{ fields }} }}")).await;
        assert_eq!(data["entry"]["fields"], seen, "{fields}");
    }
    let text = format!(
        "{{ {BOB} {{ width: field(path: \"size.width\") whole: field(path: \"size\") at: field(path: \"size.0.height\") c: field(path: \"a.b.c.d\") }} }}"
    );
    let answer = shelf.ask(&text, json!({})).await;
    assert_eq!(answer["data"]["entry"], json!({"width": null, "whole": null, "at": null, "c": null}));
    let places: Vec<_> = answer["errors"].as_array().unwrap().iter().map(|error| &error["path"][1]).collect();
    assert_eq!(json!(places), json!(["whole", "at", "c"]));
}
