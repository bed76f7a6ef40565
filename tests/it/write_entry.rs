//! Entries: created, changed, published, deleted, restored, reverted; and everything that is refused.

use brandgraph::{
    domain::{
        Code,
        access::Role,
        asset::{CreateAsset, FileUrl, MediaType, Metadata},
        entry::{FieldsChange, LinkMode, OneEntry, RevertEntry, SetLinks, Transition},
        node::{Kind, NodeId},
        text::Title,
    },
    service,
};
use serde_json::json;
use uuid::Uuid;

use crate::write_world::{World, article, locale, slug, update, violations};

fn one(id: Uuid) -> OneEntry {
    OneEntry { id, expected_version: None }
}

fn entry_id(id: Uuid) -> String {
    NodeId::new(Kind::Entry, id).to_string()
}

#[tokio::test]
async fn creating_stores_content_links_history_and_event_together() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let (tag, category) = (w.tag(w.brand, "new").await, w.category(None, "news").await);
    let first = w.entry(kind, "first", json!({})).await;
    let mut command = w.draft(kind, "second", json!({"body": "Olive oil", "related": [entry_id(first)]}));
    command.tags = vec![tag];
    command.categories = vec![category];
    let made = service::entry::create(&w.services, &w.owner, command).await.unwrap();
    assert_eq!(made.version, 1);
    let row = w.row("entry", made.id).await;
    assert_eq!(
        (&row["status"], &row["locale"], &row["search_text"]),
        (&json!("draft"), &json!("en"), &json!("Olive oil"))
    );
    assert_eq!(row["translation_id"], json!(made.id));
    let history =
        w.json(&format!("select to_jsonb(v) from entry_version v where entry_id = '{}'", made.id)).await;
    assert_eq!(history["tags"], json!([tag]));
    assert_eq!(history["categories"], json!([category]));
    assert_eq!((&history["change"], &history["actor"]), (&json!("created"), &json!("user:test")));
    let reference =
        w.json(&format!("select to_jsonb(r) from entry_reference r where entry_id = '{}'", made.id)).await;
    assert_eq!((&reference["field"], &reference["target_entry_id"]), (&json!("related"), &json!(first)));
    assert_eq!(w.events(made.id).await, json!(["entry.created"]));
}

#[tokio::test]
async fn everything_wrong_with_an_entry_is_told_at_once_and_nothing_is_stored() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let mut command = w.draft(kind, "wrong", json!({"body": 1, "price": -1, "hero": "x", "odd": true}));
    command.locale = Some(locale("fr"));
    let error = service::entry::create(&w.services, &w.owner, command).await.unwrap_err();
    let mut found = violations(&error);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("fields/body", "type"),
            ("fields/hero", "id"),
            ("fields/odd", "additional_properties"),
            ("fields/price", "minimum"),
            ("locale", "unknown_locale"),
        ]
    );
    assert_eq!(w.count("select from entry").await, 0);
    let error = w.refused(kind, "nul", json!({"body": "a\u{0}b"})).await;
    assert_eq!(violations(&error), [("fields/body", "nul")]);
    let error = w.refused(kind, "long", json!({"body": "x".repeat(70_000)})).await;
    assert_eq!(violations(&error), [("fields/body", "too_long")]);
}

#[tokio::test]
async fn references_must_lead_to_something_of_the_brand_and_of_an_allowed_type() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let page = w.content_type("page", json!({"type": "object"})).await;
    let wrong_type = w.entry(page, "page", json!({})).await;
    let foreign_type = w.content_type_in(w.other_brand, "article", article()).await.unwrap().id;
    let foreign = w.entry(foreign_type, "foreign", json!({})).await;
    let nothing = NodeId::new(Kind::Asset, Uuid::nil()).to_string();
    let fields = json!({"hero": nothing, "related": [entry_id(wrong_type), entry_id(foreign)]});
    let error = w.refused(kind, "lost", fields).await;
    assert_eq!(
        violations(&error),
        [
            ("fields/hero", "not_found"),
            ("fields/related/0", "reference_type"),
            ("fields/related/1", "not_found")
        ]
    );
    assert_eq!(w.count(&format!("select from entry where content_type_id = '{kind}'")).await, 0);
}

