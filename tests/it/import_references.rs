//! An import refers only to what the schema allows.

use serde_json::{Value, json};

use crate::{
    harness::TestApp,
    import_again::exported,
    import_file::{CATALOG, CONTENT, bring, told},
};

fn article(id: &str, fields: Value, references: Value) -> String {
    let line = json!({
        "kind": "entry", "brand": "acme", "key": {"resource": "article", "id": id}, "type": "article",
        "slug": format!("article-{id}"), "title": format!("Article {id}"), "fields": fields, "references": references,
    });
    format!("{line}\n")
}

fn to(field: &str, kind: &str, resource: &str, id: &str) -> Value {
    json!([{"field": field, "to": kind, "keys": [{"resource": resource, "id": id}]}])
}

async fn number(app: &TestApp, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test]
async fn a_reference_that_the_schema_does_not_allow_sets_its_record_aside() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let nothing = format!("entry_{}", uuid::Uuid::new_v4());
    let lines = [
        article("2", json!({}), to("author", "entry", "article", "1")),
        article("3", json!({}), to("author", "entry", "article", "2")),
        article("4", json!({}), to("hero", "entry", "author", "7")),
        article("5", json!({}), to("summary", "entry", "author", "7")),
        article("6", json!({"author": nothing}), json!([])),
        article("7", json!({"author": "Ann"}), json!([])),
    ];
    let (report, set_aside) = bring(&app, &lines.concat(), None).await;
    let mut found = told(&set_aside);
    found.sort_unstable();
    let places: Vec<_> = found.iter().map(|(line, path, _)| (*line, *path)).collect();
    assert_eq!(
        places,
        [
            (1, "fields/author"),
            (2, "fields/author"),
            (3, "fields/hero"),
            (4, "fields/summary"),
            (5, "fields/author"),
            (6, "fields/author"),
        ]
    );
    let codes: Vec<_> = found.iter().map(|(.., code)| *code).collect();
    assert_eq!(
        (codes[0], codes[1], codes[3], codes[4]),
        ("reference_type", "reference_type", "no_reference", "not_found")
    );
    assert_eq!((report.created, report.set_aside), (0, 6));
    assert_eq!(number(&app, "select count(*) from entry_reference").await, 2);
}

#[tokio::test]
async fn an_id_that_stands_in_the_fields_is_linked() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let author: String = sqlx::query_scalar("select 'entry_' || id from entry where slug = 'ann'")
        .fetch_one(&mut app.db.connect().await)
        .await
        .unwrap();
    let (report, set_aside) = bring(&app, &article("2", json!({"author": author}), json!([])), None).await;
    assert_eq!((told(&set_aside), report.created), (vec![], 1));
    let linked = "select count(*) from entry_reference r join entry t on t.id = r.target_entry_id \
                  where r.field = 'author' and t.slug = 'ann'";
    assert_eq!(number(&app, linked).await, 2);
}

#[tokio::test]
async fn what_arrives_later_is_referred_to_only_where_its_type_is_allowed() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let (report, _) =
        bring(&app, &article("2", json!({}), to("author", "entry", "article", "3")), None).await;
    assert_eq!((report.created, report.waiting), (1, 1));
    let (report, set_aside) = bring(&app, &article("3", json!({}), json!([])), None).await;
    assert_eq!((told(&set_aside), report.created, report.waiting), (vec![], 1, 1));
    assert_eq!(number(&app, "select count(*) from entry_reference").await, 0);
    assert_eq!(number(&app, "select count(*) from entry where fields ? 'author'").await, 0);
}

#[tokio::test]
async fn a_size_that_is_none_sets_its_asset_aside() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let asset = |id: &str, size: Value| {
        let mut line = json!({"kind": "asset", "brand": "acme", "key": {"resource": "media", "id": id}, "filename": "a.webp",
            "mediaType": "image/webp", "url": "https://media.example/a.webp"});
        line.as_object_mut().unwrap().extend(size.as_object().unwrap().clone());
        format!("{line}\n")
    };
    let lines = [
        asset("1", json!({"width": -5})),
        asset("2", json!({"height": 1_000_001})),
        asset("3", json!({"bytes": -1})),
        asset("4", json!({"width": 0, "height": 1_000_000, "bytes": 1})),
    ];
    let (report, set_aside) = bring(&app, &lines.concat(), None).await;
    assert_eq!(told(&set_aside), [(1, "width", "range"), (2, "height", "range"), (3, "bytes", "range")]);
    assert_eq!(report.created, 1);
}

