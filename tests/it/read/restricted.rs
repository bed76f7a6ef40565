//! Roles with restrictions: what they show, what they refuse, and how several add up.

use brandgraph::domain::access::{
    BrandScope::{All, Only},
    Permission as P, Restrictions, Role, RoleRule,
};
use serde_json::{Value, json};

use super::shelf::{ACME, Shelf, slugs};
use crate::harness::{member, own};

const READ: [P; 3] = [P::BrandRead, P::EntryRead, P::EntryPreview];

async fn shelf(rule: Value, claims: Value) -> Shelf {
    let mut shelf = Shelf::open().await;
    shelf.seen_by_actor(member(vec![own(&READ, &rule, Only(vec![ACME]))], &claims));
    shelf
}

#[tokio::test]
async fn a_type_a_locale_and_a_status_restrict_what_is_seen() {
    let all = "first: 100, orderBy: [{field: SLUG}]";
    assert_eq!(shelf(json!({"types": ["author"]}), json!({})).await.slugs(all).await, ["ann", "bob"]);
    let both = json!({"types": ["author"], "statuses": ["PUBLISHED"]});
    assert_eq!(shelf(both, json!({})).await.slugs(all).await, ["ann"]);
    assert_eq!(shelf(json!({"locales": ["fr"]}), json!({})).await.slugs(all).await, ["article-02-fr"]);
    let shelf = shelf(json!({"types": []}), json!({})).await;
    assert_eq!(shelf.slugs(all).await, [""; 0]);
    let data = shelf.data("{ contentTypes { nodes { key } } brands { nodes { slug } } }").await;
    assert_eq!(data, json!({"contentTypes": {"nodes": []}, "brands": {"nodes": [{"slug": "acme"}]}}));
}

#[tokio::test]
async fn rows_are_compared_with_what_is_claimed_and_a_missing_claim_matches_nothing() {
    let rule = json!({"rows": {"field": "fields.color", "in": {"claim": "colors"}}});
    let count = "{ entries { totalCount { value } } }";
    for (claims, expected) in [
        (json!({"colors": ["red"]}), 12),
        (json!({"colors": "red"}), 12),
        (json!({"colors": ["red", "blue"]}), 18),
        (json!({"colors": [7, null, {"a": 1}]}), 0),
        (json!({"colors": {"red": true}}), 0),
        (json!({}), 0),
    ] {
        let data = shelf(rule.clone(), claims.clone()).await.data(count).await;
        assert_eq!(data["entries"]["totalCount"]["value"], expected, "{claims}");
    }
    for (rule, expected) in [
        (json!({"field": "fields.price", "eq": 3}), 1),
        (json!({"field": "fields.sale", "eq": true}), 4),
        (json!({"field": "fields.sizes", "has": 3}), 2),
        (json!({"field": "slug", "in": ["article-01", "ann", "nothing"]}), 2),
        (json!({"field": "externalId", "eq": "x-5"}), 1),
        (json!({"all": [{"field": "fields.color", "eq": "red"}, {"field": "fields.sale", "eq": true}]}), 3),
        (json!({"any": [{"field": "fields.price", "eq": 3}, {"field": "fields.price", "eq": "twenty"}]}), 2),
        // As on writes, a text is no number, no boolean, no list.
        (json!({"field": "fields.price", "in": ["3", "twenty"]}), 1),
        (json!({"field": "fields.sale", "eq": "true"}), 0),
        (json!({"field": "fields.sizes", "eq": "[3, 4]"}), 0),
    ] {
        let data = shelf(json!({"rows": rule}), json!({})).await.data(count).await;
        assert_eq!(data["entries"]["totalCount"]["value"], expected, "{rule}");
    }
}

#[tokio::test]
async fn what_an_entry_was_is_seen_only_where_the_condition_holds_of_that_too() {
    let any = json!({"any": [{"field": "externalId", "eq": "x-5"}, {"field": "fields.color", "eq": "red"}]});
    let shelf = shelf(json!({"rows": any}), json!({})).await;
    // Both are red now; one was not, and the other is let through by its id at the source.
    shelf.change("insert into entry_version (entry_id, version, slug, title, status, fields, change, actor, created_at) select id, 1, slug, title, 'draft', '{\"color\": \"green\"}', 'created', 'user:ann', '2026-02-01' from entry where slug in ('article-04', 'article-05')").await;
    let versions = |slug: &str| {
        format!(
            r#"{{ entry(by: {{slug: {{brand: "acme", type: "article", slug: "{slug}"}}}}) {{ versions {{ nodes {{ version }} }} }} }}"#
        )
    };
    let seen = shelf.data(&versions("article-04")).await;
    assert_eq!(seen["entry"]["versions"]["nodes"], json!([]));
    let seen = shelf.data(&versions("article-05")).await;
    assert_eq!(seen["entry"]["versions"]["nodes"], json!([{"version": 1}]));
}

