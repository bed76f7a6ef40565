//! Content types: schemas are checked, changed against the entries that exist, and bring their indexes along.

use brandgraph::{
    domain::{
        Code,
        change::Patch,
        content_type::UpdateContentType,
        entry::{OneEntry, Transition},
    },
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
    assert_eq!(
        (error.code(), error.details().cloned()),
        (Code::Conflict, Some(json!({"entries": 1, "deletedEntries": 0})))
    );
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

fn link(id: Uuid) -> String {
    brandgraph::domain::node::NodeId::new(brandgraph::domain::node::Kind::Entry, id).to_string()
}

#[tokio::test]
async fn what_a_schema_newly_makes_a_reference_must_lead_somewhere() {
    let w = World::new().await;
    let plain = json!({"type": "object"});
    let (kind, author) =
        (w.content_type("article", plain.clone()).await, w.content_type("author", plain.clone()).await);
    let rival = w.content_type_in(w.other_brand, "author", plain).await.unwrap().id;
    let (ann, other) = (w.entry(author, "ann", json!({})).await, w.entry(kind, "other", json!({})).await);
    let foreign = w.entry(rival, "foreign", json!({})).await;
    let gone = w.entry(author, "gone", json!({})).await;
    service::entry::delete(&w.services, &w.owner, OneEntry { id: gone, expected_version: None })
        .await
        .unwrap();
    for (slug, by) in [
        ("fits", json!([link(ann)])),
        ("wrong", json!([link(ann), link(other)])),
        ("strange", json!([link(foreign)])),
        ("dead", json!([link(gone)])),
        ("nowhere", json!([link(Uuid::from_u128(9))])),
        ("text", json!(["ann"])),
    ] {
        w.entry(kind, slug, json!({"by": by})).await;
    }
    let referring = json!({"type": "object", "properties": {
        "by": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": ["author"]}}}});
    let mut dry = update(kind, Some(referring));
    dry.dry_run = true;
    let report =
        service::content_type::update(&w.services, &w.owner, dry.clone()).await.unwrap().report.unwrap();
    let mut wrong: Vec<_> = report
        .examples
        .iter()
        .flat_map(|entry| entry.violations.iter().map(|v| (entry.title.as_str(), v.path.as_str(), v.code)))
        .collect();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            ("dead", "fields/by/0", "not_found"),
            ("nowhere", "fields/by/0", "not_found"),
            ("strange", "fields/by/0", "not_found"),
            ("text", "fields/by/0", "id"),
            ("wrong", "fields/by/1", "reference_type"),
        ]
    );
    assert_eq!((report.checked, report.stranded), (7, 5));
    dry.dry_run = false;
    let error = service::content_type::update(&w.services, &w.owner, dry).await.unwrap_err();
    assert_eq!((error.code(), &error.details().unwrap()["stranded"]), (Code::Conflict, &json!(5)));
}

#[tokio::test]
async fn a_reference_whose_allowed_types_change_is_checked_but_one_that_stays_is_not() {
    let w = World::new().await;
    let author = w.content_type("author", json!({"type": "object"})).await;
    let by = |types: Value| json!({"type": "object", "properties": {"by": {"type": "string", "x-reference": {"entry": types}}}});
    let kind = w.content_type("article", by(json!(["author", "article"]))).await;
    let ann = w.entry(author, "ann", json!({})).await;
    let id = w.entry(kind, "a", json!({"by": link(ann)})).await;
    // A target in the bin is no reason to refuse another schema: the reference was good when it was made.
    service::entry::delete(&w.services, &w.owner, OneEntry { id: ann, expected_version: None })
        .await
        .unwrap();
    let done =
        service::content_type::update(&w.services, &w.owner, update(kind, Some(by(json!(["author"])))))
            .await
            .unwrap();
    assert!(done.applied);
    let error =
        service::content_type::update(&w.services, &w.owner, update(kind, Some(by(json!(["article"])))))
            .await
            .unwrap_err();
    let example = error.details().unwrap()["examples"][0].clone();
    assert_eq!(
        (&example["id"], &example["violations"][0]["code"]),
        (&json!(link(id)), &json!("reference_type"))
    );
}

#[tokio::test]
async fn entries_that_share_what_is_to_be_unique_are_named() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    for n in 0..30 {
        w.entry(kind, &format!("same{n}"), json!({"sku": "1"})).await;
    }
    w.entry(kind, "own", json!({"sku": "2"})).await;
    let unique = json!({"type": "object", "properties": {"sku": {"type": "string", "x-unique": true}}});
    let mut dry = update(kind, Some(unique));
    dry.dry_run = true;
    let report = service::content_type::update(&w.services, &w.owner, dry).await.unwrap().report.unwrap();
    assert_eq!((report.checked, report.stranded, report.examples.len()), (31, 30, 20));
    assert_eq!(report.duplicates, [("sku".to_owned(), 30)]);
    let violation = &report.examples[0].violations[0];
    assert_eq!((violation.path.as_str(), violation.code), ("fields/sku", "not_unique"));
}
