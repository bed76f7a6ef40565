//! Two datasets that differ only in what somebody may not see answer whatever they ask with the same bytes.

use brandgraph::domain::access::{
    Actor,
    BrandScope::{All, Only},
    Permission as P, Role,
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{
    anything,
    shelf::{ACME, Shelf, ZEN},
};
use crate::harness::{member, own};

/// Entries that only the rules of this test tell apart: by market, by status, by locale, with a price that is not for everybody.
const MORE: &str = include_str!("twins.sql");

/// What nobody sees without a token for the brand, and what no reader sees.
const OUTSIDE: &str = include_str!("twins_outside.sql");

/// What a website's server does not see: whatever is not public.
const UNPUBLISHED: &str = include_str!("twins_unpublished.sql");

/// What a role with restrictions does not see.
const RESTRICTED: &str = include_str!("twins_restricted.sql");

/// What is hidden of entries that are seen.
const HIDDEN: &str = include_str!("twins_hidden.sql");

/// What somebody with two roles sees by neither.
const MIXED: &str = include_str!("twins_mixed.sql");

fn delivery() -> Actor {
    member(vec![Role::Delivery.within(Only(vec![ACME]))], &Value::Null)
}

const READ: [P; 4] = [P::BrandRead, P::EntryRead, P::EntryPreview, P::AssetRead];

/// Red, green or open articles of the claimed markets, not archived, in English and French; neither what they cost nor what is
/// related, where that is hidden too.
fn restricted(hide: bool) -> Actor {
    let mut rule = json!({
        "types": ["article"], "locales": ["en", "fr"], "statuses": ["DRAFT", "PUBLISHED"],
        "rows": {"all": [
            {"field": "fields.market", "in": {"claim": "markets"}},
            {"any": [{"field": "fields.color", "in": ["red", "green"]}, {"field": "fields.labels", "has": {"claim": "label"}}]},
        ]},
    });
    if hide {
        rule["read"] = json!({"except": ["fields.price", "fields.related", "externalId", "scheduledAt"]});
    }
    let claims = json!({"markets": ["ch", "fr", 7], "label": "open"});
    member(vec![own(&READ, &rule, Only(vec![ACME]))], &claims)
}

/// Articles without their price; besides all authors, with theirs; and what is public of the other brand.
fn mixed() -> Actor {
    let articles = json!({"types": ["article"], "read": {"except": ["fields.price", "fields.related"]}});
    let public = json!({"types": ["author"], "statuses": ["PUBLISHED"]});
    let roles = vec![
        own(&READ, &articles, Only(vec![ACME])),
        own(&READ[..2], &public, Only(vec![ACME])),
        Role::Delivery.within(Only(vec![ZEN])),
    ];
    member(roles, &Value::Null)
}

/// Conditions by which anything is asked.
fn conditions() -> impl Strategy<Value = String> {
    let leaf = select(vec![
        "status: {eq: DRAFT}",
        "status: {in: [DRAFT, PUBLISHED, ARCHIVED]}",
        "slug: {startsWith: \"article-1\"}",
        "title: {contains: \"e\"}",
        "locale: {eq: \"fr\"}",
        "publishedAt: {gt: \"2026-03-05T00:00:00Z\"}",
        "scheduledAt: {exists: true}",
        "publishProblem: {exists: true}",
        "externalId: {exists: true}",
        "fields: [{path: \"price\", as: NUMBER, gt: 8}]",
        "fields: [{path: \"price\", exists: false}]",
        "fields: [{path: \"color\", eq: \"red\"}]",
        "fields: [{path: \"size.height\", as: NUMBER, lt: 90}]",
        "fields: [{path: \"market\", in: [\"ch\", \"de\"]}]",
        "brand: {slug: {eq: \"zen\"}}",
        "brand: {slug: {eq: \"acme\"}}",
        "contentType: {key: {eq: \"author\"}}",
        "source: {name: {eq: \"press\"}}",
        "tags: {some: {slug: {in: [\"tag-1\", \"tag-2\"]}}}",
        "tags: {none: {slug: {eq: \"tag-1\"}}}",
        "categories: {some: {path: {some: {slug: {eq: \"shop\"}}}}}",
        "references: {field: \"author\", some: {slug: {eq: \"bob\"}}}",
        "references: {field: \"related\", some: {status: {eq: DRAFT}}}",
        "references: {none: {title: {contains: \"o\"}}}",
        "referencedBy: {field: \"author\", some: {fields: [{path: \"price\", as: NUMBER, gt: 3}]}}",
        "referencedBy: {some: {slug: {startsWith: \"article\"}}}",
        "translations: {some: {locale: {eq: \"fr-CA\"}}}",
        "translations: {none: {status: {eq: DRAFT}}}",
        "assets: {some: {filename: {contains: \"1\"}}}",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("not: {{{one}}}")),
            vec(inner.clone(), 1..3).prop_map(|all| format!(
                "or: [{}]",
                all.iter().map(|one| format!("{{{one}}} ")).collect::<String>()
            )),
            vec(inner, 1..3).prop_map(|all| format!(
                "and: [{}]",
                all.iter().map(|one| format!("{{{one}}} ")).collect::<String>()
            )),
        ]
    })
}