#[tokio::test]
async fn a_hidden_field_is_null_where_it_is_shown_and_refused_where_it_is_asked_by() {
    let shelf =
        shelf(json!({"read": {"except": ["fields.price", "fields.author", "externalId"]}}), json!({})).await;
    let one = r#"entry(by: {slug: {brand: "acme", type: "article", slug: "article-05"}})"#;
    let query = format!(
        r#"{{ {one} {{ slug fields price: field(path: "price") deeper: field(path: "price.a") externalId reference(field: "author") {{ slug }} }} }}"#
    );
    let answer = shelf.ask(&query, json!({})).await;
    let found = &answer["data"]["entry"];
    assert_eq!(found["fields"]["color"], "red");
    assert_eq!(found["fields"].get("price"), None);
    for (number, key) in ["price", "deeper", "externalId", "reference"].into_iter().enumerate() {
        assert_eq!(found[key], Value::Null, "{key}");
        assert_eq!(answer["errors"][number]["path"], json!(["entry", key]));
        assert_eq!(answer["errors"][number]["extensions"]["code"], "FORBIDDEN");
    }
    for asked in [
        r#"entries(filter: {fields: [{path: "price", as: NUMBER, gt: 3}]}) { totalCount { value } }"#,
        r#"entries(filter: {not: {fields: [{path: "price.x", exists: true}]}}) { totalCount { value } }"#,
        r#"entries(orderBy: [{field: FIELD, path: "price"}]) { nodes { slug } }"#,
        r#"entries(search: {text: "shoes"}) { nodes { slug } }"#,
        r#"entries { facets { field(path: "price") { value } } }"#,
        r#"entries(filter: {references: {field: "author", some: {}}}) { nodes { slug } }"#,
        r#"entries(filter: {references: {some: {}}}) { nodes { slug } }"#,
        r#"entries(filter: {referencedBy: {field: "author", some: {}}}) { nodes { slug } }"#,
        r#"entries { nodes { references { totalCount { value } } } }"#,
        r#"entries { nodes { referencedBy(field: "author") { totalCount { value } } } }"#,
        r#"entry(by: {external: {source: "press", id: "x-5"}}) { slug }"#,
        r#"entries(filter: {externalId: {exists: true}}) { nodes { slug } }"#,
    ] {
        let (code, ..) = shelf.refusal(&format!("{{ {asked} }}"), json!({})).await;
        assert!(code == "FORBIDDEN" || code == "INVALID", "{asked}: {code}");
    }
    // Titles are not hidden here, and neither are other references.
    let data = shelf
        .data(r#"{ entries(search: {text: "Runing", mode: FUZZY}) { totalCount { value } } one: entries(first: 1) { nodes { references(field: "related") { totalCount { value } } } } }"#)
        .await;
    assert_eq!(data["entries"]["totalCount"]["value"], 5);
}

#[tokio::test]
async fn roles_add_up_row_by_row() {
    let mut shelf = Shelf::open().await;
    let cheap = json!({"types": ["article"], "rows": {"field": "fields.color", "eq": "red"}, "read": {"except": ["fields.price"]}});
    let sale = json!({"rows": {"field": "fields.sale", "eq": true}});
    let [cheap, sale] = [cheap, sale].map(|rule| own(&READ, &rule, Only(vec![ACME])));
    shelf.seen_by_actor(member(vec![cheap.clone(), sale], &Value::Null));
    let data = shelf
        .data(
            r#"{ all: entries(first: 100, orderBy: [{field: SLUG}]) { nodes { slug fields price: field(path: "price") } }
                priced: entries(first: 100, orderBy: [{field: FIELD, path: "price", as: NUMBER}]) { nodes { slug } } }"#,
        )
        .await;
    for node in data["all"]["nodes"].as_array().unwrap() {
        let on_sale = node["fields"]["sale"] == json!(true);
        assert_eq!(node["price"] != Value::Null, on_sale, "{node}");
        assert_eq!(node["fields"].get("price").is_some(), on_sale, "{node}");
    }
    // Ordered by the price, only those rows are there whose price is seen.
    assert_eq!(slugs(&data["priced"]["nodes"]), ["article-05", "article-10", "article-15", "article-20"]);
    // A role without restrictions has the last word where it holds.
    shelf.seen_by_actor(member(vec![cheap, Role::Viewer.within(All)], &Value::Null));
    assert_eq!(shelf.slugs("filter: {fields: [{path: \"price\", as: NUMBER, eq: 3}]}").await, ["article-03"]);
}