/// A brand of five languages, where only French falls back to another, English.
fn languages(slug: &str) -> String {
    let locales = ["de", "en", "it", "nl"].map(|code| json!({"code": code}));
    let locales: Vec<Value> = locales.into_iter().chain([json!({"code": "fr", "fallback": "en"})]).collect();
    let brand =
        json!({"kind": "brand", "slug": slug, "name": slug, "defaultLocale": "en", "locales": locales});
    let types: Vec<&str> = CATALOG.lines().filter(|line| line.contains("contentType")).collect();
    format!("{brand}\n{}\n", types.join("\n").replace("\"acme\"", &format!("\"{slug}\"")))
}

fn translation(brand: &str, kind: &str, locale: &str, references: Value) -> String {
    let line = json!({"kind": "entry", "brand": brand, "key": {"resource": kind, "id": "1"}, "type": kind, "locale": locale,
        "slug": format!("{kind}-{locale}"), "title": locale, "fields": {}, "references": references});
    format!("{line}\n")
}

fn author_in(brand: &str, locale: &str) -> String {
    translation(brand, "author", locale, json!([]))
}

fn article_in(brand: &str, locale: &str) -> String {
    translation(brand, "article", locale, to("author", "entry", "author", "1"))
}

/// Which language refers to which, in a brand.
async fn led(app: &TestApp, brand: &str) -> String {
    let sql = "select string_agg(e.locale || ' ' || t.locale, ', ' order by e.locale) from entry_reference r \
               join entry e on e.id = r.entry_id join entry t on t.id = r.target_entry_id join brand b on b.id = e.brand_id \
               where b.slug = $1";
    sqlx::query_scalar(sql).bind(brand).fetch_one(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test]
async fn a_reference_leads_along_the_fallbacks_and_else_to_the_first_language_by_name() {
    let app = TestApp::start().await;
    // Italian falls back to nothing, so that of Dutch, English and French the first by name is taken.
    let authors = |brand: &str| ["nl", "fr", "en"].map(|locale| author_in(brand, locale)).concat();
    let articles = |brand: &str| ["it", "fr", "nl"].map(|locale| article_in(brand, locale)).concat();
    for (slug, parts) in [
        ("before", vec![authors("before"), articles("before")]),
        ("after", vec![articles("after"), authors("after")]),
        ("at-once", vec![[articles("at-once"), authors("at-once")].concat()]),
        // One language after the other, the best last.
        ("by-and-by", {
            let authors = ["nl", "fr", "en"].map(|locale| author_in("by-and-by", locale));
            [articles("by-and-by")].into_iter().chain(authors).collect()
        }),
    ] {
        bring(&app, &languages(slug), None).await;
        for part in parts {
            let (_, set_aside) = bring(&app, &part, None).await;
            assert_eq!(told(&set_aside), vec![], "{slug}");
        }
        assert_eq!(led(&app, slug).await, "fr fr, it en, nl nl", "{slug}");
    }
}

#[tokio::test]
async fn a_reference_by_id_stays_where_it_leads() {
    let app = TestApp::start().await;
    bring(&app, &[languages("acme"), author_in("acme", "nl"), article_in("acme", "it")].concat(), None).await;
    // The same rows, named by their ids from now on.
    let ids = exported(&app).await;
    bring(&app, &ids, None).await;
    bring(&app, &author_in("acme", "fr"), None).await;
    assert_eq!(led(&app, "acme").await, "it nl");
    // And by their keys again: French is nearer by name, and English, when it comes, is nearer still.
    bring(&app, &article_in("acme", "it"), None).await;
    assert_eq!(led(&app, "acme").await, "it fr");
    bring(&app, &author_in("acme", "en"), None).await;
    assert_eq!(led(&app, "acme").await, "it en");
}