fn orders() -> impl Strategy<Value = &'static str> {
    select(vec![
        "",
        "orderBy: [{field: SLUG}]",
        "orderBy: [{field: STATUS, direction: DESC}, {field: TITLE}]",
        "orderBy: [{field: PUBLISHED_AT, direction: DESC}]",
        "orderBy: [{field: PUBLISHED_AT, nulls: FIRST}]",
        "orderBy: [{field: SCHEDULED_AT}]",
        "orderBy: [{field: FIELD, path: \"price\", as: NUMBER}]",
        "orderBy: [{field: FIELD, path: \"color\"}, {field: CREATED_AT}]",
        "orderBy: [{field: UPDATED_AT, direction: DESC}]",
    ])
}

/// Everything that lists of entries take, beside their page.
fn lists() -> impl Strategy<Value = String> {
    let search = select(vec![
        "",
        "",
        "",
        "search: {text: \"shoes or chairs\"}",
        "search: {text: \"sec\", mode: PREFIX}",
        "search: {text: \"Runing\", mode: FUZZY}",
        "search: {text: \"secret\"}",
    ]);
    let locale = select(vec![
        "",
        "",
        "locale: {code: \"fr\"}",
        "locale: {code: \"fr-CA\"}",
        "locale: {code: \"fr-CA\", fallback: false}",
    ]);
    (prop::option::of(conditions()), orders(), search, locale).prop_map(|(filter, order, search, locale)| {
        let filter = filter.map(|filter| format!("filter: {{{filter}}}")).unwrap_or_default();
        format!("{filter} {order} {search} {locale}")
    })
}

const FACETS: &str = "facets { tags { value label count } categories(withDescendants: true) { value count } contentTypes { value label id count } \
    statuses { value count } locales { value count } color: field(path: \"color\") { value count } }";

fn bodies() -> impl Strategy<Value = String> {
    let own = select(vec![
        "id slug title status locale version publishedAt createdAt updatedAt origin",
        "slug fields",
        "slug price: field(path: \"price\") color: field(path: \"color\") height: field(path: \"size.height\")",
        "slug scheduledAt externalId publishProblem",
        "slug contentType { key } brand { slug } source { name } tags { slug entries { totalCount { value } } }",
        "slug author: reference(field: \"author\") { slug title fields } related: reference(field: \"related\") { slug }",
        "slug references(field: \"author\", first: 5) { nodes { slug } totalCount { value } }",
        "slug references(first: 5) { nodes { slug } totalCount { value } }",
        "slug referencedBy(first: 6, field: \"author\", orderBy: [{field: SLUG}]) { nodes { slug } totalCount { value } }",
        "slug references(field: \"author\", first: 5, locale: {code: \"fr\"}) { nodes { slug } totalCount { value } }",
        "slug references(field: \"related\", first: 5, locale: {code: \"fr\"}) { nodes { slug locale } totalCount { value } }",
        "slug referencedBy { totalCount { value } }",
        "slug translations { slug locale status } versions(first: 4) { nodes { version slug title status fields } totalCount { value } }",
        "slug assets(first: 2, field: \"pictures\") { nodes { filename entries(first: 3, field: \"pictures\") { totalCount { value } nodes { slug } } } }",
        "slug categories { slug entries(first: 4) { nodes { slug } } path { slug children(first: 2) { nodes { slug } } } }",
    ])
    .prop_map(str::to_owned);
    prop_oneof![9 => own, 1 => anything::entry()]
}

