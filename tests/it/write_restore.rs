//! What goes public and what comes back: who may change what is to be published, and how a deleted entry fits the present.

use brandgraph::{
    domain::{
        Code,
        access::Role,
        brand::UpdateBrand,
        change::Patch,
        content_type::UpdateContentType,
        entry::{FieldsChange, LinkMode, OneEntry, RevertEntry, SetLinks, Transition},
    },
    service, worker,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::write_world::{World, article, locale, locales, start, update, violations};

fn one(id: Uuid) -> OneEntry {
    OneEntry { id, expected_version: None }
}

async fn give_schema(w: &World, kind: Uuid, schema: Value) {
    let command = UpdateContentType {
        id: kind,
        expected_version: None,
        name: None,
        description: Patch::Keep,
        schema: Some(schema),
        dry_run: false,
        force: true,
    };
    service::content_type::update(&w.services, &w.owner, command).await.unwrap();
    worker::run_due(&w.services).await.unwrap();
}

#[tokio::test]
async fn what_is_to_go_public_changes_only_by_those_who_may_publish() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({"body": "one"})).await;
    let tag = w.tag(w.brand, "t").await;
    w.change(id, Transition::Schedule(start() + TimeDelta::hours(1))).await.unwrap();
    let (author, editor) = (w.member(Role::Author), w.member(Role::Editor));
    let mut change = update(id);
    change.fields = FieldsChange::Replace(json!({"body": "two"}));
    let links = || SetLinks { entry: one(id), mode: LinkMode::Set, ids: vec![tag] };
    let back = RevertEntry { entry: one(id), version: 1 };
    let refused = [
        service::entry::update(&w.services, &author, change).await.map(|_| ()),
        service::entry::set_tags(&w.services, &author, links()).await.map(|_| ()),
        service::entry::revert(&w.services, &author, back).await.map(|_| ()),
    ];
    for result in refused {
        assert_eq!(result.unwrap_err().code(), Code::Forbidden);
    }
    assert_eq!(w.row("entry", id).await["fields"], json!({"body": "one"}));
    service::entry::set_tags(&w.services, &editor, links()).await.unwrap();
}

#[tokio::test]
async fn a_restored_entry_is_searched_and_refers_as_its_type_says_now() {
    let w = World::new().await;
    let plain = json!({"type": "object", "properties": {"body": {"type": "string"}, "see": {"type": "string"},
        "gone": {"type": "string"}}});
    let kind = w.content_type("article", plain).await;
    let (seen, purged) = (w.entry(kind, "seen", json!({})).await, w.entry(kind, "purged", json!({})).await);
    let id = |id: Uuid| format!("entry_{id}");
    let fields = json!({"body": "hidden treasure", "see": id(seen), "gone": id(purged)});
    let entry = w.entry(kind, "a", fields).await;
    service::entry::delete(&w.services, &w.owner, one(entry)).await.unwrap();
    service::entry::delete(&w.services, &w.owner, one(purged)).await.unwrap();
    let schema = json!({"type": "object", "properties": {
        "body": {"type": "string", "x-searchable": true},
        "see": {"type": "string", "x-reference": {"entry": true}},
        "gone": {"type": "string", "x-reference": {"entry": true}}}});
    give_schema(&w, kind, schema).await;
    service::entry::restore(&w.services, &w.owner, one(entry)).await.unwrap();
    assert_eq!(w.row("entry", entry).await["search_text"], json!("hidden treasure"));
    let references = w
        .json(&format!("select jsonb_agg(target_entry_id) from entry_reference where entry_id = '{entry}'"))
        .await;
    assert_eq!(references, json!([seen]), "what is gone meanwhile is left out");
}

#[tokio::test]
async fn an_entry_whose_locale_is_gone_or_whose_fields_no_longer_fit_stays_deleted() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let mut command = w.draft(kind, "a", json!({}));
    command.locale = Some(locale("de"));
    let german = service::entry::create(&w.services, &w.owner, command).await.unwrap().id;
    let unfit = w.entry(kind, "b", json!({"price": 1})).await;
    for id in [german, unfit] {
        service::entry::delete(&w.services, &w.owner, one(id)).await.unwrap();
    }
    let command = UpdateBrand {
        id: w.brand,
        expected_version: None,
        slug: None,
        name: None,
        default_locale: None,
        locales: Some(locales("en", &[("en", None)])),
    };
    service::brand::update(&w.services, &w.owner, command).await.unwrap();
    let error = service::entry::restore(&w.services, &w.owner, one(german)).await.unwrap_err();
    assert_eq!(violations(&error), [("locale", "unknown_locale")]);
    assert!(!w.row("entry", german).await["deleted_at"].is_null());

    give_schema(&w, kind, json!({"type": "object", "properties": {"price": {"type": "string"}}})).await;
    let error = service::entry::restore(&w.services, &w.owner, one(unfit)).await.unwrap_err();
    assert_eq!(violations(&error), [("fields/price", "type")]);
    give_schema(&w, kind, article()).await;
    service::entry::restore(&w.services, &w.owner, one(unfit)).await.unwrap();
}

#[tokio::test]
async fn a_restored_entry_holds_no_unique_value_of_another() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({"sku": "1"})).await;
    service::entry::delete(&w.services, &w.owner, one(id)).await.unwrap();
    w.entry(kind, "b", json!({"sku": "1"})).await;
    let error = service::entry::restore(&w.services, &w.owner, one(id)).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert_eq!(error.details(), Some(&json!({"path": "fields/sku"})));
}
