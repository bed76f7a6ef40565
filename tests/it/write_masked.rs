//! What a role that hides or locks parts of an entry may write of it, and what the answers tell.

use brandgraph::{
    domain::{
        Code, Error,
        access::{BrandScope, Permission as P},
        change::Changed,
        entry::{
            ChangeStatus, FieldsChange, LinkMode, OneEntry, Origin, RevertEntry, SetLinks, Transition,
            UpdateEntry, UpsertEntry,
        },
        text::{Slug, Title},
    },
    service::{self, Caller},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{member, own},
    write_world::{World, article, update},
};

const WRITE: [P; 5] = [P::BrandRead, P::EntryRead, P::EntryPreview, P::EntryWrite, P::EntryPublish];

fn limited(w: &World, rule: &Value) -> Caller {
    let actor = member(vec![own(&WRITE, rule, BrandScope::Only(vec![w.brand]))], &Value::Null);
    Caller { actor, ..w.owner.clone() }
}

const fn one(id: Uuid) -> OneEntry {
    OneEntry { id, expected_version: None }
}

fn titled(id: Uuid, text: &str) -> UpdateEntry {
    UpdateEntry { title: Some(Title::parse(text, "title").unwrap()), ..update(id) }
}

#[track_caller]
fn forbidden(tried: Result<Changed, Error>, name: &str) {
    let error = tried.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden, "{error}");
    assert!(error.message().ends_with(&format!("write {name}")), "{error}");
}

#[tokio::test]
async fn what_is_hidden_is_not_guessed_by_writing_it() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "one", json!({"sku": "a"})).await;
    let title = w.row("entry", id).await["title"].as_str().unwrap().to_owned();
    let tag = w.tag(w.brand, "red").await;
    service::entry::update(&w.services, &w.owner, UpdateEntry { tags: Some(vec![tag]), ..update(id) })
        .await
        .unwrap();
    let rule = json!({"read": {"except": ["title", "slug", "status", "tags", "fields"]}});
    let who = limited(&w, &rule);
    let tried = async |command| service::entry::update(&w.services, &who, command).await;
    // What it holds is refused like anything else.
    forbidden(tried(titled(id, &title)).await, "title");
    forbidden(tried(titled(id, "Another")).await, "title");
    forbidden(
        tried(UpdateEntry { slug: Some(Slug::parse("one", "slug").unwrap()), ..update(id) }).await,
        "slug",
    );
    for ids in [vec![], vec![tag], vec![Uuid::nil()]] {
        forbidden(tried(UpdateEntry { tags: Some(ids.clone()), ..update(id) }).await, "tags");
        for mode in [LinkMode::Set, LinkMode::Add, LinkMode::Remove] {
            let command = SetLinks { entry: one(id), mode, ids: ids.clone() };
            forbidden(service::entry::set_tags(&w.services, &who, command).await, "tags");
        }
    }
    for fields in [json!({"sku": "a"}), json!({"sku": "b"}), json!({"sku": null})] {
        forbidden(
            tried(UpdateEntry { fields: FieldsChange::Merge(fields.clone()), ..update(id) }).await,
            "fields",
        );
        forbidden(tried(UpdateEntry { fields: FieldsChange::Replace(fields), ..update(id) }).await, "fields");
    }
    for transition in [Transition::Publish, Transition::Unpublish, Transition::Archive] {
        let command = ChangeStatus { entry: one(id), transition };
        forbidden(service::entry::change_status(&w.services, &who, command).await, "status");
    }
    // Going back leaves it all as it is.
    service::entry::update(&w.services, &w.owner, titled(id, "Third")).await.unwrap();
    service::entry::revert(&w.services, &who, RevertEntry { entry: one(id), version: 1 }).await.unwrap();
    let row = w.row("entry", id).await;
    assert_eq!((&row["title"], &row["fields"]), (&json!("Third"), &json!({"sku": "a"})));
}

#[tokio::test]
async fn whatever_is_written_can_be_locked() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "one", json!({"sku": "a"})).await;
    let tag = w.tag(w.brand, "red").await;
    let rule = json!({"write": {"except": ["title", "status", "scheduledAt", "tags", "fields"]}});
    let who = limited(&w, &rule);
    let tried = async |command| service::entry::update(&w.services, &who, command).await;
    forbidden(tried(titled(id, "Another")).await, "title");
    forbidden(tried(UpdateEntry { tags: Some(vec![tag]), ..update(id) }).await, "tags");
    forbidden(
        tried(UpdateEntry { fields: FieldsChange::Merge(json!({"sku": "b"})), ..update(id) }).await,
        "fields",
    );
    let command = ChangeStatus { entry: one(id), transition: Transition::Publish };
    forbidden(service::entry::change_status(&w.services, &who, command).await, "status");
    tried(UpdateEntry { slug: Some(Slug::parse("two", "slug").unwrap()), ..update(id) }).await.unwrap();
}

