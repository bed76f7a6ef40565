//! Tags, categories and assets.

use brandgraph::{
    domain::{
        Code, Error,
        asset::{CreateAsset, FileUrl, MediaType, Metadata, UpdateAsset},
        change::{Changed, Patch},
        taxonomy::{CreateCategory, CreateTag, MoveCategory, UpdateCategory, UpdateTag},
        text::{Prose, Title},
    },
    service,
};
use serde_json::json;
use uuid::Uuid;

use crate::write_world::{World, name, slug, violations};

async fn relocate(w: &World, id: Uuid, parent_id: Option<Uuid>) -> Result<Changed, Error> {
    let parent_id = parent_id.map_or(Patch::Clear, Patch::Set);
    let command = MoveCategory { id, expected_version: None, parent_id, position: None };
    service::category::relocate(&w.services, &w.owner, command).await
}

#[tokio::test]
async fn tags_change_and_go() {
    let w = World::new().await;
    let id = w.tag(w.brand, "old").await;
    w.tag(w.brand, "taken").await;
    let update = |text: &str| UpdateTag { id, expected_version: Some(1), slug: Some(slug(text)), name: None };
    let error = service::tag::update(&w.services, &w.owner, update("taken")).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    assert_eq!(service::tag::update(&w.services, &w.owner, update("new")).await.unwrap().version, 2);
    let error = service::tag::update(&w.services, &w.owner, update("newer")).await.unwrap_err();
    assert_eq!(error.details(), Some(&json!({"expected": 1, "current": 2})));
    w.services.clock.advance(chrono::TimeDelta::seconds(1));
    service::tag::delete(&w.services, &w.owner, id, Some(2)).await.unwrap();
    assert_eq!(w.events(id).await, json!(["tag.created", "tag.updated", "tag.deleted"]));
    let create = CreateTag { brand_id: Uuid::nil(), slug: slug("x"), name: name("x") };
    let error = service::tag::create(&w.services, &w.owner, create).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[tokio::test]
async fn moving_a_category_takes_everything_below_it_along() {
    let w = World::new().await;
    let a = w.category(None, "a").await;
    let b = w.category(Some(a), "b").await;
    let c = w.category(Some(b), "c").await;
    let other = w.category(None, "other").await;
    assert_eq!(relocate(&w, b, Some(other)).await.unwrap().version, 2);
    assert_eq!(w.row("category", c).await["path"], json!([other, b, c]));
    assert_eq!(w.row("category", c).await["version"], json!(1));
    assert_eq!(w.row("category", b).await["parent_id"], json!(other));
    relocate(&w, b, None).await.unwrap();
    assert_eq!(w.row("category", c).await["path"], json!([b, c]));
    for parent in [b, c] {
        let error = relocate(&w, b, Some(parent)).await.unwrap_err();
        assert_eq!(violations(&error), [("parentId", "cycle")]);
    }
    let error = relocate(&w, b, Some(Uuid::nil())).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
}

#[tokio::test]
async fn two_moves_at_once_never_make_a_circle() {
    let w = World::new().await;
    for round in 0..5 {
        let a = w.category(None, &format!("a{round}")).await;
        let b = w.category(None, &format!("b{round}")).await;
        let (left, right) = tokio::join!(relocate(&w, a, Some(b)), relocate(&w, b, Some(a)));
        assert_eq!(left.is_ok() as u8 + right.is_ok() as u8, 1);
    }
}

#[tokio::test]
async fn categories_are_unique_under_their_parent_bounded_in_depth_and_deleted_from_the_leaves() {
    let w = World::new().await;
    let a = w.category(None, "a").await;
    let b = w.category(Some(a), "b").await;
    let command = |parent_id| CreateCategory {
        brand_id: w.brand,
        parent_id,
        slug: slug("b"),
        name: name("b"),
        position: 0,
    };
    let error = service::category::create(&w.services, &w.owner, command(Some(a))).await.unwrap_err();
    assert_eq!((error.code(), error.details().unwrap()["path"].clone()), (Code::Conflict, json!("slug")));
    service::category::create(&w.services, &w.owner, command(None)).await.unwrap();
    let error = relocate(&w, b, None).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
    let error = service::category::delete(&w.services, &w.owner, a, None).await.unwrap_err();
    assert_eq!((error.code(), error.details().cloned()), (Code::Conflict, Some(json!({"children": 1}))));
    service::category::delete(&w.services, &w.owner, b, None).await.unwrap();
    service::category::delete(&w.services, &w.owner, a, None).await.unwrap();

    let mut deepest = None;
    for depth in 0..16 {
        deepest = Some(w.category(deepest, &format!("d{depth}")).await);
    }
    let error = service::category::create(&w.services, &w.owner, command(deepest)).await.unwrap_err();
    assert_eq!(error.code(), Code::LimitExceeded);
    let top = w.category(None, "top").await;
    let first = w.json("select to_jsonb(id) from category where slug = 'd0'").await;
    let error = relocate(&w, first.as_str().unwrap().parse().unwrap(), Some(top)).await.unwrap_err();
    assert_eq!(error.code(), Code::LimitExceeded);
    assert_eq!(w.count("select from category where slug = 'd0' and parent_id is not null").await, 0);
    let rename = UpdateCategory {
        id: top,
        expected_version: Some(1),
        slug: None,
        name: Some(name("Top")),
        position: Some(4),
    };
    assert_eq!(service::category::update(&w.services, &w.owner, rename).await.unwrap().version, 2);
}

#[tokio::test]
async fn assets_are_created_changed_deleted_and_restored() {
    let w = World::new().await;
    let create = CreateAsset {
        brand_id: w.brand,
        filename: brandgraph::domain::text::FileName::parse("bottle.jpg", "filename").unwrap(),
        title: Some(Title::parse("Bottle", "title").unwrap()),
        alt: Some(Prose::parse("A bottle\non a table", "alt").unwrap()),
        media_type: MediaType::parse("IMAGE/jpeg", "mediaType").unwrap(),
        byte_size: Some(120_000),
        width: Some(1_200),
        height: Some(800),
        url: FileUrl::parse("https://cdn.example.com/bottle.jpg", "url").unwrap(),
        metadata: Metadata::parse(json!({"camera": "X"}), "metadata").unwrap(),
        about: Default::default(),
    };
    let id = service::asset::create(&w.services, &w.owner, create).await.unwrap().id;
    let command = UpdateAsset {
        id,
        expected_version: Some(1),
        filename: None,
        title: Patch::Clear,
        alt: Patch::Keep,
        media_type: None,
        byte_size: Patch::Keep,
        width: Patch::Set(600),
        height: Patch::Keep,
        url: None,
        metadata: None,
        about: Default::default(),
    };
    assert_eq!(service::asset::update(&w.services, &w.owner, command.clone()).await.unwrap().version, 2);
    let row = w.row("asset", id).await;
    assert_eq!(
        (&row["title"], &row["width"], &row["height"], &row["media_type"]),
        (&json!(null), &json!(600), &json!(800), &json!("image/jpeg"))
    );
    assert_eq!(
        service::asset::update(&w.services, &w.owner, command).await.unwrap_err().code(),
        Code::Conflict
    );
    service::asset::delete(&w.services, &w.owner, id, Some(2)).await.unwrap();
    let error = service::asset::delete(&w.services, &w.owner, id, None).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    assert_eq!(service::asset::restore(&w.services, &w.owner, id, Some(3)).await.unwrap().version, 4);
}

#[test]
fn what_is_no_address_media_type_or_metadata_is_refused() {
    for text in ["", "/a.jpg", "ftp://a/b", "javascript:alert(1)", "https://", "https://u:p@a/b"] {
        assert_eq!(violations(&FileUrl::parse(text, "url").unwrap_err()), [("url", "url")], "{text}");
    }
    assert!(
        MediaType::parse("image", "mediaType").is_err() && MediaType::parse("a/b c", "mediaType").is_err()
    );
    for (value, code) in
        [(json!([]), "type"), (json!({"a": "\u{0}"}), "nul"), (json!({"a": "x".repeat(20_000)}), "too_large")]
    {
        assert_eq!(violations(&Metadata::parse(value, "metadata").unwrap_err()), [("metadata", code)]);
    }
}
