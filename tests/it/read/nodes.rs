//! One thing at a time: by id, by address, by where it came from, with everything it is tied to.

use brandgraph::domain::access::{BrandScope, Role};
use serde_json::{Value, json};

use super::shelf::{Shelf, slugs};

const TWO: &str = "entry_00000000-0000-0000-0000-00000000a502";

#[tokio::test]
async fn shows_an_entry_with_everything_it_is_tied_to() {
    let shelf = Shelf::open().await;
    let data = shelf
        .data(
            r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "article-02"}}) {
                __typename id slug status publishedAt version color: field(path: "color") height: field(path: "size.height")
                nothing: field(path: "nothing")
                brand { slug locales { code fallback chain } } contentType { key }
                tags { slug } categories { slug path { slug } parent { slug } }
                author: reference(field: "author") { title }
                related: references(field: "related") { nodes { slug author: reference(field: "author") { slug } } }
                picture: asset(field: "pictures") { filename } pictures: assets { nodes { filename width } }
                translations { slug locale } versions { nodes { version title change } } source { name } } }"#,
        )
        .await;
    assert_eq!(
        data["entry"],
        json!({
            "__typename": "Entry", "id": TWO, "slug": "article-02", "status": "PUBLISHED",
            "publishedAt": "2026-03-03T00:00:00+00:00", "version": 1, "color": "red", "height": 20, "nothing": null,
            "brand": {"slug": "acme", "locales": [
                {"code": "en", "fallback": null, "chain": ["en"]},
                {"code": "fr", "fallback": "en", "chain": ["fr", "en"]},
                {"code": "fr-CA", "fallback": "fr", "chain": ["fr-CA", "fr", "en"]},
            ]},
            "contentType": {"key": "article"}, "tags": [{"slug": "tag-2"}],
            "categories": [{"slug": "shoes", "path": [{"slug": "shop"}, {"slug": "shoes"}], "parent": {"slug": "shop"}}],
            "author": {"title": "Ann"},
            "related": {"nodes": [
                {"slug": "article-03", "author": {"slug": "bob"}}, {"slug": "article-04", "author": {"slug": "ann"}},
            ]},
            "picture": {"filename": "picture-3.jpg"},
            "pictures": {"nodes": [{"filename": "picture-3.jpg", "width": 300}, {"filename": "picture-2.jpg", "width": 200}]},
            "translations": [{"slug": "article-02-ca", "locale": "fr-CA"}, {"slug": "article-02-fr", "locale": "fr"}],
            "versions": {"nodes": [
                {"version": 2, "title": "Garden chairs 2", "change": "published"},
                {"version": 1, "title": "Old chairs", "change": "created"},
            ]},
            "source": null,
        })
    );
}

#[tokio::test]
async fn finds_the_same_entry_by_every_name_it_has() {
    let shelf = Shelf::open().await;
    for by in [
        r#"{id: "entry_00000000-0000-0000-0000-00000000a505"}"#,
        r#"{external: {source: "press", id: "x-5"}}"#,
        r#"{slug: {brand: "acme", type: "article", slug: "article-05"}}"#,
        r#"{slug: {brand: "acme", type: "article", slug: "article-05", locale: {code: "fr"}}}"#,
        r#"{slug: {brand: "acme", type: "article", slug: "article-05", locale: {code: "en", fallback: false}}}"#,
    ] {
        let data = shelf.data(&format!("{{ entry(by: {by}) {{ slug }} }}")).await;
        assert_eq!(data["entry"]["slug"], "article-05", "{by}");
    }
    for by in [
        r#"{id: "entry_00000000-0000-0000-0000-00000000a701"}"#,
        r#"{external: {source: "press", id: "x-6"}}"#,
        r#"{slug: {brand: "zen", type: "article", slug: "article-05"}}"#,
        r#"{slug: {brand: "acme", type: "article", slug: "article-05", locale: {code: "fr", fallback: false}}}"#,
    ] {
        let data = shelf.data(&format!("{{ entry(by: {by}) {{ slug }} }}")).await;
        assert_eq!(data["entry"], Value::Null, "{by}");
    }
}

