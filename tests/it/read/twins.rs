//! Two datasets that differ only in what somebody may not see answer whatever they ask with the same bytes.

use brandgraph::domain::access::{
    Actor,
    BrandScope::{All, Only},
    Permission as P, Role,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{
    questions::{documents, plain},
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

/// What of an entry is hidden although it is there in every entry, and parts of fields.
const MASKED: &str = include_str!("twins_masked.sql");

/// The same, other fields of it.
const RENAMED: &str = include_str!("twins_renamed.sql");

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

/// All of a brand's entries, but something of each.
fn without(names: &[&str]) -> Actor {
    let rule = json!({"read": {"except": names}});
    member(vec![own(&READ, &rule, Only(vec![ACME]))], &Value::Null)
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

/// Asks questions, of which more than `answered` must have an answer: fewer than there ever were in four runs or eight.
fn alike(actor: impl Fn() -> Actor, hidden: &[&'static str], answered: u32) {
    asked(&documents(), actor, hidden, answered);
}

fn asked(
    documents: &impl Strategy<Value = (String, Value)>,
    actor: impl Fn() -> Actor,
    hidden: &[&'static str],
    answered: u32,
) {
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
        .run(documents, |(document, variables)| {
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
    alike(delivery, &[OUTSIDE, UNPUBLISHED], 120);
}

#[test]
fn a_role_with_restrictions_learns_nothing_of_what_they_leave_out() {
    alike(|| restricted(false), &[OUTSIDE, RESTRICTED], 120);
}

#[test]
fn a_role_that_hides_fields_tells_nothing_of_them() {
    let questions = prop_oneof![1 => documents(), 1 => plain()];
    asked(&questions, || restricted(true), &[OUTSIDE, RESTRICTED, HIDDEN], 90);
}

#[test]
fn headlines_tags_and_parts_of_fields_that_are_hidden_are_not_to_be_found_out() {
    let names = ["title", "tags", "publishedAt", "fields.size.height"];
    asked(&prop_oneof![1 => documents(), 4 => plain()], || without(&names), &[OUTSIDE, MASKED], 30);
}

#[test]
fn addresses_status_history_and_categories_that_are_hidden_are_not_to_be_found_out() {
    let names = [
        "slug",
        "status",
        "updatedAt",
        "publishProblem",
        "fields.price",
        "fields.color",
        "categories",
        "versions",
    ];
    asked(&prop_oneof![1 => documents(), 4 => plain()], || without(&names), &[OUTSIDE, RENAMED], 40);
}

#[test]
fn fields_that_are_hidden_altogether_are_not_to_be_found_out() {
    let names = ["fields", "slug", "status", "updatedAt", "publishProblem", "categories", "versions"];
    asked(&plain(), || without(&names), &[OUTSIDE, RENAMED], 20);
}

#[test]
fn roles_that_add_up_show_what_each_shows_and_nothing_more() {
    alike(mixed, &[MIXED], 110);
}
