//! A mutation that is sent again under its key happens once, whatever becomes of the server in between.

use axum::http::{Request, Response, header};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use brandgraph::{domain::access::Role, service};

use crate::{
    batch::Shop,
    harness::{Persona, TestApp},
};

const CREATE: &str = "mutation($t: ID!, $slug: String!) {
    createEntry(input: {contentTypeId: $t, slug: $slug, title: \"T\", fields: {price: 1}}) { entry { id slug } } }";

pub async fn send(who: &Persona<'_>, key: &[&str], query: &str, variables: Value) -> (bool, Value) {
    let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    for key in key {
        request = request.header("idempotency-key", *key);
    }
    let body = json!({"query": query, "variables": variables}).to_string();
    let response: Response<_> = who.send(request, body).await;
    let replayed = response.headers().get("idempotent-replayed").is_some_and(|value| value == "true");
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (replayed, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn the_first_answer_is_given_again_and_nothing_is_written_twice() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (owner, editor) = (app.as_owner(), app.as_role(Role::Editor));
    let oil = json!({"t": shop.kind, "slug": "oil"});
    let (replayed, first) = send(&owner, &["one"], CREATE, oil.clone()).await;
    assert!(!replayed && first["data"]["createEntry"]["entry"]["slug"] == "oil", "{first:#}");
    // Quotes are no part of a key, and the order of names is no part of a body.
    for key in ["one", "\"one\""] {
        let (replayed, again) = send(&owner, &[key], CREATE, json!({"slug": "oil", "t": shop.kind})).await;
        assert!(replayed);
        assert_eq!(again["data"], first["data"]);
    }
    assert_eq!(shop.count("entry").await, 1);
    assert_eq!(shop.count("audit_record where kind = 'entry.created'").await, 1);
    // Without a key the slug is taken; under another key too.
    for key in [&[][..], &["two"]] {
        let (_, answer) = send(&owner, key, CREATE, oil.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT");
        assert_eq!(answer["errors"][0]["path"], json!(["createEntry"]));
    }
    // The same key for another body is refused, for another document and for other variables.
    let other = format!("{CREATE} ");
    for (query, slug) in [(CREATE, "jar"), (other.as_str(), "oil")] {
        let (replayed, answer) = send(&owner, &["one"], query, json!({"t": shop.kind, "slug": slug})).await;
        assert!(!replayed);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "CONFLICT");
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], "key_reused");
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["path"], "Idempotency-Key");
    }
    // Keys are each caller's own.
    let (replayed, answer) = send(&editor, &["one"], CREATE, json!({"t": shop.kind, "slug": "jar"})).await;
    assert!(!replayed && answer["data"]["createEntry"]["entry"]["slug"] == "jar", "{answer:#}");
    assert_eq!(shop.count("entry").await, 2);
}