#[tokio::test]
async fn finds_anything_by_its_global_id() {
    let shelf = Shelf::open().await;
    let data = shelf
        .data(&format!(
            r#"{{ node(id: "{TWO}") {{ __typename id ... on Entry {{ slug }} ... on Brand {{ name }} }}
                nodes(ids: ["brand_00000000-0000-0000-0000-0000000000a0", "{TWO}", "tag_00000000-0000-0000-0000-000000000000",
                    "run_00000000-0000-0000-0000-00000000ac11", "{TWO}"])
                {{ id __typename ...Named }} }}
               fragment Named on Node {{ ... on Brand {{ slug }} ... on Entry {{ slug }} ... on SyncRun {{ status }} }}"#
        ))
        .await;
    let two = json!({"id": TWO, "__typename": "Entry", "slug": "article-02"});
    assert_eq!(data["node"], json!({"__typename": "Entry", "id": TWO, "slug": "article-02"}));
    assert_eq!(
        data["nodes"],
        json!([
            {"id": "brand_00000000-0000-0000-0000-0000000000a0", "__typename": "Brand", "slug": "acme"}, two, null,
            {"id": "run_00000000-0000-0000-0000-00000000ac11", "__typename": "SyncRun", "status": "SUCCEEDED"}, two,
        ])
    );
}

#[tokio::test]
async fn merges_fields_and_obeys_directives_and_fragments() {
    let shelf = Shelf::open().await;
    let query = r#"query($yes: Boolean!, $no: Boolean = false) {
        entry(by: {id: "entry_00000000-0000-0000-0000-00000000a502"}) { ...A brand { slug } ...B extra: title @include(if: $no) slug @skip(if: $yes) } }
        fragment A on Entry { brand { name } title ...B } fragment B on Entry { brand { id } }"#;
    let data = shelf.data_with(query, json!({"yes": true})).await;
    let brand = json!({"name": "Acme", "id": "brand_00000000-0000-0000-0000-0000000000a0", "slug": "acme"});
    assert_eq!(data["entry"]["brand"], brand);
    let keys: Vec<&String> = data["entry"].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["brand", "title"]);
}

#[tokio::test]
async fn shows_more_fields_than_one_json_object_call_takes() {
    let shelf = Shelf::open().await;
    let many: String = (0..120).map(|n| format!("f{n}: slug ")).collect();
    let data = shelf.data(&format!(r#"{{ entry(by: {{id: "{TWO}"}}) {{ {many} }} }}"#)).await;
    let fields = data["entry"].as_object().unwrap();
    assert_eq!(fields.len(), 120);
    assert!(fields.values().all(|value| value == "article-02"));
}

#[tokio::test]
async fn walks_the_brand_and_back() {
    let shelf = Shelf::open().await;
    let data = shelf
        .data(
            r#"{ brand(by: {slug: "acme"}) { entries(first: 2, filter: {status: {eq: PUBLISHED}, contentType: {key: {eq: "article"}}},
                    orderBy: [{field: PUBLISHED_AT, direction: ASC}]) { totalCount { value relation } nodes { slug
                        referencedBy(field: "related", first: 1, orderBy: [{field: SLUG}]) { nodes { slug } totalCount { value } } } }
                 categories(filter: {slug: {eq: "shoes"}}) { nodes { children { nodes { slug } } entries { nodes { slug } } } }
                 sources { nodes { runs { nodes { status } } entries { nodes { slug } } } } } }"#,
        )
        .await;
    let brand = &data["brand"];
    assert_eq!(brand["entries"]["totalCount"], json!({"value": 11, "relation": "EXACT"}));
    assert_eq!(slugs(&brand["entries"]["nodes"]), ["article-02", "article-04"]);
    assert_eq!(
        brand["entries"]["nodes"][1]["referencedBy"],
        json!({"nodes": [{"slug": "article-02"}], "totalCount": {"value": 2}})
    );
    assert_eq!(
        brand["categories"]["nodes"][0],
        json!({"children": {"nodes": [{"slug": "boots"}]}, "entries": {"nodes": [{"slug": "article-02"}]}})
    );
    assert_eq!(
        brand["sources"]["nodes"][0],
        json!({"runs": {"nodes": [{"status": "SUCCEEDED"}]}, "entries": {"nodes": [{"slug": "article-05"}]}})
    );
}

#[tokio::test]
async fn what_is_not_ones_to_see_is_null_beside_what_is() {
    let mut shelf = Shelf::open().await;
    let source = shelf.data(r#"{ source(by: {name: "press"}) { id } }"#).await["source"]["id"].clone();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Source { name } } }";
    let ids = json!({"ids": [source, TWO]});
    assert_eq!(
        shelf.data_with(query, ids.clone()).await["nodes"],
        json!([{"id": source, "name": "press"}, {"id": TWO}])
    );
    shelf.seen_by(Role::Delivery, BrandScope::All);
    assert_eq!(shelf.data_with(query, ids.clone()).await["nodes"], json!([null, {"id": TWO}]));
    // What is asked of a row that is there is another matter.
    let answer =
        shelf.ask("query($ids: [ID!]!) { nodes(ids: $ids) { ... on Entry { source { name } } } }", ids).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}
