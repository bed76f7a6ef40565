//! API keys: made, shown once, used, limited, rotated, taken back.

use std::{collections::BTreeSet, time::Duration};

use axum::http::Request;
use brandgraph::{
    domain::access::{Actor, Role},
    service::{
        Services,
        authn::{Authn, Reason, Settings},
        credential::{REVOKED_AFTER, USE_NOTED_EVERY},
    },
};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

const CREATE: &str = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id name roles everyBrand brands { slug } expiresAt lastUsedAt version } } }";
const ROTATE: &str = "mutation($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { secret apiKey { id version previousUntil } } }";
const REVOKE: &str =
    "mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { revokedAt } } }";
const BRANDS: &str = r#"{"query": "{ brands { nodes { slug } } }"}"#;

/// Brands by their slugs; their ids in the same order.
pub async fn brands<const N: usize>(app: &TestApp, slugs: [&str; N]) -> [String; N] {
    let mut ids = Vec::new();
    for slug in slugs {
        let input = json!({"slug": slug, "name": slug, "defaultLocale": "en", "locales": [{"code": "en"}]});
        let create = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
        let made = app.as_owner().data(create, json!({"input": input})).await;
        ids.push(made["createBrand"]["brand"]["id"].as_str().unwrap().to_owned());
    }
    ids.try_into().unwrap()
}

pub async fn create(who: &Persona<'_>, input: Value) -> (String, Value) {
    let mut made = who.data(CREATE, json!({"input": input})).await["createApiKey"].take();
    (made["secret"].as_str().unwrap().to_owned(), made["apiKey"].take())
}

/// The slugs of the brands that a header opens, or the status and the message.
async fn seen(app: &TestApp, header: &str, value: &str) -> Result<Vec<String>, (u16, String)> {
    let request = Request::post("/graphql").header("content-type", "application/json").header(header, value);
    let response = app.as_anonymous().send(request, BRANDS).await;
    let status = response.status().as_u16();
    let challenged = response.headers().get("www-authenticate").is_some();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let answer: Value = serde_json::from_slice(&bytes).unwrap();
    if status != 200 || answer.get("errors").is_some() {
        assert_eq!(challenged, status == 401, "{answer}");
        return Err((status, answer["errors"][0]["message"].to_string()));
    }
    let nodes = answer["data"]["brands"]["nodes"].as_array().unwrap().clone();
    Ok(nodes.iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect())
}

async fn opens(app: &TestApp, key: &str) -> bool {
    match seen(app, "authorization", &format!("Bearer {key}")).await {
        Ok(_) => true,
        Err((401, _)) => false,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_key_opens_what_it_was_made_for_and_is_told_once() {
    let app = TestApp::start().await;
    let [acme, _] = brands(&app, ["acme", "rival"]).await;
    let input = json!({"name": "Website", "roles": ["delivery"], "brands": [acme]});
    let (key, made) = create(&app.as_owner(), input).await;
    assert!(key.starts_with("bg_") && key.len() == 100, "{key}");
    assert_eq!(made["brands"], json!([{"slug": "acme"}]));
    assert_eq!((&made["roles"], &made["everyBrand"]), (&json!(["delivery"]), &json!(false)));
    assert_eq!(seen(&app, "authorization", &format!("Bearer {key}")).await, Ok(vec!["acme".to_owned()]));
    assert_eq!(seen(&app, "x-api-key", &key).await, Ok(vec!["acme".to_owned()]));
    let (all, made) = create(&app.as_owner(), json!({"name": "All", "roles": ["viewer"]})).await;
    assert_eq!(made["everyBrand"], true);
    assert_eq!(seen(&app, "x-api-key", &all).await.unwrap().len(), 2);
    // Neither the rows nor the record tell a secret.
    let mut database = app.db.connect().await;
    for table in ["api_key", "audit_record"] {
        let text: String = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select coalesce(string_agg(t::text, ''), '') from {table} t"
        )))
        .fetch_one(&mut database)
        .await
        .unwrap();
        assert!(!text.is_empty() && !text.contains(&key[36..]), "{table}: {text}");
    }
}

