//! Locales, with the brand's fallbacks and without.

use brandgraph::domain::access::{BrandScope, Role};

use serde_json::json;
use sqlx::Executor;

use super::shelf::Shelf;

const SOME: &str = r#"filter: {or: [{slug: {startsWith: "article-02"}}, {slug: {eq: "article-04"}}]}, orderBy: [{field: SLUG}]"#;

#[tokio::test]
async fn a_list_shows_each_entry_in_the_best_locale_there_is() {
    let mut shelf = Shelf::open().await;
    for (locale, expected) in [
        (r#"{code: "fr-CA"}"#, vec!["article-02-ca", "article-04"]),
        (r#"{code: "fr"}"#, vec!["article-02-fr", "article-04"]),
        (r#"{code: "en"}"#, vec!["article-02", "article-04"]),
        (r#"{code: "fr", fallback: false}"#, vec!["article-02-fr"]),
    ] {
        assert_eq!(shelf.slugs(&format!("locale: {locale}, {SOME}")).await, expected, "{locale}");
    }
    // A draft that the caller may not see, or that the filter leaves out, hides nothing.
    shelf.seen_by(Role::Delivery, BrandScope::All);
    let published = shelf.slugs(&format!(r#"locale: {{code: "fr-CA"}}, {SOME}"#)).await;
    assert_eq!(published, ["article-02-fr", "article-04"]);
    shelf.seen_by(Role::Viewer, BrandScope::All);
    let only =
        r#"locale: {code: "fr-CA"}, filter: {status: {eq: PUBLISHED}, slug: {startsWith: "article-02"}}"#;
    assert_eq!(shelf.slugs(only).await, ["article-02-fr"]);
}

#[tokio::test]
async fn a_locale_that_no_brand_writes_in_is_refused_until_one_does() {
    let shelf = Shelf::open().await;
    let query = r#"{ entries(locale: {code: "de"}) { nodes { slug } } }"#;
    let (code, path, message) = shelf.refusal(query, json!({})).await;
    assert_eq!((code.as_str(), path.as_str()), ("INVALID", "locale.code"), "{message}");
    let german = "insert into locale select id, 'de', null, '{de}', 9 from brand where slug = 'zen'";
    shelf.test.connect().await.execute(german).await.unwrap();
    assert_eq!(shelf.data(query).await["entries"]["nodes"], json!([]));
}

#[tokio::test]
async fn an_address_finds_the_translation_that_is_wanted() {
    let shelf = Shelf::open().await;
    for (slug, locale, expected) in [
        ("article-02", r#", locale: {code: "fr"}"#, "article-02-fr"),
        ("article-02-fr", r#", locale: {code: "fr-CA"}"#, "article-02-ca"),
        ("article-02-fr", "", "article-02"),
        ("article-04", r#", locale: {code: "fr"}"#, "article-04"),
    ] {
        let query = format!(
            r#"{{ entry(by: {{slug: {{brand: "acme", type: "article", slug: "{slug}"{locale}}}}}) {{ slug }} }}"#
        );
        assert_eq!(shelf.data(&query).await["entry"]["slug"], expected, "{slug} {locale}");
    }
}

#[tokio::test]
async fn of_two_entries_with_one_slug_the_wanted_locale_decides() {
    let mut shelf = Shelf::open().await;
    // Another entry, which in French has the slug that article-02 has in English.
    let other = "insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, created_at, updated_at)
        select o.id, brand_id, content_type_id, '00000000-0000-0000-0000-00000000a4ff', o.slug, o.locale, o.title, 'draft', '{}', now(), now()
        from entry, (values ('00000000-0000-0000-0000-00000000a4fe'::uuid, 'article-02', 'fr', 'Autre'),
            ('00000000-0000-0000-0000-00000000a4ff', 'other', 'en', 'Other')) o (id, slug, locale, title)
        where entry.id = '00000000-0000-0000-0000-00000000a502'";
    shelf.test.connect().await.execute(other).await.unwrap();
    for (slug, locale, title) in [
        ("article-02", r#", locale: {code: "fr"}"#, "Autre"),
        ("article-02", r#", locale: {code: "fr", fallback: false}"#, "Autre"),
        ("article-02", r#", locale: {code: "en"}"#, "Garden chairs 2"),
        ("article-02", "", "Garden chairs 2"),
        // Nobody has the slug in Canadian French; French comes next.
        ("article-02", r#", locale: {code: "fr-CA"}"#, "Autre"),
        ("other", r#", locale: {code: "fr"}"#, "Autre"),
        ("article-02-fr", r#", locale: {code: "en"}"#, "Garden chairs 2"),
    ] {
        let query = format!(
            r#"{{ entry(by: {{slug: {{brand: "acme", type: "article", slug: "{slug}"{locale}}}}}) {{ title }} }}"#
        );
        assert_eq!(shelf.data(&query).await["entry"]["title"], title, "{slug} {locale}");
    }
    // Where the caller may not see the nearest, it does not stand in the way.
    shelf.seen_by(Role::Delivery, BrandScope::All);
    let query = r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "article-02", locale: {code: "fr"}}}) { slug } }"#;
    assert_eq!(shelf.data(query).await["entry"]["slug"], "article-02-fr");
}

#[tokio::test]
async fn tags_and_categories_are_found_by_their_names() {
    let mut shelf = Shelf::open().await;
    let query = r#"query($path: [String!]! = ["shop", "shoes"]) {
        tag(by: {slug: {brand: "acme", slug: "tag-3"}}) { name entries(first: 1) { totalCount { value } } }
        category(by: {path: {brand: "acme", path: $path}}) { name parent { slug } }
        foreign: tag(by: {slug: {brand: "zen", slug: "tag-3"}}) { name }
        halfway: category(by: {path: {brand: "acme", path: ["shoes"]}}) { name }
        byId: category(by: {id: "category_00000000-0000-0000-0000-00000000a203"}) { path { slug } } }"#;
    let expected = json!({
        "tag": {"name": "Tag 3", "entries": {"totalCount": {"value": 4}}},
        "category": {"name": "Shoes", "parent": {"slug": "shop"}}, "foreign": null, "halfway": null,
        "byId": {"path": [{"slug": "shop"}, {"slug": "shoes"}, {"slug": "boots"}]},
    });
    assert_eq!(shelf.data(query).await, expected);
    for (path, wrong) in [(json!([]), "by.path.path"), (json!(["shop", "a\u{0}"]), "by.path.path.1")] {
        let (code, at, message) = shelf.refusal(query, json!({"path": path})).await;
        assert_eq!((code.as_str(), at.as_str()), ("INVALID", wrong), "{message}");
    }
    let (code, ..) = shelf.refusal(query, json!({"path": vec!["x"; 17]})).await;
    assert_eq!(code, "LIMIT_EXCEEDED");
    shelf.seen_by(Role::Viewer, BrandScope::Only(vec![super::shelf::ZEN]));
    assert_eq!(shelf.data(query).await["category"], json!(null));
}

#[tokio::test]
async fn a_locale_may_be_written_in_any_case() {
    let shelf = Shelf::open().await;
    let usual = shelf.slugs(r#"locale: {code: "fr-CA"}"#).await;
    assert_eq!(shelf.slugs(r#"locale: {code: "FR-ca"}"#).await, usual);
    let query = r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "article-02", locale: {code: "Fr-cA"}}}) { locale } }"#;
    assert_eq!(shelf.data(query).await["entry"]["locale"], "fr-CA");
}

#[tokio::test]
async fn references_wanted_in_a_locale_show_the_translation_that_stands_for_what_is_referred_to() {
    let mut shelf = Shelf::open().await;
    let link = "insert into entry_reference (entry_id, field, position, target_entry_id)
        select a.id, 'see', b.at, o.id from entry a, (values ('article-02', 0), ('article-04', 1)) b (slug, at)
        join entry o on o.slug = b.slug where a.slug = 'article-06'";
    shelf.test.connect().await.execute(link).await.unwrap();
    for (locale, expected) in [
        ("", vec!["article-02", "article-04"]),
        (r#", locale: {code: "fr"}"#, vec!["article-02-fr", "article-04"]),
        (r#", locale: {code: "fr-CA"}"#, vec!["article-02-ca", "article-04"]),
        (r#", locale: {code: "fr", fallback: false}"#, vec!["article-02-fr"]),
        (
            r#", locale: {code: "fr"}, orderBy: [{field: SLUG, direction: DESC}]"#,
            vec!["article-04", "article-02-fr"],
        ),
    ] {
        let query = format!(
            r#"{{ entry(by: {{slug: {{brand: "acme", type: "article", slug: "article-06"}}}}) {{
                references(field: "see"{locale}) {{ nodes {{ slug }} totalCount {{ value }} }} }} }}"#
        );
        let references = shelf.data(&query).await["entry"]["references"].clone();
        let slugs: Vec<_> = expected.iter().map(|slug| json!({"slug": slug})).collect();
        assert_eq!(references["nodes"], json!(slugs), "{locale}");
        assert_eq!(references["totalCount"]["value"], json!(slugs.len()), "{locale}");
    }
    // What may not be seen is not followed, even where a translation of it may be seen.
    let hide = "update entry set status = 'draft', published_at = null where slug = 'article-02'";
    shelf.test.connect().await.execute(hide).await.unwrap();
    shelf.seen_by(Role::Delivery, BrandScope::All);
    let query = r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "article-06"}}) {
        references(field: "see", locale: {code: "fr"}) { nodes { slug } } } }"#;
    assert_eq!(shelf.data(query).await["entry"]["references"]["nodes"], json!([{"slug": "article-04"}]));
}
