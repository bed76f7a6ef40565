//! Brands and their locales.

use brandgraph::{
    domain::{
        Code,
        access::{BrandScope, Role},
        brand::UpdateBrand,
    },
    service,
};
use serde_json::json;
use uuid::Uuid;

use crate::write_world::{World, article, caller, create_brand, locale, locales, name, slug, violations};

fn nothing(id: Uuid) -> UpdateBrand {
    UpdateBrand { id, expected_version: None, slug: None, name: None, default_locale: None, locales: None }
}

#[tokio::test]
async fn a_brand_is_created_with_chains_of_locales() {
    let w = World::new().await;
    let chains = w
        .json(&format!("select jsonb_object_agg(code, chain) from locale where brand_id = '{}'", w.brand))
        .await;
    assert_eq!(chains, json!({"en": ["en"], "de": ["de", "en"]}));
    let error = service::brand::create(&w.services, &w.owner, create_brand("acme")).await.unwrap_err();
    assert_eq!((error.code(), error.details().unwrap()["path"].clone()), (Code::Conflict, json!("slug")));
    assert_eq!(w.count("select from brand").await, 2);
    assert_eq!(w.count("select from locale").await, 4);
}

#[tokio::test]
async fn only_a_right_in_every_brand_creates_brands() {
    let w = World::new().await;
    for who in [w.member(Role::Owner), caller(Role::Admin, BrandScope::All)] {
        let error = service::brand::create(&w.services, &who, create_brand("new")).await.unwrap_err();
        assert_eq!(error.code(), Code::Forbidden);
    }
}

#[tokio::test]
async fn locales_change_together_and_those_in_use_stay() {
    let w = World::new().await;
    let mut command = nothing(w.brand);
    command.locales = Some(locales("en", &[("en", None), ("fr", Some("en"))]));
    command.name = Some(name("Acme & Co"));
    command.expected_version = Some(1);
    assert_eq!(service::brand::update(&w.services, &w.owner, command.clone()).await.unwrap().version, 2);
    let error = service::brand::update(&w.services, &w.owner, command).await.unwrap_err();
    assert_eq!(error.details(), Some(&json!({"expected": 1, "current": 2})));

    let kind = w.content_type("article", article()).await;
    w.entry(kind, "a", json!({})).await;
    let mut command = nothing(w.brand);
    command.default_locale = Some(locale("fr"));
    command.locales = Some(locales("fr", &[("fr", None)]));
    let error = service::brand::update(&w.services, &w.owner, command.clone()).await.unwrap_err();
    assert_eq!(violations(&error), [("locales", "locale_in_use")]);
    command.locales = Some(locales("fr", &[("fr", Some("en")), ("en", Some("fr"))]));
    let error = service::brand::update(&w.services, &w.owner, command).await.unwrap_err();
    assert_eq!(violations(&error), [("locales/0/fallback", "cycle"), ("locales/1/fallback", "cycle")]);
    let mut command = nothing(w.brand);
    command.default_locale = Some(locale("it"));
    let error = service::brand::update(&w.services, &w.owner, command).await.unwrap_err();
    assert_eq!(violations(&error), [("defaultLocale", "unknown_locale")]);
    assert_eq!(w.row("brand", w.brand).await["version"], json!(2));
}

#[tokio::test]
async fn a_deleted_brand_takes_its_content_out_of_reach_until_it_is_restored() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let id = w.entry(kind, "a", json!({})).await;
    service::brand::delete(&w.services, &w.owner, w.brand, Some(1)).await.unwrap();
    let error = w.refused(kind, "b", json!({})).await;
    assert_eq!(error.code(), Code::NotFound);
    let error = w.update(crate::write_world::update(id)).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    let error = service::brand::update(&w.services, &w.owner, nothing(w.brand)).await.unwrap_err();
    assert_eq!(error.code(), Code::NotFound);
    service::brand::restore(&w.services, &w.owner, w.brand, None).await.unwrap();
    w.update(crate::write_world::update(id)).await.unwrap();
    let mut command = nothing(w.brand);
    command.slug = Some(slug("rival"));
    let error = service::brand::update(&w.services, &w.owner, command).await.unwrap_err();
    assert_eq!(error.code(), Code::Conflict);
}

#[tokio::test]
async fn who_is_limited_to_brands_cannot_try_the_slugs_of_others() {
    let w = World::new().await;
    let limited = w.member(Role::Owner);
    for text in ["free", "other"] {
        let command = UpdateBrand { slug: Some(slug(text)), ..nothing(w.brand) };
        let error = service::brand::update(&w.services, &limited, command).await.unwrap_err();
        assert_eq!(error.code(), Code::Forbidden, "{text}");
    }
    let command = UpdateBrand { slug: Some(slug("acme")), name: Some(name("Acme")), ..nothing(w.brand) };
    service::brand::update(&w.services, &limited, command).await.unwrap();
    let command = UpdateBrand { slug: Some(slug("free")), ..nothing(w.brand) };
    service::brand::update(&w.services, &w.owner, command).await.unwrap();
}
