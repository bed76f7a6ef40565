//! Questions about entries, as many as there are ways to ask.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::anything;

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
        "search: {text: \"laufen\"}",
        "search: {text: \"laufen\"}",
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

const FEWER: &str = "facets { contentTypes { value count } locales { value count } size: field(path: \"size.height\") { value count } }";

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
    let facets =
        select(vec!["", "", FACETS, FEWER, "facets { locales { value count } contentTypes { value } }"]);
    let list = (lists(), page, bodies(), facets).prop_map(|(list, page, body, facets)| {
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

pub fn documents() -> impl Strategy<Value = (String, Value)> {
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

/// Questions about few fields each, for those from whom much is hidden.
pub fn plain() -> impl Strategy<Value = (String, Value)> {
    let body = select(vec![
        "id title locale version",
        "id fields",
        "id size: field(path: \"size\") width: field(path: \"size.width\") first: field(path: \"size.0.height\")",
        "id origin tags { slug }",
        "id contentType { key } translations { id } author: reference(field: \"author\") { id title }",
        "slug status fields categories { slug }",
        "id versions(first: 2) { nodes { version title } totalCount { value } }",
        "id versions(first: 2) { nodes { version fields change } }",
        "id assets(first: 2) { nodes { filename } } references(first: 3, field: \"author\") { nodes { id } }",
        "id scheduledAt externalId publishProblem",
        "id brand { categories(first: 3) { nodes { slug entries(first: 4) { nodes { id } totalCount { value } } } } }",
        "id brand { tags(first: 3) { nodes { slug entries(first: 4) { nodes { id } totalCount { value } } } } }",
    ]);
    let filter = select(vec![
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "contentType: {key: {eq: \"article\"}}",
        "locale: {eq: \"fr\"}",
        "fields: [{path: \"color\", eq: \"red\"}]",
        "fields: [{path: \"size.width\", exists: true}]",
        "fields: [{path: \"size\", exists: true}]",
        "not: {fields: [{path: \"size.height\", as: NUMBER, gt: 3}]}",
        "title: {startsWith: \"M\"}",
        "or: [{status: {eq: DRAFT}}, {locale: {eq: \"en\"}}]",
        "tags: {some: {slug: {eq: \"tag-1\"}}}",
        "categories: {none: {slug: {eq: \"shop\"}}}",
        "references: {field: \"author\", some: {title: {contains: \"a\"}}}",
        "references: {field: \"author\", some: {tags: {some: {slug: {startsWith: \"t\"}}}}}",
        "translations: {some: {slug: {contains: \"r\"}}}",
        "updatedAt: {gt: \"2026-02-02T00:00:00Z\"}",
    ]);
    let order = select(vec![
        "",
        "",
        "",
        "",
        "orderBy: [{field: CREATED_AT}]",
        "orderBy: [{field: SLUG}]",
        "orderBy: [{field: TITLE, direction: DESC}]",
        "orderBy: [{field: LOCALE}, {field: STATUS}]",
        "orderBy: [{field: UPDATED_AT}]",
        "orderBy: [{field: FIELD, path: \"size.height\", as: NUMBER}]",
        "search: {text: \"shoes\"}",
        "search: {text: \"sheos\", mode: FUZZY}",
        "locale: {code: \"fr\"}",
    ]);
    let page = select(vec!["first: 3", "last: 4", "first: 30"]);
    let facets =
        select(vec!["", "", "facets { contentTypes { value count } locales { value count } }", FEWER]);
    (body, filter, order, page, facets).prop_map(|(body, filter, order, page, facets)| {
        let text = format!(
            "{{ entries({page} filter: {{{filter}}} {order}) {{ edges {{ cursor node {{ {body} }} }} \
             totalCount {{ value relation }} pageInfo {{ hasNextPage endCursor }} {facets} }} }}"
        );
        (text, json!({}))
    })
}
