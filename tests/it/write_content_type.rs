//! Content types: schemas are checked, changed against the entries that exist, and bring their indexes along.

use brandgraph::{
    domain::{Code, change::Patch, content_type::UpdateContentType, entry::Transition},
    service, worker,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::write_world::{World, article, name, violations};

fn update(id: Uuid, schema: Option<Value>) -> UpdateContentType {
    UpdateContentType {
        id,
        expected_version: None,
        name: None,
        description: Patch::Keep,
        schema,
        dry_run: false,
        force: false,
    }
}

#[tokio::test]
async fn what_is_no_schema_is_refused_with_paths() {
    let w = World::new().await;
    let remote = json!({"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}});
    let error = w.content_type_in(w.brand, "a", remote).await.unwrap_err();
    assert_eq!(violations(&error), [("schema/properties/a/$ref", "remote_ref")]);
    let error = w.content_type_in(w.brand, "a", json!({"type": "object", "required": 1})).await.unwrap_err();
    assert_eq!(violations(&error), [("schema/required", "type")]);
    w.content_type("a", article()).await;
    let error = w.content_type_in(w.brand, "a", article()).await.unwrap_err();
    assert_eq!((error.code(), error.details().unwrap()["path"].clone()), (Code::Conflict, json!("key")));
    assert_eq!(w.count("select from content_type").await, 1);
}

#[tokio::test]
async fn a_schema_is_tried_refused_and_forced() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let fits = w.entry(kind, "fits", json!({"price": 1})).await;
    let lost = w.entry(kind, "lost", json!({"price": "much", "size": 3})).await;
    let stricter =
        json!({"type": "object", "properties": {"price": {"type": "number"}, "size": {"type": "string"}}});

    let mut dry = update(kind, Some(stricter.clone()));
    dry.dry_run = true;
    let tried = service::content_type::update(&w.services, &w.owner, dry).await.unwrap();
    assert!(!tried.applied);
    let report = tried.report.unwrap();
    assert_eq!((report.checked, report.stranded), (2, 1));
    assert_eq!(report.examples[0].entry_id, lost);
    let mut wrong: Vec<_> = report.examples[0].violations.iter().map(|v| (v.path.as_str(), v.code)).collect();
    wrong.sort_unstable();
    assert_eq!(wrong, [("fields/price", "type"), ("fields/size", "type")]);
    assert_eq!(w.row("content_type", kind).await["version"], json!(1));

    let error = service::content_type::update(&w.services, &w.owner, update(kind, Some(stricter.clone())))
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert_eq!(error.details().unwrap()["stranded"], json!(1));
    assert_eq!(w.count("select from content_type_version").await, 1);

    let mut forced = update(kind, Some(stricter));
    forced.force = true;
    forced.name = Some(name("Articles"));
    let done = service::content_type::update(&w.services, &w.owner, forced).await.unwrap();
    assert!(done.applied && done.changed.version == 2);
    assert_eq!(w.count("select from content_type_version").await, 2);
    // What no longer fits must be mended before it becomes public.
    let error = w.change(lost, Transition::Publish).await.unwrap_err();
    assert_eq!(violations(&error).len(), 2);
    w.change(fits, Transition::Publish).await.unwrap();
}

#[tokio::test]
async fn a_field_that_is_to_be_unique_must_be() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    for (text, sku) in [("a", "1"), ("b", "1"), ("c", "2")] {
        w.entry(kind, text, json!({"sku": sku})).await;
    }
    let unique = json!({"type": "object", "properties": {"sku": {"type": "string", "x-unique": true}}});
    let error =
        service::content_type::update(&w.services, &w.owner, update(kind, Some(unique))).await.unwrap_err();
    assert_eq!(error.details().unwrap()["duplicates"], json!([{"path": "sku", "entries": 2}]));
}

#[tokio::test]
async fn many_entries_are_checked_in_pages_and_few_are_shown() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    for n in 0..230 {
        w.entry(kind, &format!("e{n}"), json!({"n": n})).await;
    }
    let schema = json!({"type": "object", "properties": {"n": {"type": "number", "maximum": 99}}});
    let mut dry = update(kind, Some(schema));
    dry.dry_run = true;
    let report = service::content_type::update(&w.services, &w.owner, dry).await.unwrap().report.unwrap();
    assert_eq!((report.checked, report.stranded, report.examples.len()), (230, 130, 20));
}

#[tokio::test]
async fn only_an_unused_type_is_deleted() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({})).await;
    let error = service::content_type::delete(&w.services, &w.owner, kind, None).await.unwrap_err();
    assert_eq!((error.code(), error.details().cloned()), (Code::Conflict, Some(json!({"entries": 1}))));
    let empty = w.content_type("empty", article()).await;
    service::content_type::delete(&w.services, &w.owner, empty, Some(1)).await.unwrap();
    assert!(w.row("entry", id).await.is_object());
}

#[tokio::test]
async fn what_is_derived_from_the_fields_follows_a_changed_schema() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let target = w.entry(kind, "target", json!({})).await;
    let link =
        brandgraph::domain::node::NodeId::new(brandgraph::domain::node::Kind::Entry, target).to_string();
    let id = w.entry(kind, "a", json!({"body": "Olive oil", "see": link})).await;
    let schema = json!({"type": "object", "properties": {
        "body": {"type": "string", "x-searchable": true}, "see": {"type": "string", "x-reference": {"entry": true}}}});
    service::content_type::update(&w.services, &w.owner, update(kind, Some(schema))).await.unwrap();
    assert!(worker::run_due(&w.services).await.unwrap() > 0);
    assert_eq!(w.row("entry", id).await["search_text"], json!("Olive oil"));
    assert_eq!(w.row("entry", id).await["version"], json!(1));
    assert_eq!(w.count(&format!("select from entry_reference where entry_id = '{id}'")).await, 1);
    assert_eq!(w.count("select from job where state <> 'done'").await, 0);
}