#[tokio::test]
async fn a_part_of_a_field_is_kept_by_whoever_does_not_see_it() {
    let w = World::new().await;
    let kind = w.content_type("open", json!({"type": "object"})).await;
    let id = w.entry(kind, "one", json!({"price": {"cost": 5, "net": 7}})).await;
    let who = limited(
        &w,
        &json!({"read": {"except": ["fields.price.cost"]}, "write": {"except": ["fields.note.by"]}}),
    );
    let tried = async |command| service::entry::update(&w.services, &who, command).await;
    let merge = |patch| UpdateEntry { fields: FieldsChange::Merge(patch), ..update(id) };
    for patch in [
        json!({"price": {"cost": 5}}),
        json!({"price": {"cost": 6}}),
        json!({"price": null}),
        json!({"price": 7}),
        json!({"price": []}),
    ] {
        forbidden(tried(merge(patch)).await, "fields.price.cost");
    }
    forbidden(tried(merge(json!({"note": {"by": "me"}}))).await, "fields.note.by");
    tried(merge(json!({"price": {"net": 8}, "note": {"text": "x"}}))).await.unwrap();
    let replaced = UpdateEntry { fields: FieldsChange::Replace(json!({"price": {"net": 9}})), ..update(id) };
    tried(replaced).await.unwrap();
    assert_eq!(w.row("entry", id).await["fields"], json!({"price": {"net": 9, "cost": 5}}));
    tried(UpdateEntry { fields: FieldsChange::Replace(json!({})), ..update(id) }).await.unwrap();
    assert_eq!(w.row("entry", id).await["fields"], json!({"price": {"cost": 5}}));
}

#[tokio::test]
async fn slugs_out_of_sight_are_not_guessed_by_choosing_them() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "one", json!({"sku": "a"})).await;
    w.entry(kind, "two", json!({"sku": "b"})).await;
    let slug = |text: &str| Slug::parse(text, "slug").unwrap();
    for rule in [
        json!({"read": {"except": ["slug"]}}),
        json!({"read": {"except": ["slug", "title"]}, "rows": {"field": "fields.sku", "in": ["a", "c"]}}),
    ] {
        let who = limited(&w, &rule);
        for text in ["two", "three"] {
            let draft = w.draft(kind, text, json!({"sku": "c"}));
            forbidden(service::entry::create(&w.services, &who, draft).await, "slug");
        }
    }
    // Nor by one that is locked.
    let who = limited(&w, &json!({"write": {"except": ["slug"]}}));
    for text in ["two", "three"] {
        let renamed = UpdateEntry { slug: Some(slug(text)), ..update(id) };
        forbidden(service::entry::update(&w.services, &who, renamed).await, "slug");
    }
    // Who sees only some rows learns that a slug is taken, and the record learns that they tried.
    let who = limited(&w, &json!({"rows": {"field": "fields.sku", "in": ["a", "c"]}}));
    let tried = async |text: &str| {
        let made = service::entry::create(&w.services, &who, w.draft(kind, text, json!({"sku": "c"}))).await;
        let renamed = UpdateEntry { slug: Some(slug(text)), ..update(id) };
        [made.unwrap_err(), service::entry::update(&w.services, &who, renamed).await.unwrap_err()]
    };
    for error in tried("two").await {
        assert_eq!((error.code(), error.conceals()), (Code::Conflict, Some(Some(w.brand))), "{error}");
    }
    w.entry(kind, "three", json!({"sku": "c"})).await.to_string();
    for error in tried("three").await {
        assert_eq!((error.code(), error.conceals()), (Code::Conflict, None), "{error}");
    }
}

#[tokio::test]
async fn an_upsert_tells_no_more_of_an_entry_out_of_sight_than_a_creation() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let hidden = w.entry(kind, "two", json!({"sku": "b"})).await;
    let source_id = Uuid::now_v7();
    let mut connection = w.db.connect().await;
    let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
        values ($1, $2, 'shop', 'demo', 'https://cms.example', now(), now())";
    sqlx::query(sql).bind(source_id).bind(w.brand).execute(&mut connection).await.unwrap();
    let sql = "update entry set source_id = $1, external_id = 'x2' where id = $2";
    sqlx::query(sql).bind(source_id).bind(hidden).execute(&mut connection).await.unwrap();
    let who = limited(&w, &json!({"rows": {"field": "fields.sku", "in": ["a", "c"]}}));
    let tried = async |slug: &str, sku: &str, external: Option<&str>, expected_version: Option<i32>| {
        let draft = w.draft(kind, slug, json!({"sku": sku}));
        let command = UpsertEntry {
            origin: external.map(|id| Origin { source_id, external_id: id.to_owned() }),
            expected_version,
            content_type_id: kind,
            slug: draft.slug,
            title: draft.title,
            locale: draft.locale,
            fields: draft.fields,
            tags: None,
            categories: None,
        };
        let tried = service::entry::upsert(&w.services, &who, command).await;
        tried.map(drop).map_err(|error| (error.code(), error.to_string(), error.conceals().is_some()))
    };
    // What they may not make is forbidden, whether it is there or not.
    let forbidden = tried("three", "d", None, None).await.unwrap_err();
    assert_eq!(forbidden.0, Code::Forbidden);
    assert_eq!(tried("two", "d", None, None).await.unwrap_err(), forbidden);
    assert_eq!(tried("three", "d", Some("x2"), None).await.unwrap_err(), forbidden);
    assert_eq!(tried("three", "d", Some("x3"), None).await.unwrap_err(), forbidden);
    // Nor does a version that is expected tell it.
    let (code, message, _) = tried("three", "c", None, Some(9)).await.unwrap_err();
    assert_eq!(code, Code::Conflict);
    assert_eq!(tried("two", "c", None, Some(9)).await.unwrap_err(), (code, message, true));
    // What they may make is told to be taken, as where it is created, and the record learns that they tried.
    let (code, _, concealed) = tried("two", "c", None, None).await.unwrap_err();
    assert_eq!((code, concealed), (Code::Conflict, true));
    let (code, _, concealed) = tried("three", "c", Some("x2"), None).await.unwrap_err();
    assert_eq!((code, concealed), (Code::Conflict, true));
    assert_eq!(tried("three", "c", None, None).await, Ok(()));
    assert_eq!(w.row("entry", hidden).await["version"], json!(1));
    assert_eq!(w.count("select from entry").await, 2);
}
