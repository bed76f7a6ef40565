//! What a reviewer found broken, and stays mended.

use serde_json::{Value, json};
use sqlx::Executor;

use super::shelf::{Shelf, slugs};

#[tokio::test]
async fn an_empty_page_with_a_count_is_empty() {
    let shelf = Shelf::open().await;
    let data = shelf
        .data(
            r#"{ entries(filter: {slug: {eq: "nope"}}) { totalCount { value } facets { tags { value } } edges { cursor } nodes { slug }
                pageInfo { endCursor hasNextPage } } }"#,
        )
        .await;
    assert_eq!(
        data["entries"],
        json!({"totalCount": {"value": 0}, "facets": {"tags": []}, "edges": [], "nodes": [],
            "pageInfo": {"endCursor": null, "hasNextPage": false}})
    );
}

#[tokio::test]
async fn root_fields_are_merged_and_defaults_hold_in_directives() {
    let shelf = Shelf::open().await;
    let query = r#"query($y: Boolean! = true, $n: Boolean! = false) { ...A ...B viewer { subject ...V } }
        fragment A on Query { brand(by: {slug: "acme"}) { slug name @include(if: $y) } }
        fragment B on Query { brand(by: {slug: "acme"}) { defaultLocale name @skip(if: $n) id @include(if: $n) } }
        fragment V on Viewer { roles }"#;
    let data = shelf.data(query).await;
    assert_eq!(data["brand"], json!({"slug": "acme", "name": "Acme", "defaultLocale": "en"}));
    assert_eq!(data["viewer"], json!({"subject": "test", "roles": ["viewer"]}));
}

