//! What a caller may not see is not told by any way of asking.

use brandgraph::domain::access::{BrandScope, Role};
use serde_json::{Value, json};

use super::shelf::{ACME, Shelf, ZEN};

#[tokio::test]
async fn without_a_token_nothing_is_shown() {
    let mut shelf = Shelf::open().await;
    shelf.seen_by_nobody();
    for query in ["{ entries { nodes { slug } } }", "{ brands { totalCount { value } } }"] {
        let answer = shelf.ask(query, json!({})).await;
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
    let answer = shelf.ask(r#"{ __typename brand(by: {slug: "acme"}) { name } }"#, json!({})).await;
    assert_eq!(answer["data"], json!({"__typename": "Query", "brand": null}));
    assert_eq!(answer["errors"][0]["path"], json!(["brand"]));
}

#[tokio::test]
async fn delivery_sees_nothing_unpublished_by_any_way_of_asking() {
    let mut shelf = Shelf::open().await;
    shelf.seen_by(Role::Delivery, BrandScope::All);
    let data = shelf
        .data(
            r#"{ all: entries(first: 100) { nodes { status } totalCount { value } facets { statuses { value count } tags { count } } }
                draft: entry(by: {slug: {brand: "acme", type: "article", slug: "article-03"}}) { slug }
                drafts: entries(filter: {status: {eq: DRAFT}}) { totalCount { value } }
                byDraft: entries(filter: {references: {field: "author", some: {slug: {eq: "bob"}}}}) { totalCount { value } }
                notByDraft: entries(filter: {references: {field: "related", none: {slug: {eq: "article-03"}}}}) { totalCount { value } }
                searched: entries(search: {text: "boots"}) { totalCount { value } }
                two: entry(by: {slug: {brand: "acme", type: "article", slug: "article-02"}}) { translations { locale }
                    related: references(field: "related") { nodes { slug } totalCount { value } } } }"#,
        )
        .await;
    assert!(data["all"]["nodes"].as_array().unwrap().iter().all(|node| node["status"] == "PUBLISHED"));
    assert_eq!(data["all"]["totalCount"]["value"], 13);
    assert_eq!(data["all"]["facets"]["statuses"], json!([{"value": "PUBLISHED", "count": 13}]));
    assert_eq!(data["draft"], Value::Null);
    for none in ["drafts", "byDraft", "searched"] {
        assert_eq!(data[none]["totalCount"]["value"], 0, "{none}");
    }
    assert_eq!(data["notByDraft"]["totalCount"]["value"], 13);
    assert_eq!(data["two"]["translations"], json!([{"locale": "fr"}]));
    assert_eq!(
        data["two"]["related"],
        json!({"nodes": [{"slug": "article-04"}], "totalCount": {"value": 1}})
    );
    let answer = shelf
        .ask(r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "article-02"}}) { versions { nodes { title } } } }"#, json!({}))
        .await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

#[tokio::test]
async fn brands_are_sealed_off_from_one_another() {
    let mut shelf = Shelf::open().await;
    let query = r#"{ brands { nodes { slug } } entries(first: 100, filter: {slug: {startsWith: "zen"}}) { nodes { slug } }
        entry(by: {id: "entry_00000000-0000-0000-0000-00000000b501"}) { slug }
        node(id: "brand_00000000-0000-0000-0000-0000000000b0") { id }
        run: node(id: "run_00000000-0000-0000-0000-00000000ac11") { id }
        filtered: entries(filter: {brand: {slug: {eq: "zen"}}}) { totalCount { value } } }"#;
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![ACME]));
    let data = shelf.data(query).await;
    assert_eq!(
        data,
        json!({"brands": {"nodes": [{"slug": "acme"}]}, "entries": {"nodes": []}, "entry": null, "node": null,
            "run": {"id": "run_00000000-0000-0000-0000-00000000ac11"}, "filtered": {"totalCount": {"value": 0}}})
    );
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![ZEN]));
    let data = shelf.data(query).await;
    assert_eq!(data["entry"], json!({"slug": "zen-1"}));
    assert_eq!(data["run"], Value::Null);
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![]));
    assert_eq!(shelf.data(query).await["brands"]["nodes"], json!([]));
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![ACME, ZEN]));
    assert_eq!(shelf.data(query).await["brands"]["nodes"], json!([{"slug": "acme"}, {"slug": "zen"}]));
}

#[tokio::test]
async fn what_may_be_null_is_null_where_it_is_forbidden_and_the_rest_stands() {
    let mut shelf = Shelf::open().await;
    shelf.seen_by(Role::Delivery, BrandScope::All);
    let forbidden = |answer: &Value, at: usize, place: Value| {
        assert_eq!(answer["errors"][at]["path"], place, "{answer}");
        assert_eq!(answer["errors"][at]["extensions"]["code"], "FORBIDDEN", "{answer}");
        assert_eq!(answer["errors"][at]["message"], "this needs the permission source:read");
    };
    let query = r#"{ a: entries(first: 1, orderBy: [{field: SLUG}]) { nodes { slug from: source { name } } edges { node { source { id } } } }
        nodes(ids: ["entry_00000000-0000-0000-0000-00000000a502"]) { id ... on Entry { source { name } } } }"#;
    let answer = shelf.ask(query, json!({})).await;
    assert_eq!(
        answer["data"],
        json!({"a": {"nodes": [{"slug": "ann", "from": null}], "edges": [{"node": {"source": null}}]},
            "nodes": [{"id": "entry_00000000-0000-0000-0000-00000000a502", "source": null}]})
    );
    forbidden(&answer, 0, json!(["a", "nodes", "from"]));
    forbidden(&answer, 1, json!(["a", "edges", "node", "source"]));
    forbidden(&answer, 2, json!(["nodes", "source"]));
    // The same whether there is a source or not, and no filter asks instead.
    let pulled = r#"{ entries(filter: {source: {name: {eq: "press"}}}) { nodes { slug } } }"#;
    let answer = shelf.ask(pulled, json!({})).await;
    assert_eq!(answer["data"], Value::Null);
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    // What is never null takes the nearest that may be null with it.
    let history = r#"{ two: entry(by: {id: "entry_00000000-0000-0000-0000-00000000a502"}) { slug
        author: reference(field: "author") { past: versions { nodes { title } } } } }"#;
    let answer = shelf.ask(history, json!({})).await;
    assert_eq!(answer["data"], json!({"two": {"slug": "article-02", "author": null}}));
    assert_eq!(answer["errors"][0]["path"], json!(["two", "author", "past"]));
    assert_eq!(answer["errors"][0]["message"], "this needs the permission entry:preview");
}
