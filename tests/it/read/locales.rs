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