#[tokio::test]
async fn one_key_for_two_things_is_refused() {
    let shelf = Shelf::open().await;
    for query in [
        "{ brands { nodes { x: slug ...F } } } fragment F on Brand { x: name }",
        "{ brands { nodes { entries(first: 1) { nodes { slug } } entries(first: 2) { nodes { slug } } } } }",
    ] {
        let answer = shelf.ask(query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID", "{query}");
    }
}

#[tokio::test]
async fn hostile_documents_and_variables_end_in_an_error() {
    let shelf = Shelf::open().await;
    let chain: String = (0..10_000).map(|n| format!("fragment a{n} on Query{{...a{}}}", n + 1)).collect();
    let bomb: String =
        (0..26).map(|n| format!("fragment f{n} on Query{{...f{m} ...f{m}}}", m = n + 1)).collect();
    let roots: String = (0..21).map(|n| format!("r{n}: brands {{ nodes {{ slug }} }} ")).collect();
    let facets: String = (0..50).map(|n| format!("f{n}: tags {{ count }} ")).collect();
    for query in [
        format!("{{...a0}}{chain}"),
        format!("{{__typename}}{chain}"),
        format!("{{...f0}}{bomb}"),
        format!("{{__typename}}{bomb}"),
        format!("{{{}__typename{}}}", "a{".repeat(200), "}".repeat(200)),
        format!("{{ {roots} }}"),
        format!("{{ viewer {{ subject }} __schema {{ queryType {{ name }} }} {roots} }}"),
        format!("{{ entries {{ facets {{ {facets} }} }} }}"),
    ] {
        let answer = shelf.ask(&query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{}", &query[..60]);
    }
    let deep = (0..70).fold(json!(1), |inner, _| json!([inner]));
    let query = "query($f: EntryFilter) { entries(filter: $f) { nodes { slug } } }";
    shelf.data(query).await;
    let (code, path, _) = shelf.refusal(query, json!({"f": {"fields": [{"path": "a", "eq": deep}]}})).await;
    assert_eq!((code.as_str(), path.as_str()), ("INVALID", "$f"));
    let many: Vec<Value> = (0..500).map(|_| json!({"path": "a", "eq": 0})).collect();
    let (code, ..) = shelf.refusal(query, json!({"f": {"fields": many}})).await;
    assert_eq!(code, "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn a_long_object_at_every_level_stays_one_short_statement() {
    let shelf = Shelf::open().await;
    let many: String = (0..51).map(|n| format!("f{n}: slug ")).collect();
    let deep = (0..10).fold(String::new(), |inner, _| {
        format!(
            r#"{many} {}"#,
            if inner.is_empty() {
                String::new()
            } else {
                format!(r#"r: reference(field: "related") {{ {inner} }}"#)
            }
        )
    });
    let data = shelf
        .data(&format!(
            r#"{{ entries(first: 1, filter: {{slug: {{eq: "article-02"}}}}) {{ nodes {{ {deep} }} }} }}"#
        ))
        .await;
    assert_eq!(data["entries"]["nodes"][0]["r"]["r"]["f50"], "article-04");
}

#[tokio::test]
async fn content_of_a_deleted_brand_is_gone() {
    let shelf = Shelf::open().await;
    shelf
        .test
        .connect()
        .await
        .execute("update brand set deleted_at = now() where slug = 'zen'")
        .await
        .unwrap();
    let data = shelf
        .data(r#"{ entries(filter: {slug: {startsWith: "zen"}}) { nodes { slug brand { slug } } } }"#)
        .await;
    assert_eq!(data["entries"]["nodes"], json!([]));
}

#[tokio::test]
async fn a_row_that_is_referred_to_twice_is_counted_once_and_paged_in_its_places() {
    let shelf = Shelf::open().await;
    shelf
        .test
        .connect()
        .await
        .execute(
            "insert into entry_reference (entry_id, field, position, target_entry_id) values
             ('00000000-0000-0000-0000-00000000a504', 'editor', 0, '00000000-0000-0000-0000-00000000a401'),
             ('00000000-0000-0000-0000-00000000a504', 'related', 2, '00000000-0000-0000-0000-00000000a505')",
        )
        .await
        .unwrap();
    let four = "entry_00000000-0000-0000-0000-00000000a504";
    let ann = "entry_00000000-0000-0000-0000-00000000a401";
    let data = shelf
        .data(&format!(
            r#"{{ ann: entry(by: {{id: "{ann}"}}) {{ referencedBy(filter: {{slug: {{eq: "article-04"}}}}) {{ totalCount {{ value }} nodes {{ slug }} }} }}
                four: entry(by: {{id: "{four}"}}) {{ references(field: "related") {{ nodes {{ slug }} }} }} }}"#
        ))
        .await;
    assert_eq!(
        data["ann"]["referencedBy"],
        json!({"totalCount": {"value": 1}, "nodes": [{"slug": "article-04"}]})
    );
    assert_eq!(slugs(&data["four"]["references"]["nodes"]), ["article-05", "article-06", "article-05"]);
    let page = |after: &str| {
        format!(
            r#"{{ entry(by: {{id: "{four}"}}) {{ references(field: "related", first: 2, {after}) {{ nodes {{ slug }} pageInfo {{ endCursor }} }} }} }}"#
        )
    };
    let first = shelf.data(&page("")).await;
    let end = &first["entry"]["references"]["pageInfo"]["endCursor"];
    let second = shelf.data(&page(&format!("after: {end}"))).await;
    assert_eq!(slugs(&second["entry"]["references"]["nodes"]), ["article-05"]);
}

#[tokio::test]
async fn long_texts_are_compared_and_searched_in_full() {
    let shelf = Shelf::open().await;
    let long = format!("{}needle", "x".repeat(600));
    let sql = format!(
        "update entry set fields = fields || jsonb_build_object('color', '{long}') where slug = 'article-02';
         update entry set fields = fields || '{{\"color\": null}}' where slug = 'article-04'"
    );
    shelf.test.connect().await.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    let query = "query($f: [FieldFilter!]) { entries(filter: {fields: $f}) { nodes { slug } facets { field(path: \"color\") { label } } } }";
    for (filter, found) in [
        (json!({"path": "color", "contains": "needle"}), true),
        (json!({"path": "color", "eq": long}), true),
        (json!({"path": "color", "in": [long, "nothing"]}), true),
        (json!({"path": "color", "eq": &long[..500]}), false),
    ] {
        let data = shelf.data_with(query, json!({"f": [filter]})).await;
        assert_eq!(
            slugs(&data["entries"]["nodes"]),
            if found { vec!["article-02"] } else { vec![] },
            "{found}"
        );
    }
    let data = shelf.data(r#"{ entries(filter: {slug: {eq: "article-04"}}) { facets { field(path: "color") { label } } } }"#).await;
    assert_eq!(data["entries"]["facets"]["field"], json!([]));
}

#[tokio::test]
async fn operators_that_say_nothing_or_do_not_fit_are_refused() {
    let shelf = Shelf::open().await;
    let query = "query($f: EntryFilter, $o: [EntryOrder!], $l: LocaleInput) { entries(filter: $f, orderBy: $o, locale: $l) { nodes { slug } } }";
    shelf.data(query).await;
    for (variables, path) in [
        (json!({"f": {"slug": {"eq": null}}}), "filter.slug.eq"),
        (json!({"f": {"fields": [{"path": "price", "eq": null}]}}), "filter.fields.0.eq"),
        (
            json!({"f": {"fields": [{"path": "price", "as": "NUMBER", "startsWith": 2}]}}),
            "filter.fields.0.startsWith",
        ),
        (json!({"f": {"fields": [{"path": "sale", "gt": true}]}}), "filter.fields.0.gt"),
        (json!({"f": {"references": {"field": "a;b", "some": {}}}}), "filter.references.field"),
        (json!({"o": [{"field": "SLUG", "bogus": 1}]}), "$o.0.bogus"),
        (json!({"o": [{"field": "FIELD", "path": "sizes", "as": "LIST"}]}), "orderBy.0"),
        (json!({"l": {"code": "fr", "fallbak": false}}), "$l.fallbak"),
    ] {
        let (code, at, message) = shelf.refusal(query, variables.clone()).await;
        assert_eq!((code.as_str(), at.as_str()), ("INVALID", path), "{variables}: {message}");
    }
}

#[tokio::test]
async fn fallback_heeds_whatever_the_filter_says_of_the_status() {
    let shelf = Shelf::open().await;
    for status in [
        "{status: {notIn: [DRAFT]}}",
        "{not: {status: {eq: DRAFT}}}",
        "{and: [{status: {eq: PUBLISHED}}]}",
        "{or: [{status: {eq: PUBLISHED}}, {status: {eq: ARCHIVED}}]}",
        "{publishedAt: {exists: true}}",
    ] {
        let list = format!(
            r#"locale: {{code: "fr-CA"}}, filter: {{slug: {{startsWith: "article-02"}}, and: [{status}]}}"#
        );
        assert_eq!(shelf.slugs(&list).await, ["article-02-fr"], "{status}");
    }
}