#[test]
fn what_is_no_restriction_is_refused_with_its_place() {
    for (rule, path) in [
        (json!([]), "restrictions"),
        (json!({"type": ["a"]}), "restrictions.type"),
        (json!({"types": "a"}), "restrictions.types"),
        (json!({"types": ["a b"]}), "restrictions.types.0"),
        (json!({"locales": ["en", "english please"]}), "restrictions.locales.1"),
        (json!({"statuses": ["LOST"]}), "restrictions.statuses.0"),
        (json!({"rows": true}), "restrictions.rows"),
        (json!({"rows": {}}), "restrictions.rows"),
        (json!({"rows": {"not": {"field": "slug", "eq": "a"}}}), "restrictions.rows"),
        (json!({"rows": {"all": []}}), "restrictions.rows.all"),
        (
            json!({"rows": {"any": [{"field": "slug", "eq": "a"}, {"field": "nope", "eq": "a"}]}}),
            "restrictions.rows.any.1.field",
        ),
        (json!({"rows": {"field": "fields.a b", "eq": 1}}), "restrictions.rows.field"),
        (json!({"rows": {"field": "slug", "like": "a"}}), "restrictions.rows.like"),
        (json!({"rows": {"field": "slug", "has": "a"}}), "restrictions.rows.has"),
        (json!({"rows": {"field": "slug", "eq": ["a"]}}), "restrictions.rows.eq"),
        (json!({"rows": {"field": "slug", "in": "a"}}), "restrictions.rows.in"),
        (json!({"rows": {"field": "slug", "in": [["a"]]}}), "restrictions.rows.in.0"),
        (json!({"rows": {"field": "slug", "eq": {"claims": "a"}}}), "restrictions.rows.eq"),
        (json!({"read": ["fields.a"]}), "restrictions.read"),
        (json!({"read": {"except": ["id"]}}), "restrictions.read.except"),
        (json!({"read": {"except": ["createdAt"]}}), "restrictions.read.except"),
        (json!({"read": {"except": ["fields.a.0.b"]}}), "restrictions.read.except"),
        (json!({"write": {"except": ["publishedAt"]}}), "restrictions.write.except"),
    ] {
        let error = Restrictions::parse(&rule, "restrictions").unwrap_err();
        assert_eq!(error.violations()[0].path, path, "{rule}: {error}");
    }
    let mut deep = json!({"field": "slug", "eq": "a"});
    for _ in 0..6 {
        deep = json!({"all": [deep]});
    }
    assert_eq!(Restrictions::parse(&json!({"rows": deep}), "r").unwrap_err().code().name(), "LIMIT_EXCEEDED");
}

#[test]
fn a_role_that_sees_some_entries_holds_nothing_that_tells_of_the_others() {
    let make = |permissions: &[P], rule: &Value| {
        let rule = Restrictions::parse(rule, "restrictions").unwrap();
        RoleRule::own("own".into(), permissions.iter().copied().collect(), rule, "permissions")
    };
    let some = json!({"types": ["article"]});
    for stray in
        [P::SourceRead, P::SourceSync, P::AccessManage, P::AuditRead, P::TaxonomyWrite, P::EntryPurge]
    {
        let permissions = [P::BrandRead, P::EntryRead, stray];
        assert_eq!(make(&permissions, &some).unwrap_err().violations()[0].code, "restricted", "{stray:?}");
        make(&permissions, &Value::Null).unwrap();
    }
    assert_eq!(make(&[P::EntryRead], &some).unwrap_err().violations()[0].code, "requires");
    assert_eq!(make(&[P::BrandRead, P::EntryWrite], &some).unwrap_err().violations()[0].code, "requires");
}