#[tokio::test]
async fn what_is_no_good_key_is_refused_like_any_other() {
    let app = TestApp::start().await;
    let [acme] = brands(&app, ["acme"]).await;
    let (key, _) = create(&app.as_owner(), json!({"name": "a", "roles": ["viewer"], "brands": [acme]})).await;
    let (other, _) =
        create(&app.as_owner(), json!({"name": "b", "roles": ["viewer"], "brands": [acme]})).await;
    let mixed = format!("{}{}", &key[..36], &other[36..]);
    let flipped = format!("{}{}", &key[..99], if key.ends_with('0') { '1' } else { '0' });
    let unknown = format!("bg_{}_{}", "0".repeat(32), "0".repeat(64));
    let mut messages = Vec::new();
    for wrong in ["bg_", "bg_x_y", &key[..99], &format!("{key}0"), &mixed, &flipped, &unknown] {
        for (header, value) in [("authorization", format!("Bearer {wrong}")), ("x-api-key", wrong.to_owned())]
        {
            let (status, message) = seen(&app, header, &value).await.unwrap_err();
            assert_eq!(status, 401, "{header}: {value}");
            messages.push(message);
        }
    }
    assert!(!messages.iter().any(|message| message.contains("key")), "{messages:?}");
    // What is not written as a key at all may be told so.
    for none in ["Bearer x", &key.to_uppercase()] {
        assert_eq!(seen(&app, "x-api-key", none).await.unwrap_err().0, 401, "{none}");
    }
    let both = Request::post("/graphql").header("content-type", "application/json").header("x-api-key", &key);
    assert_eq!(app.as_owner().send(both, BRANDS).await.status(), 401, "two credentials are one too many");
}

#[tokio::test]
async fn a_rotated_secret_overlaps_and_then_ends() {
    let app = TestApp::start().await;
    let (first, made) = create(&app.as_owner(), json!({"name": "a", "roles": ["viewer"]})).await;
    let rotate = async |seconds: i32| {
        let input = json!({"id": made["id"], "overlapSeconds": seconds});
        let rotated = app.as_owner().data(ROTATE, json!({"input": input})).await["rotateApiKey"].take();
        rotated["secret"].as_str().unwrap().to_owned()
    };
    let second = rotate(60).await;
    assert_ne!(first, second);
    assert_eq!(first[..36], second[..36]);
    assert!(opens(&app, &first).await && opens(&app, &second).await);
    app.clock.advance(TimeDelta::seconds(59));
    assert!(opens(&app, &first).await);
    app.clock.advance(TimeDelta::seconds(1));
    assert!(!opens(&app, &first).await && opens(&app, &second).await);
    let third = rotate(0).await;
    assert!(!opens(&app, &second).await && opens(&app, &third).await);
    let stale = json!({"input": {"id": made["id"], "expectedVersion": 1}});
    assert_eq!(app.as_owner().code(ROTATE, stale).await, "CONFLICT");
    for seconds in [-1, 30 * 24 * 3600 + 1] {
        let input = json!({"input": {"id": made["id"], "overlapSeconds": seconds}});
        assert_eq!(
            app.as_owner().error(ROTATE, input).await["extensions"]["violations"][0]["path"],
            "input.overlapSeconds"
        );
    }
}

#[tokio::test]
async fn a_key_ends_when_it_was_to_end() {
    let app = TestApp::start().await;
    let input = json!({"name": "a", "roles": ["viewer"], "expiresAt": "2026-11-20T12:00:05Z"});
    let (key, made) = create(&app.as_owner(), input).await;
    assert!(opens(&app, &key).await);
    app.clock.advance(TimeDelta::seconds(5));
    assert!(!opens(&app, &key).await);
    // A new secret would open nothing either.
    let rotate = json!({"input": {"id": made["id"]}});
    assert_eq!(app.as_owner().code(ROTATE, rotate).await, "CONFLICT");
    let past = json!({"input": {"name": "a", "roles": ["viewer"], "expiresAt": "2026-11-20T12:00:05Z"}});
    assert_eq!(app.as_owner().error(CREATE, past).await["extensions"]["violations"][0]["code"], "past");
}

/// Another process on the same database.
pub fn elsewhere(app: &TestApp) -> Authn {
    let services = Services { credentials: Default::default(), ..app.services.clone() };
    let settings =
        Settings { secret: Some("a secret of the tests, of 32 bytes or more".into()), ..Settings::default() };
    Authn::new(&settings, app.clock.clone(), Some(services)).unwrap()
}