fn roots() -> impl Strategy<Value = String> {
    let page = select(vec!["first: 3", "last: 4", "first: 30", "first: 0"]);
    let list = (lists(), page, bodies(), any::<bool>()).prop_map(|(list, page, body, facets)| {
        let facets = if facets { FACETS } else { "" };
        format!(
            "entries({page} {list}) {{ edges {{ cursor node {{ {body} }} }} totalCount {{ value relation }} \
             pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} {facets} }}"
        )
    });
    let priced = lists().prop_map(|list| {
        format!("entries({list}) {{ totalCount {{ value }} facets {{ price: field(path: \"price\") {{ value count }} }} }}")
    });
    let one = (bodies(), select((0..30_u32).collect::<Vec<_>>()), any::<bool>()).prop_map(|(body, n, short)| {
        let slug = format!("article-{n:02}");
        if short {
            format!("entry(by: {{slug: {{brand: \"acme\", type: \"article\", slug: \"{slug}\"}}}}) {{ {body} }}")
        } else {
            format!("node(id: \"entry_00000000-0000-0000-0000-00000000a5{n:02}\") {{ id ... on Entry {{ {body} }} }}")
        }
    });
    let other = (
        select(vec![
            "brands(first: 2) { nodes { slug entries(first: 2) { nodes { % } totalCount { value } } contentTypes(first: 3) { nodes { key entries { totalCount { value } } } } } }",
            "contentTypes(first: 3) { nodes { key name entries(last: 2) { nodes { % } } } totalCount { value } }",
            "tags(first: 6) { nodes { slug entries(first: 4) { nodes { % } totalCount { value } facets { statuses { value count } } } } }",
            "categories(first: 4, orderBy: [{field: SLUG}]) { nodes { slug entries(first: 4) { nodes { % } } } }",
            "assets(first: 4) { nodes { filename entries(first: 4) { nodes { % } } } }",
            "assets(first: 4) { nodes { filename entries(first: 3, field: \"pictures\") { totalCount { value } nodes { % } } } }",
            "nodes(ids: [\"entry_00000000-0000-0000-0000-00000000a402\", \"entry_00000000-0000-0000-0000-00000000b502\", \
             \"entry_00000000-0000-0000-0000-00000000a602\", \"run_00000000-0000-0000-0000-00000000ac11\", \
             \"type_00000000-0000-0000-0000-00000000a002\", \"entry_00000000-0000-0000-0000-00000000a701\"]) { id ... on Entry { % } }",
            "entry(by: {external: {source: \"press\", id: \"x-5\"}}) { % }",
            "entry(by: {slug: {brand: \"acme\", type: \"author\", slug: \"bob\"}}) { % }",
            "entry(by: {slug: {brand: \"acme\", type: \"article\", slug: \"article-02\", locale: {code: \"fr-CA\"}}}) { % }",
            "contentType(by: {key: {brand: \"acme\", key: \"author\"}}) { key entries(first: 4) { nodes { % } } }",
            "viewer { subject roles permissions }",
        ]),
        bodies(),
    )
        .prop_map(|(around, body)| around.replace('%', &body));
    prop_oneof![6 => list, 1 => priced, 2 => one, 2 => other]
}

