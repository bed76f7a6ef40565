//! What a role with restrictions may write: what it sees, of it what is not locked, and nothing else comes of it.

use brandgraph::{
    domain::{
        Code, Error,
        access::{BrandScope, Permission as P},
        entry::{ChangeStatus, FieldsChange, OneEntry, RevertEntry, Transition, UpdateEntry},
        text::{Slug, Title},
    },
    service::{self, Caller},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{member, own},
    write_world::{World, article, locale, update, violations},
};

const WRITE: [P; 6] =
    [P::BrandRead, P::EntryRead, P::EntryPreview, P::EntryWrite, P::EntryPublish, P::EntryDelete];

fn limited(w: &World, permissions: &[P], rule: &Value) -> Caller {
    let actor =
        member(vec![own(permissions, rule, BrandScope::Only(vec![w.brand]))], &json!({"skus": ["a", "b"]}));
    Caller { actor, ..w.owner.clone() }
}

fn one(id: Uuid) -> OneEntry {
    OneEntry { id, expected_version: None }
}

fn fields(id: Uuid, patch: Value) -> UpdateEntry {
    UpdateEntry { fields: FieldsChange::Merge(patch), ..update(id) }
}

async fn tried(w: &World, caller: &Caller, command: UpdateEntry) -> Result<i32, Error> {
    service::entry::update(&w.services, caller, command).await.map(|changed| changed.version)
}

#[tokio::test]
async fn what_is_not_seen_is_not_found_and_what_is_seen_stays_within_the_role() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let other = w.content_type("secret", article()).await;
    let [mine, theirs] = [
        w.entry(kind, "mine", json!({"sku": "a"})).await,
        w.entry(kind, "theirs", json!({"sku": "z"})).await,
    ];
    let foreign = w.entry(other, "foreign", json!({"sku": "a"})).await;
    let rule = json!({"types": ["article"], "locales": ["en"], "statuses": ["DRAFT"], "rows": {"field": "fields.sku", "in": {"claim": "skus"}}});
    let who = limited(&w, &WRITE, &rule);
    for hidden in [theirs, foreign] {
        assert_eq!(
            tried(&w, &who, fields(hidden, json!({"body": "x"}))).await.unwrap_err().code(),
            Code::NotFound
        );
        let error = service::entry::delete(&w.services, &who, one(hidden)).await.unwrap_err();
        assert_eq!(error.code(), Code::NotFound);
    }
    tried(&w, &who, fields(mine, json!({"body": "x", "sku": "b"}))).await.unwrap();
    // After the change it has to be within the role as well.
    assert_eq!(tried(&w, &who, fields(mine, json!({"sku": "z"}))).await.unwrap_err().code(), Code::Forbidden);
    let publish = ChangeStatus { entry: one(mine), transition: Transition::Publish };
    let error = service::entry::change_status(&w.services, &who, publish).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
    assert_eq!(w.row("entry", mine).await["status"], "draft");
    // New entries too.
    for (kind, sku, language, code) in [
        (kind, "b", "en", Ok(())),
        (kind, "z", "en", Err(Code::Forbidden)),
        (kind, "a", "de", Err(Code::Forbidden)),
        (other, "a", "en", Err(Code::NotFound)),
    ] {
        let draft = w.draft(kind, &format!("new-{sku}-{language}"), json!({"sku": sku}));
        let draft = brandgraph::domain::entry::CreateEntry { locale: Some(locale(language)), ..draft };
        let made = service::entry::create(&w.services, &who, draft).await;
        // A unique value is taken in the brand, whoever asks.
        let made = made.map(|_| ()).map_err(|error| error.code());
        assert!(made == code || made == Err(Code::Conflict), "{sku} {language}: {made:?}");
    }
}