#[tokio::test]
async fn a_revoked_key_ends_here_at_once_and_elsewhere_soon() {
    let app = TestApp::start().await;
    let (key, made) = create(&app.as_owner(), json!({"name": "a", "roles": ["viewer"]})).await;
    let elsewhere = elsewhere(&app);
    let bearer = format!("Bearer {key}");
    let there = async || elsewhere.authenticate(bearer.as_bytes()).await.map_err(|rejected| rejected.reason);
    assert!(opens(&app, &key).await);
    let Ok(Actor::User(who)) = there().await else { panic!("the key is good") };
    assert_eq!(who.subject, made["id"].as_str().unwrap());
    let revoke = json!({"input": {"id": made["id"]}});
    app.as_owner().data(REVOKE, revoke.clone()).await;
    assert!(!opens(&app, &key).await);
    assert!(there().await.is_ok());
    app.clock.advance(REVOKED_AFTER);
    assert_eq!(there().await.unwrap_err(), Reason::Secret);
    // Taken back for good.
    assert_eq!(app.as_owner().code(REVOKE, revoke.clone()).await, "NOT_FOUND");
    assert_eq!(app.as_owner().code(ROTATE, revoke).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_new_secret_is_good_elsewhere_at_once() {
    let app = TestApp::start().await;
    let (first, made) = create(&app.as_owner(), json!({"name": "a", "roles": ["viewer"]})).await;
    let elsewhere = elsewhere(&app);
    let there = async |key: &str| elsewhere.authenticate(format!("Bearer {key}").as_bytes()).await.is_ok();
    assert!(there(&first).await);
    let input = json!({"id": made["id"], "overlapSeconds": 60});
    let rotated = app.as_owner().data(ROTATE, json!({"input": input})).await["rotateApiKey"].take();
    let second = rotated["secret"].as_str().unwrap();
    app.clock.advance(TimeDelta::seconds(1));
    assert!(there(second).await, "looked up anew");
    assert!(there(&first).await, "and the old one has its time");
    let wrong = format!("{}{}", &second[..99], if second.ends_with('0') { '1' } else { '0' });
    assert!(!there(&wrong).await);
}

#[tokio::test]
async fn the_use_of_a_key_is_noted_now_and_then() {
    let app = TestApp::start().await;
    let (key, made) = create(&app.as_owner(), json!({"name": "a", "roles": ["viewer"]})).await;
    let query = "query($id: ID!) { apiKey(by: {id: $id}) { lastUsedAt version } }";
    let noted = async || app.as_owner().data(query, json!({"id": made["id"]})).await["apiKey"].take();
    assert_eq!(noted().await["lastUsedAt"], Value::Null);
    // Nobody waits for it: it is there after a few more questions.
    let until = async |wanted: &str| {
        let seen = async { while noted().await["lastUsedAt"] != wanted {} };
        tokio::time::timeout(Duration::from_secs(60), seen).await.expect(wanted);
    };
    assert!(opens(&app, &key).await);
    until("2026-11-20T12:00:00+00:00").await;
    app.clock.advance(USE_NOTED_EVERY - TimeDelta::seconds(1));
    assert!(opens(&app, &key).await);
    app.clock.advance(TimeDelta::seconds(1));
    assert!(opens(&app, &key).await);
    until("2026-11-20T12:01:00+00:00").await;
    assert_eq!(noted().await["version"], 1);
}

#[tokio::test]
async fn nobody_makes_or_sees_a_key_beyond_their_own_reach() {
    let app = TestApp::start().await;
    let [acme, rival] = brands(&app, ["acme", "rival"]).await;
    let admin = app.as_role_in(Role::Admin, "acme");
    let code = async |who: &Persona<'_>, input: Value| who.code(CREATE, json!({"input": input})).await;
    let (_, own) = create(&admin, json!({"name": "a", "roles": ["editor"], "brands": [acme]})).await;
    assert_eq!(code(&admin, json!({"name": "a", "roles": ["owner"], "brands": [acme]})).await, "FORBIDDEN");
    assert_eq!(code(&admin, json!({"name": "a", "roles": ["viewer"]})).await, "FORBIDDEN");
    assert_eq!(code(&admin, json!({"name": "a", "roles": ["viewer"], "brands": [rival]})).await, "NOT_FOUND");
    assert_eq!(code(&admin, json!({"name": "a", "roles": ["emperor"], "brands": [acme]})).await, "INVALID");
    for input in [
        json!({"name": "a", "roles": [], "brands": [acme]}),
        json!({"name": "a", "roles": ["viewer", "viewer"], "brands": [acme]}),
        json!({"name": "a", "roles": ["viewer"], "brands": []}),
        json!({"name": "a", "roles": ["viewer"], "brands": [acme, acme]}),
        json!({"name": " ", "roles": ["viewer"], "brands": [acme]}),
    ] {
        assert_eq!(code(&admin, input.clone()).await, "INVALID", "{input}");
    }
    let editor = app.as_role_in(Role::Editor, "acme");
    assert_eq!(code(&editor, json!({"name": "a", "roles": ["viewer"], "brands": [acme]})).await, "FORBIDDEN");
    // A key of an owner in the same brand is not rotated by somebody who is less: its secret would make them an owner.
    let owners = json!({"name": "o", "roles": ["owner"], "brands": [acme]});
    let (_, strong) = create(&app.as_owner(), owners).await;
    let rotate = |key: &Value| json!({"input": {"id": key["id"]}});
    assert_eq!(admin.code(ROTATE, rotate(&strong)).await, "FORBIDDEN");
    // Nor taken back: it may be what the owners are left with.
    assert_eq!(admin.code(REVOKE, rotate(&strong)).await, "FORBIDDEN");
    // Keys of other brands, and of all, are not there for them.
    let (_, foreign) =
        create(&app.as_owner(), json!({"name": "r", "roles": ["viewer"], "brands": [rival]})).await;
    let (_, every) = create(&app.as_owner(), json!({"name": "e", "roles": ["viewer"]})).await;
    let node = "query($id: ID!) { node(id: $id) { id } apiKey(by: {id: $id}) { id } }";
    for key in [&foreign, &every] {
        assert_eq!(admin.code(ROTATE, rotate(key)).await, "NOT_FOUND");
        assert_eq!(admin.code(REVOKE, rotate(key)).await, "NOT_FOUND");
        assert_eq!(admin.data(node, json!({"id": key["id"]})).await, json!({"node": null, "apiKey": null}));
    }
    let names = "{ apiKeys { nodes { id } totalCount { value } } }";
    let seen = admin.data(names, json!({})).await["apiKeys"].take();
    let ids: BTreeSet<&str> =
        seen["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap()).collect();
    let theirs = BTreeSet::from([&own, &strong].map(|key| key["id"].as_str().unwrap()));
    assert_eq!((ids, &seen["totalCount"]["value"]), (theirs, &json!(2)));
    assert_eq!(app.as_owner().data(names, json!({})).await["apiKeys"]["totalCount"]["value"], 4);
    assert_eq!(editor.code(names, json!({})).await, "FORBIDDEN");
}

#[tokio::test]
async fn a_key_makes_and_rotates_none_that_outlives_it() {
    let app = TestApp::start().await;
    let end = "2026-11-20T13:00:00Z";
    let (key, own) =
        create(&app.as_owner(), json!({"name": "a", "roles": ["owner"], "expiresAt": end})).await;
    let (_, endless) = create(&app.as_owner(), json!({"name": "b", "roles": ["viewer"]})).await;
    let ask = async |query: &str, input: Value| -> Value {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {key}"));
        let body = json!({"query": query, "variables": {"input": input}}).to_string();
        let bytes = app.as_anonymous().send(request, body).await.into_body().collect().await.unwrap();
        let answer: Value = serde_json::from_slice(&bytes.to_bytes()).unwrap();
        let extensions = &answer["errors"][0]["extensions"];
        json!([extensions["code"], extensions["violations"][0]["code"]])
    };
    let later = json!({"name": "c", "roles": ["viewer"], "expiresAt": "2026-11-20T13:00:01Z"});
    assert_eq!(ask(CREATE, later).await, json!(["INVALID", "outlives"]));
    let never = json!({"name": "c", "roles": ["viewer"]});
    assert_eq!(ask(CREATE, never).await, json!(["INVALID", "outlives"]));
    let equal = json!({"name": "c", "roles": ["viewer"], "expiresAt": end});
    assert_eq!(ask(CREATE, equal).await, json!([null, null]));
    // Whoever rotates a key gets to know its secret.
    assert_eq!(ask(ROTATE, json!({"id": endless["id"]})).await, json!(["FORBIDDEN", null]));
    assert_eq!(ask(ROTATE, json!({"id": own["id"]})).await, json!([null, null]));
    // What it gives to people would not end at all.
    let [acme] = brands(&app, ["acme"]).await;
    let grant = "mutation($input: GrantRoleInput!) { grantRole(input: $input) { member { id } } }";
    let role = json!({"brandId": acme, "issuer": "brandgraph", "subject": "me", "role": "admin"});
    assert_eq!(ask(grant, role).await, json!(["FORBIDDEN", null]));
}