fn documents() -> impl Strategy<Value = (String, Value)> {
    let ours = vec(roots(), 1..3).prop_map(|roots| {
        let roots: String = roots.iter().enumerate().map(|(n, root)| format!("r{n}: {root} ")).collect();
        // Fragments of the other generator's bodies.
        let fragment = if roots.contains("...F") { "fragment F on Entry { slug title }" } else { "" };
        let variable = if roots.contains("$b") { "($b: Boolean! = false)" } else { "" };
        (format!("query{variable} {{ {roots} }} {fragment}"), json!({}))
    });
    let theirs = (anything::documents(), anything::variables());
    prop_oneof![4 => ours, 1 => theirs]
}

/// Every cursor in an answer.
fn cursors(answer: &Value, found: &mut Vec<String>) {
    match answer {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value {
            Value::String(text) if name.to_lowercase().ends_with("cursor") => found.push(text.clone()),
            value => cursors(value, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| cursors(item, found)),
        _ => {}
    }
}

fn alike(actor: impl Fn() -> Actor, hidden: &[&'static str], answered: u32) {
    let runtime = Runtime::new().unwrap();
    let (mut one, mut other) = runtime.block_on(async { (Shelf::open().await, Shelf::open().await) });
    runtime.block_on(async {
        one.change(MORE).await;
        other.change(MORE).await;
        for change in hidden {
            other.change(change).await;
        }
    });
    let mut runner = TestRunner::new(Config { cases: 250, failure_persistence: None, ..Config::default() });
    let (one, other) = (std::cell::RefCell::new(&mut one), std::cell::RefCell::new(&mut other));
    let seen = std::cell::Cell::new(0);
    let refusals = std::cell::RefCell::new(std::collections::BTreeMap::<String, u32>::new());
    runner
        .run(&documents(), |(document, variables)| {
            if document.starts_with("mutation") {
                return Ok(());
            }
            let ask = |shelf: &Shelf, document: &str| runtime.block_on(shelf.bytes(document, &variables)).1;
            one.borrow_mut().seen_by_actor(actor());
            other.borrow_mut().seen_by_actor(actor());
            let same = |document: &str| {
                let (this, that) = (ask(&one.borrow(), document), ask(&other.borrow(), document));
                let [this, that] = [this, that].map(|bytes| String::from_utf8(bytes).unwrap());
                prop_assert_eq!(&this, &that, "{}\n{}", document, variables);
                Ok(this)
            };
            let answer: Value = serde_json::from_str(&same(&document)?).unwrap();
            let shown =
                answer["data"].as_object().is_some_and(|roots| roots.values().any(|root| !root.is_null()));
            seen.set(seen.get() + u32::from(shown));
            for error in answer["errors"].as_array().into_iter().flatten() {
                *refusals.borrow_mut().entry(error["message"].to_string()).or_default() += 1;
            }
            // Cursors of one used on the other, and those of somebody who sees everything.
            let mut places = Vec::new();
            cursors(&answer, &mut places);
            one.borrow_mut().seen_by_actor(member(vec![Role::Owner.within(All)], &Value::Null));
            let all: Value = serde_json::from_slice(&ask(&one.borrow(), &document)).unwrap();
            one.borrow_mut().seen_by_actor(actor());
            cursors(&all, &mut places);
            for place in places.iter().step_by(places.len() / 6 + 1) {
                for (page, at) in [("first: 3", "after"), ("last: 4", "before")] {
                    let next = document.replace(&format!("({page} "), &format!("({page} {at}: \"{place}\" "));
                    if next != document {
                        same(&next)?;
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(
        seen.get() > answered,
        "only {} of the questions had an answer\n{:#?}",
        seen.get(),
        refusals.borrow()
    );
}

#[test]
fn a_reader_of_what_is_public_learns_nothing_of_the_rest() {
    alike(delivery, &[OUTSIDE, UNPUBLISHED], 100);
}

#[test]
fn a_role_with_restrictions_learns_nothing_of_what_they_leave_out() {
    alike(|| restricted(false), &[OUTSIDE, RESTRICTED], 100);
}

#[test]
fn a_role_that_hides_fields_tells_nothing_of_them() {
    alike(|| restricted(true), &[OUTSIDE, RESTRICTED, HIDDEN], 30);
}

#[test]
fn roles_that_add_up_show_what_each_shows_and_nothing_more() {
    alike(mixed, &[MIXED], 60);
}