#[tokio::test]
async fn an_answer_is_told_to_nobody_who_could_not_have_it_now() {
    let app = TestApp::start().await;
    let create = "mutation { createApiKey(input: {name: \"a\", roles: [\"viewer\"]}) { secret } }";
    let ask = async |role: Role| {
        let token = app.token_of("pat", role);
        let who = Request::post("/graphql").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = who.header(header::CONTENT_TYPE, "application/json").header("idempotency-key", "k");
        let response = app.as_anonymous().send(request, json!({"query": create}).to_string()).await;
        serde_json::from_slice::<Value>(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
    };
    let first = ask(Role::Owner).await;
    let secret = first["data"]["createApiKey"]["secret"].as_str().unwrap();
    assert_eq!(
        ask(Role::Owner).await["data"]["createApiKey"]["secret"],
        secret,
        "another token of the same rights"
    );
    let less = ask(Role::Viewer).await;
    assert!(!less.to_string().contains(secret), "{less:#}");
    assert_eq!(less["errors"][0]["extensions"]["violations"][0]["code"], "key_reused");
}

#[tokio::test]
async fn what_wrote_nothing_may_be_tried_again_and_what_did_in_part_may_not() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let (_, answer) = send(&owner, &["k"], CREATE, json!({"t": shop.kind, "slug": "NO"})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID");
    assert_eq!(shop.count("idempotency_key").await, 0);
    let (replayed, answer) = send(&owner, &["k"], CREATE, json!({"t": shop.kind, "slug": "yes"})).await;
    assert!(!replayed && answer["data"]["createEntry"]["entry"]["slug"] == "yes", "{answer:#}");
    let two = "mutation($t: ID!) {
        a: createEntry(input: {contentTypeId: $t, slug: \"a\", title: \"A\", fields: {price: 1}}) { entry { id } }
        b: createEntry(input: {contentTypeId: $t, slug: \"a\", title: \"B\", fields: {price: 1}}) { entry { id } } }";
    let (_, first) = send(&owner, &["part"], two, json!({"t": shop.kind})).await;
    assert_eq!(first["data"]["b"], Value::Null);
    let (replayed, again) = send(&owner, &["part"], two, json!({"t": shop.kind})).await;
    assert!(replayed);
    assert_eq!((&again["data"], &again["errors"]), (&first["data"], &first["errors"]));
    assert_eq!(shop.count("entry").await, 2);
}

#[tokio::test]
async fn keys_expire_after_a_day_and_are_swept() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    send(&owner, &["k"], CREATE, json!({"t": shop.kind, "slug": "one"})).await;
    app.clock.advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert!(send(&owner, &["k"], CREATE, json!({"t": shop.kind, "slug": "one"})).await.0);
    assert_eq!(service::idempotency::sweep(&app.services).await.unwrap(), 0);
    app.clock.advance(TimeDelta::seconds(1));
    // Expired, though not swept yet, it is free.
    let (replayed, answer) = send(&owner, &["k"], CREATE, json!({"t": shop.kind, "slug": "two"})).await;
    assert!(!replayed && answer["data"]["createEntry"]["entry"]["slug"] == "two", "{answer:#}");
    app.clock.advance(TimeDelta::hours(24));
    assert_eq!(service::idempotency::sweep(&app.services).await.unwrap(), 1);
    assert_eq!(shop.count("idempotency_key").await, 0);
}

#[tokio::test]
async fn keys_that_are_none_are_refused_and_queries_need_none() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let long = "x".repeat(256);
    for (keys, code) in [
        (&[""][..], "blank"),
        (&["a b"], "characters"),
        (&[long.as_str()], "max_length"),
        (&["a", "b"], "several"),
    ] {
        let (_, answer) = send(&app.as_owner(), keys, CREATE, json!({"t": shop.kind, "slug": "a"})).await;
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["code"], code, "{answer:#}");
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["path"], "Idempotency-Key");
    }
    for _ in 0..2 {
        let (replayed, answer) = send(&app.as_owner(), &["q"], "{ viewer { __typename } }", json!({})).await;
        assert!(!replayed && answer["data"]["viewer"].is_object());
    }
    assert_eq!(shop.count("entry").await, 0);
    assert_eq!(shop.count("idempotency_key").await, 0);
}

#[tokio::test]
async fn what_is_sent_twice_at_once_happens_once_and_both_get_its_answer() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let body = json!({"t": shop.kind, "slug": "oil"});
    let asked = (0..4).map(|_| send(&owner, &["k"], CREATE, body.clone()));
    let answers = futures::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|(replayed, _)| !replayed).count(), 1, "{answers:#?}");
    assert!(answers.iter().all(|(_, answer)| answer["data"] == answers[0].1["data"]), "{answers:#?}");
    assert_eq!(answers[0].1["data"]["createEntry"]["entry"]["slug"], "oil");
    assert_eq!(shop.count("entry").await, 1);
}

#[tokio::test]
async fn a_secret_that_is_shown_once_is_not_kept_in_the_open() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let create = "mutation($b: ID!) { createApiKey(input: {brands: [$b], name: \"K\", roles: [\"viewer\"]}) { secret } }";
    let (_, first) = send(&app.as_owner(), &["k"], create, json!({"b": shop.brand})).await;
    let secret = first["data"]["createApiKey"]["secret"].as_str().unwrap_or_else(|| panic!("{first:#}"));
    let mut database = app.db.connect().await;
    let kept: Vec<u8> =
        sqlx::query_scalar("select answer from idempotency_key").fetch_one(&mut database).await.unwrap();
    assert!(!String::from_utf8_lossy(&kept).contains(secret));
    let (replayed, again) = send(&app.as_owner(), &["k"], create, json!({"b": shop.brand})).await;
    assert!(replayed);
    assert_eq!(again["data"]["createApiKey"]["secret"], secret);
}