#[tokio::test]
async fn references_follow_the_fields_and_survive_the_deletion_of_their_target() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let asset = CreateAsset {
        brand_id: w.brand,
        filename: brandgraph::domain::text::FileName::parse("a.jpg", "filename").unwrap(),
        title: None,
        alt: None,
        media_type: MediaType::parse("image/jpeg", "mediaType").unwrap(),
        byte_size: None,
        width: None,
        height: None,
        url: FileUrl::parse("https://example.com/a.jpg", "url").unwrap(),
        metadata: Metadata::default(),
        about: Default::default(),
    };
    let asset = service::asset::create(&w.services, &w.owner, asset).await.unwrap().id;
    let (a, b) = (w.entry(kind, "a", json!({})).await, w.entry(kind, "b", json!({})).await);
    let hero = NodeId::new(Kind::Asset, asset).to_string();
    let c = w.entry(kind, "c", json!({"hero": hero, "related": [entry_id(a), entry_id(b)]})).await;
    let change = FieldsChange::Replace(json!({"related": [entry_id(b)]}));
    w.update(brandgraph::domain::entry::UpdateEntry { fields: change, ..update(c) }).await.unwrap();
    let sql =
        format!("select jsonb_agg(to_jsonb(r) - 'entry_id') from entry_reference r where entry_id = '{c}'");
    let left = json!([{"field": "related", "position": 0, "target_entry_id": b, "target_asset_id": null}]);
    assert_eq!(w.json(&sql).await, left);
    service::entry::delete(&w.services, &w.owner, one(b)).await.unwrap();
    let keep = FieldsChange::Merge(json!({"body": "still here"}));
    w.update(brandgraph::domain::entry::UpdateEntry { fields: keep, ..update(c) }).await.unwrap();
    assert_eq!(w.json(&sql).await, left);
    let error = w.refused(kind, "d", json!({"related": [entry_id(b)]})).await;
    assert_eq!(violations(&error), [("fields/related/0", "not_found")]);
}

#[tokio::test]
async fn an_update_changes_only_what_is_given_against_the_version_that_was_seen() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({"body": "one", "price": 2})).await;
    let mut command = update(id);
    command.expected_version = Some(1);
    command.title = Some(Title::parse("Other", "title").unwrap());
    command.fields = FieldsChange::Merge(json!({"price": null, "body": "two"}));
    assert_eq!(w.update(command.clone()).await.unwrap().version, 2);
    let row = w.row("entry", id).await;
    assert_eq!(
        (&row["slug"], &row["title"], &row["fields"]),
        (&json!("a"), &json!("Other"), &json!({"body": "two"}))
    );
    let error = w.update(command).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert_eq!(error.details(), Some(&json!({"expected": 1, "current": 2})));
    assert_eq!(w.events(id).await, json!(["entry.created", "entry.updated"]));
}

#[tokio::test]
async fn two_updates_at_once_on_the_same_version_let_one_through() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({})).await;
    let attempt = |body: &str| {
        let mut command = update(id);
        command.expected_version = Some(1);
        command.fields = FieldsChange::Replace(json!({"body": body}));
        command
    };
    let (left, right) = tokio::join!(w.update(attempt("left")), w.update(attempt("right")));
    assert_eq!(left.is_ok() as u8 + right.is_ok() as u8, 1);
    assert_eq!(w.row("entry", id).await["version"], json!(2));
}

#[tokio::test]
async fn slugs_locales_and_unique_fields_are_taken_once() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let first = w.entry(kind, "a", json!({"sku": "X-1"})).await;
    let error = w.refused(kind, "a", json!({})).await;
    assert_eq!((error.code(), error.details().unwrap()["path"].clone()), (Code::Conflict, json!("slug")));
    let error = w.refused(kind, "b", json!({"sku": "X-1"})).await;
    assert_eq!(
        (error.code(), error.details().unwrap()["path"].clone()),
        (Code::Conflict, json!("fields/sku"))
    );
    // A translation says the same of the same thing.
    let mut german = w.draft(kind, "a", json!({"sku": "X-1"}));
    german.locale = Some(locale("de"));
    german.translation_of = Some(first);
    service::entry::create(&w.services, &w.owner, german.clone()).await.unwrap();
    german.slug = slug("noch-eins");
    german.fields = json!({});
    let error = service::entry::create(&w.services, &w.owner, german).await.unwrap_err();
    assert_eq!(error.details().unwrap()["path"], json!("locale"));
}

#[tokio::test]
async fn of_many_at_once_with_one_unique_value_one_is_stored() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let attempts = (0..6).map(|n| {
        let command = w.draft(kind, &format!("s{n}"), json!({"sku": "same"}));
        service::entry::create(&w.services, &w.owner, command)
    });
    let done = futures::future::join_all(attempts).await;
    assert_eq!(done.iter().filter(|result| result.is_ok()).count(), 1);
    assert_eq!(w.count("select from entry").await, 1);
}

#[tokio::test]
async fn publishing_unpublishing_and_archiving() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({})).await;
    assert_eq!(w.change(id, Transition::Publish).await.unwrap().version, 2);
    // Already there: nothing happens.
    assert_eq!(w.change(id, Transition::Publish).await.unwrap().version, 2);
    assert!(w.row("entry", id).await["published_at"].is_string());
    w.change(id, Transition::Archive).await.unwrap();
    let error = w.change(id, Transition::Publish).await.unwrap_err();
    assert_eq!(
        (error.code(), error.details().unwrap()["status"].clone()),
        (Code::Conflict, json!("archived"))
    );
    w.change(id, Transition::Unpublish).await.unwrap();
    assert_eq!(w.row("entry", id).await["status"], json!("draft"));
    assert_eq!(
        w.events(id).await,
        json!(["entry.created", "entry.published", "entry.archived", "entry.unpublished"])
    );
}