#[tokio::test]
async fn locked_and_hidden_fields_stay_as_they_are() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "one", json!({"price": 1, "sku": "a", "body": "x"})).await;
    let rule = json!({"read": {"except": ["fields.price"]}, "write": {"except": ["fields.sku", "slug"]}});
    let who = limited(&w, &WRITE, &rule);
    for (command, path) in [
        (fields(id, json!({"price": 2})), "fields.price"),
        (fields(id, json!({"price": null})), "fields.price"),
        (fields(id, json!({"sku": "b"})), "fields.sku"),
        (UpdateEntry { slug: Some(Slug::parse("two", "slug").unwrap()), ..update(id) }, "slug"),
        // Nor is it guessed: what it holds is refused like anything else, and so is its being there at all.
        (fields(id, json!({"price": 1})), "fields.price"),
        (fields(id, json!({"body": "x", "price": {}})), "fields.price"),
        (
            UpdateEntry { fields: FieldsChange::Replace(json!({"sku": "a", "price": 1})), ..update(id) },
            "fields.price",
        ),
    ] {
        let error = tried(&w, &who, command).await.unwrap_err();
        assert_eq!(error.code(), Code::Forbidden);
        assert!(error.message().ends_with(path), "{error}");
    }
    let title = UpdateEntry {
        title: Some(Title::parse("New", "title").unwrap()),
        ..fields(id, json!({"body": "y"}))
    };
    tried(&w, &who, title).await.unwrap();
    // Whoever replaces all that they see, and whoever takes it back, leaves the rest as it is.
    let all = UpdateEntry { fields: FieldsChange::Replace(json!({"sku": "a", "body": "z"})), ..update(id) };
    tried(&w, &who, all).await.unwrap();
    assert_eq!(w.row("entry", id).await["fields"], json!({"price": 1, "sku": "a", "body": "z"}));
    w.update(fields(id, json!({"price": 5}))).await.unwrap();
    let back = RevertEntry { entry: one(id), version: 1 };
    service::entry::revert(&w.services, &who, back).await.unwrap();
    assert_eq!(w.row("entry", id).await["fields"], json!({"price": 5, "sku": "a", "body": "x"}));
    w.update(fields(id, json!({"price": null}))).await.unwrap();
    service::entry::revert(&w.services, &who, RevertEntry { entry: one(id), version: 1 }).await.unwrap();
    assert_eq!(w.row("entry", id).await["fields"], json!({"sku": "a", "body": "x"}));
    let error =
        service::entry::create(&w.services, &who, w.draft(kind, "b", json!({"price": 3}))).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
}

#[tokio::test]
async fn each_right_counts_for_its_own_entries() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let note = w.content_type("note", article()).await;
    let [article, note] = [w.entry(kind, "a", json!({})).await, w.entry(note, "n", json!({})).await];
    let brands = || BrandScope::Only(vec![w.brand]);
    let write = own(&WRITE[..4], &json!({"types": ["article", "note"]}), brands());
    let publish = own(&WRITE, &json!({"types": ["note"]}), brands());
    let who = Caller { actor: member(vec![write, publish], &Value::Null), ..w.owner.clone() };
    let change = |id| ChangeStatus { entry: one(id), transition: Transition::Publish };
    let error = service::entry::change_status(&w.services, &who, change(article)).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
    service::entry::change_status(&w.services, &who, change(note)).await.unwrap();
    w.change(article, Transition::Publish).await.unwrap();
    // Public articles are not this caller's to change, notes are.
    let error = tried(&w, &who, fields(article, json!({"body": "x"}))).await.unwrap_err();
    assert_eq!(error.code(), Code::Forbidden);
    tried(&w, &who, fields(note, json!({"body": "x"}))).await.unwrap();
}

#[tokio::test]
async fn what_is_not_seen_is_not_referred_to() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let [mine, theirs, known] = [
        w.entry(kind, "mine", json!({"sku": "a"})).await,
        w.entry(kind, "theirs", json!({"sku": "z"})).await,
        w.entry(kind, "known", json!({"sku": "y"})).await,
    ];
    let who = limited(&w, &WRITE, &json!({"rows": {"field": "fields.sku", "in": {"claim": "skus"}}}));
    let id = |id: Uuid| {
        brandgraph::domain::node::NodeId::new(brandgraph::domain::node::Kind::Entry, id).to_string()
    };
    w.update(fields(mine, json!({"related": [id(known)]}))).await.unwrap();
    let nobody = Uuid::from_u128(7);
    let error = tried(&w, &who, fields(mine, json!({"related": [id(known), id(theirs), id(nobody)]})))
        .await
        .unwrap_err();
    assert_eq!(violations(&error), [("fields/related/1", "not_found"), ("fields/related/2", "not_found")]);
    assert_eq!(error.violations()[0].message, error.violations()[1].message);
    tried(&w, &who, fields(mine, json!({"related": [id(known), id(mine)]}))).await.unwrap();
}
