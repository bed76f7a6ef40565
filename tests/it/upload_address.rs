//! The stable address of a file: who is sent where, for how long.

use axum::{body::Body, http::Request};
use brandgraph::domain::access::Role;
use chrono::TimeDelta;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::Persona,
    upload_world::{World, get, png, run},
};

/// The status, and where it leads to.
async fn ask(who: &Persona<'_>, url: &str) -> (u16, String) {
    let answer = who.send(Request::get(url), Body::empty()).await;
    let header = |name: &str| {
        answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    assert_eq!(header("cache-control"), "no-store");
    (answer.status().as_u16(), header("location"))
}

async fn made(w: &World, about: Value) -> String {
    let bytes = png();
    let mut input = w.promise(&bytes, "image/png");
    input["filename"] = json!("Öl \"extra\".png");
    input["about"] = about;
    let upload = w.send(&bytes, input).await;
    upload["asset"]["url"].as_str().unwrap_or_else(|| panic!("{upload}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leads_to_the_bytes_for_those_who_may_read_assets() {
    let w = World::new().await;
    let url = made(&w, json!({})).await;
    let (status, location) = ask(&w.app.as_delivery(), &url).await;
    assert_eq!(status, 302);
    let answer = get(&location).await;
    assert_eq!((answer.status, &answer.body), (200, &png()), "{}", answer.head);
    let head = answer.head.to_lowercase();
    assert!(head.contains("content-type: image/png"), "{head}");
    assert!(head.contains("content-disposition: inline; filename=\"_l _extra_.png\""), "{head}");
    assert!(location.contains("X-Amz-Expires=300"), "{location}");
    let cut = location.split('?').next().unwrap();
    let refused = get(cut).await;
    assert_eq!(refused.status, 403, "without its signature");
    // The origin is that of the graph: what somebody uploaded is no script there, and no page.
    for head in [head, refused.head.to_lowercase()] {
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert!(head.contains("content-security-policy: sandbox"), "{head}");
    }
    assert_eq!(
        run(&["-I".to_owned(), location.clone()], b"").await.status,
        403,
        "HEAD is not what was signed"
    );

    assert_eq!(ask(&w.app.as_anonymous(), &url).await.0, 401);
    w.new_brand("other").await;
    assert_eq!(ask(&w.app.as_role_in(Role::Owner, "other"), &url).await.0, 404);
    // What an import says of a file that is not here.
    let id = Uuid::now_v7();
    let insert = "insert into asset (id, brand_id, filename, media_type, url, created_at, updated_at) \
        select $1, id, 'a.png', 'image/png', '/v1/assets/asset_' || $1, now(), now() from brand where slug <> 'other'";
    sqlx::query(insert).bind(id).execute(&mut w.app.db.connect().await).await.unwrap();
    assert_eq!(ask(&w.owner(), &format!("/v1/assets/asset_{id}")).await, (404, String::new()));
    assert_eq!(ask(&w.owner(), "/v1/assets/nonsense").await.0, 400);
    assert_eq!(ask(&w.owner(), &format!("{url}?width=100")).await.0, 400, "nobody makes variants here");
    let delete = "mutation($id: ID!) { deleteAsset(input: {id: $id}) { deletedId } }";
    w.owner().data(delete, json!({"id": url.rsplit('/').next().unwrap()})).await;
    assert_eq!(ask(&w.owner(), &url).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_the_rights() {
    let w = World::new().await;
    let now = w.app.clock.now();
    let (from, until) = (now - TimeDelta::hours(1), now + TimeDelta::seconds(90));
    let url = made(&w, json!({"rightsFrom": from.to_rfc3339(), "rightsUntil": until.to_rfc3339()})).await;
    let (_, location) = ask(&w.owner(), &url).await;
    assert!(location.contains("X-Amz-Expires=90"), "{location}");
    w.app.clock.advance(TimeDelta::seconds(90));
    assert_eq!(ask(&w.owner(), &url).await.0, 403);
    w.app.clock.advance(-TimeDelta::hours(2));
    assert_eq!(ask(&w.owner(), &url).await.0, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn variants_are_addresses_of_the_image_service() {
    let w = World::with(|config| {
        config.images.base_url = Some("https://img.example".to_owned());
        config.images.key = Some("736563726574".to_owned().into());
        config.images.salt = Some("68656C6C6F".to_owned().into());
    })
    .await;
    let url = made(&w, json!({})).await;
    let (status, location) = ask(&w.owner(), &format!("{url}?width=300&height=200&format=avif")).await;
    assert_eq!(status, 302);
    let parts: Vec<&str> = location.strip_prefix("https://img.example/").unwrap().split('/').collect();
    assert_eq!((parts.len(), parts[0].len(), parts[2]), (4, 43, "rs:fit:300:200"), "{location}");
    assert!(parts[1].starts_with("exp:") && parts[3].ends_with(".avif"), "{location}");
    assert_eq!(ask(&w.owner(), &format!("{url}?width=99999")).await.0, 400);
}

const URLS: &str = "query($width: Int, $format: ImageFormat) { assets { nodes { filename url small: url(width: 300, height: 200)
    avif: url(format: AVIF) given: url(width: $width, format: $format) } } }";

#[tokio::test(flavor = "multi_thread")]
async fn the_graph_tells_the_address_of_a_variant() {
    let w = World::with(|config| {
        config.images.base_url = Some("https://img.example".to_owned());
        config.images.key = Some("736563726574".to_owned().into());
        config.images.salt = Some("68656C6C6F".to_owned().into());
    })
    .await;
    let url = made(&w, json!({})).await;
    let create = "mutation($input: CreateAssetInput!) { createAsset(input: $input) { asset { small: url(width: 300) } } }";
    let input = json!({"brandId": w.brand, "filename": "b.jpg", "mediaType": "image/jpeg", "url": "https://cdn.example/b.jpg"});
    let elsewhere = w.owner().data(create, json!({"input": input})).await;
    assert_eq!(elsewhere["createAsset"]["asset"]["small"], "https://cdn.example/b.jpg");
    let text = w.send(b"abc", w.promise(b"abc", "text/plain")).await;
    let text = text["asset"]["url"].as_str().unwrap();
    let found = w.owner().data(URLS, json!({"width": 8192, "format": "PNG"})).await;
    let mut nodes = found["assets"]["nodes"].as_array().unwrap().clone();
    nodes.sort_by_key(|asset| asset["filename"].as_str().unwrap().to_owned());
    let same = |name: &str, url: &str| json!({"filename": name, "url": url, "small": url, "avif": url, "given": url});
    let picture = json!({"filename": "Öl \"extra\".png", "url": url, "small": format!("{url}?width=300&height=200&format=webp"),
        "avif": format!("{url}?format=avif"), "given": format!("{url}?width=8192&format=png")});
    assert_eq!(
        json!(nodes),
        json!([same("a file.bin", text), same("b.jpg", "https://cdn.example/b.jpg"), picture])
    );
    // What the graph says leads to the variant.
    let small = nodes[2]["small"].as_str().unwrap();
    let (status, location) = ask(&w.owner(), small).await;
    assert!(
        status == 302 && location.contains("/rs:fit:300:200/") && location.ends_with(".webp"),
        "{location}"
    );
    // Variables that are left out ask for nothing.
    let plain = w.owner().data(URLS, json!({})).await;
    assert!(plain["assets"]["nodes"].as_array().unwrap().iter().all(|asset| asset["given"] == asset["url"]));
    for variables in [json!({"width": 0}), json!({"width": 8193}), json!({"width": -1})] {
        let error = w.owner().error(URLS, variables).await;
        let violation = &error["extensions"]["violations"][0];
        assert_eq!(
            (&error["extensions"]["code"], &violation["code"]),
            (&json!("INVALID"), &json!("range")),
            "{error}"
        );
        assert!(violation["path"].as_str().unwrap().ends_with("width"), "{error}");
    }
    assert!(w.owner().graphql(URLS, json!({"format": "SVG"})).await["errors"].is_array());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_elsewhere_is_redirected_to_and_has_no_variants() {
    let w = World::with(|config| {
        config.images.base_url = Some("https://img.example".to_owned());
        config.images.key = Some("736563726574".to_owned().into());
        config.images.salt = Some("68656C6C6F".to_owned().into());
    })
    .await;
    let create = "mutation($input: CreateAssetInput!) { createAsset(input: $input) { asset { id url } } }";
    let input = json!({"brandId": w.brand, "filename": "a.jpg", "mediaType": "image/jpeg", "url": "https://cdn.example/a.jpg"});
    let made = w.owner().data(create, json!({"input": input})).await;
    let id = made["createAsset"]["asset"]["id"].as_str().unwrap();
    let found = ask(&w.owner(), &format!("/v1/assets/{id}")).await;
    assert_eq!(found, (302, "https://cdn.example/a.jpg".to_owned()));
    // Whoever may make assets could have the image service get what only it can reach.
    let found = ask(&w.owner(), &format!("/v1/assets/{id}?width=300")).await;
    assert_eq!(found, (400, String::new()));
}