#[tokio::test]
async fn deleting_restoring_and_reverting() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let (kept, gone) = (w.tag(w.brand, "kept").await, w.tag(w.brand, "gone").await);
    let mut command = w.draft(kind, "a", json!({"body": "one"}));
    command.tags = vec![kept, gone];
    let id = service::entry::create(&w.services, &w.owner, command).await.unwrap().id;
    let mut change = update(id);
    change.slug = Some(slug("b"));
    change.fields = FieldsChange::Replace(json!({"body": "two"}));
    change.tags = Some(vec![]);
    w.update(change).await.unwrap();
    service::tag::delete(&w.services, &w.owner, gone, None).await.unwrap();
    let back = RevertEntry { entry: one(id), version: 1 };
    assert_eq!(service::entry::revert(&w.services, &w.owner, back).await.unwrap().version, 3);
    let row = w.row("entry", id).await;
    assert_eq!(
        (&row["slug"], &row["fields"], &row["search_text"]),
        (&json!("a"), &json!({"body": "one"}), &json!("one"))
    );
    let tags = w.json(&format!("select jsonb_agg(tag_id) from entry_tag where entry_id = '{id}'")).await;
    assert_eq!(tags, json!([kept]));
    let back = RevertEntry { entry: one(id), version: 9 };
    assert_eq!(service::entry::revert(&w.services, &w.owner, back).await.unwrap_err().code(), Code::NotFound);

    service::entry::delete(&w.services, &w.owner, one(id)).await.unwrap();
    assert_eq!(w.update(update(id)).await.unwrap_err().code(), Code::NotFound);
    w.entry(kind, "a", json!({})).await;
    let error = service::entry::restore(&w.services, &w.owner, one(id)).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    let other = w.entry(kind, "c", json!({})).await;
    service::entry::delete(&w.services, &w.owner, one(other)).await.unwrap();
    assert_eq!(service::entry::restore(&w.services, &w.owner, one(other)).await.unwrap().version, 3);
}

#[tokio::test]
async fn tags_are_set_added_and_taken_off() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({})).await;
    let (a, b) = (w.tag(w.brand, "a").await, w.tag(w.brand, "b").await);
    let foreign = w.tag(w.other_brand, "c").await;
    let set = async |mode, ids| {
        service::entry::set_tags(&w.services, &w.owner, SetLinks { entry: one(id), mode, ids }).await
    };
    let tags = async || {
        w.json(&format!(
            "select coalesce(jsonb_agg(t.slug order by t.slug), '[]') from entry_tag e join tag t on t.id = e.tag_id where e.entry_id = '{id}'"
        ))
        .await
    };
    set(LinkMode::Set, vec![a]).await.unwrap();
    set(LinkMode::Add, vec![b]).await.unwrap();
    assert_eq!(tags().await, json!(["a", "b"]));
    set(LinkMode::Remove, vec![a]).await.unwrap();
    assert_eq!(tags().await, json!(["b"]));
    let error = set(LinkMode::Set, vec![a, foreign, Uuid::nil()]).await.unwrap_err();
    assert_eq!(violations(&error), [("tags/1", "not_found"), ("tags/2", "not_found")]);
    assert_eq!(tags().await, json!(["b"]));
    let error = set(LinkMode::Set, vec![a, a]).await.unwrap_err();
    assert_eq!(violations(&error), [("tags/1", "duplicate")]);
}

#[tokio::test]
async fn rights_are_asked_for_and_other_brands_are_out_of_sight() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let foreign_type = w.content_type_in(w.other_brand, "article", article()).await.unwrap().id;
    let foreign = w.entry(foreign_type, "a", json!({})).await;
    let editor = w.member(Role::Editor);
    let command = w.draft(foreign_type, "b", json!({}));
    let error = service::entry::create(&w.services, &editor, command).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(
        service::entry::update(&w.services, &editor, update(foreign)).await.unwrap_err().code(),
        Code::NotFound
    );
    assert_eq!(
        service::entry::delete(&w.services, &editor, one(foreign)).await.unwrap_err().code(),
        Code::NotFound
    );

    let author = w.member(Role::Author);
    let command = w.draft(kind, "mine", json!({}));
    let id = service::entry::create(&w.services, &author, command).await.unwrap().id;
    let publish = brandgraph::domain::entry::ChangeStatus { entry: one(id), transition: Transition::Publish };
    let error = service::entry::change_status(&w.services, &author, publish).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
    service::entry::update(&w.services, &author, update(id)).await.unwrap();
    w.change(id, Transition::Publish).await.unwrap();
    // What is public changes in public.
    let error = service::entry::update(&w.services, &author, update(id)).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
    let error = service::entry::update(&w.services, &w.member(Role::Viewer), update(id)).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
}
