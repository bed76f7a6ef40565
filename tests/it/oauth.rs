//! OAuth 2.0 client credentials: applications exchange their secret for tokens, signed with keys that are replaced in time.

use axum::http::{Request, request::Builder};
use brandgraph::{
    domain::access::Role,
    service::{
        Caller, Services, Vault, audit,
        authn::{Authn, Reason, Settings, TOKEN_LIFE},
        credential::REVOKED_AFTER,
        signing::{self, KEPT_AFTER, PERIOD, PUBLISHED_AHEAD},
    },
    worker,
};
use chrono::TimeDelta;
use http_body_util::BodyExt;
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};

use crate::{api_keys::brands, harness::TestApp, http_door::Answer};

const GRANT: &str = "grant_type=client_credentials";

async fn ask(app: &TestApp, request: Builder, body: String) -> Answer {
    let response = app.as_anonymous().send(request, body).await;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

fn request() -> Builder {
    Request::post("/v1/oauth/token").header("content-type", "application/x-www-form-urlencoded")
}

async fn get(app: &TestApp, path: &str) -> Value {
    ask(app, Request::get(path), String::new()).await.json()
}

/// An application: its node, its client id, its secret.
pub async fn application(app: &TestApp, input: Value) -> (String, String, String) {
    let create = "mutation($input: CreateApplicationInput!) { createApplication(input: $input) { secret application { id clientId } } }";
    let made = app.as_owner().data(create, json!({"input": input})).await["createApplication"].take();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["application"]["id"]), text(&made["application"]["clientId"]), text(&made["secret"]))
}

pub async fn token(app: &TestApp, client: &str, secret: &str) -> String {
    let answer = ask(app, request(), format!("{GRANT}&client_id={client}&client_secret={secret}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

async fn opens(app: &TestApp, token: &str) -> bool {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"));
    let answer = ask(app, request, r#"{"query": "{ brands { nodes { slug } } }"}"#.to_owned()).await;
    assert!(matches!(answer.status, 200 | 401), "{}", answer.body);
    answer.status == 200
}

fn basic(user: &str, password: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn a_secret_is_exchanged_for_a_token_that_anybody_can_check() {
    let app = TestApp::start().await;
    let [acme, _] = brands(&app, ["acme", "rival"]).await;
    let input = json!({"name": "Partner", "roles": ["viewer", "partner"], "brands": [acme]});
    let (_, client, secret) = application(&app, input).await;
    let with_basic = request().header("authorization", basic(&client, &secret));
    let answer = ask(&app, with_basic, format!("{GRANT}&scope=viewer")).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.body);
    let issued = answer.json();
    assert_eq!(
        (&issued["token_type"], &issued["expires_in"], &issued["scope"]),
        (&json!("Bearer"), &json!(600), &json!("viewer"))
    );
    let brands = r#"{"query": "{ viewer { __typename } brands { nodes { slug } } }"}"#;
    let bearer = format!("Bearer {}", issued["access_token"].as_str().unwrap());
    let asked =
        Request::post("/graphql").header("content-type", "application/json").header("authorization", bearer);
    assert_eq!(
        ask(&app, asked, brands.to_owned()).await.json()["data"]["brands"]["nodes"],
        json!([{"slug": "acme"}])
    );
    // Whoever reads the published keys can check it too.
    let metadata = get(&app, "/.well-known/oauth-authorization-server").await;
    assert_eq!(metadata["token_endpoint"], "http://127.0.0.1:8080/v1/oauth/token");
    let keys: JwkSet = serde_json::from_value(get(&app, "/.well-known/jwks.json").await).unwrap();
    let all = token(&app, &client, &secret).await;
    let head = jsonwebtoken::decode_header(&all).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&head.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(head.alg);
    validation.set_audience(&["brandgraph"]);
    validation.set_issuer(&[metadata["issuer"].as_str().unwrap()]);
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&all, &key, &validation).unwrap().claims;
    assert_eq!((&claims["client_id"], &claims["scope"]), (&json!(client), &json!("viewer partner")));
}

#[tokio::test]
async fn what_is_wrong_is_told_as_the_standard_says() {
    let app = TestApp::start().await;
    let (_, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer"]})).await;
    let form = |more: &str| format!("client_id={client}&client_secret={secret}{more}");
    let with = |value: String| request().header("authorization", value);
    let json_body = Request::post("/v1/oauth/token").header("content-type", "application/json");
    for (what, request, body, status, error) in [
        ("no form", json_body, form(&format!("&{GRANT}")), 400, "invalid_request"),
        ("no grant", request(), form(""), 400, "invalid_request"),
        ("an empty grant", request(), form("&grant_type="), 400, "invalid_request"),
        ("another grant", request(), form("&grant_type=password"), 400, "unsupported_grant_type"),
        ("twice", request(), form(&format!("&{GRANT}&{GRANT}")), 400, "invalid_request"),
        ("a role of others", request(), form(&format!("&{GRANT}&scope=viewer+owner")), 400, "invalid_scope"),
        ("nobody", request(), GRANT.to_owned(), 401, "invalid_client"),
        ("no secret", request(), format!("{GRANT}&client_id={client}"), 401, "invalid_client"),
        (
            "a wrong secret",
            request(),
            format!("{GRANT}&client_id={client}&client_secret={}", "0".repeat(64)),
            401,
            "invalid_client",
        ),
        (
            "an unknown client",
            request(),
            format!("{GRANT}&client_id={}&client_secret={secret}", "0".repeat(32)),
            401,
            "invalid_client",
        ),
        (
            "no client id",
            request(),
            format!("{GRANT}&client_id=%00&client_secret={secret}"),
            401,
            "invalid_client",
        ),
        ("two ways", with(basic(&client, &secret)), form(&format!("&{GRANT}")), 400, "invalid_request"),
        (
            "another client beside",
            with(basic(&client, &secret)),
            format!("{GRANT}&client_id=x"),
            400,
            "invalid_request",
        ),
        ("a wrong secret, basic", with(basic(&client, "x")), GRANT.to_owned(), 401, "invalid_client"),
        ("no colon", with("Basic YQ==".to_owned()), GRANT.to_owned(), 401, "invalid_client"),
        ("no base64", with("Basic %%%".to_owned()), GRANT.to_owned(), 401, "invalid_client"),
        ("a bearer", with("Bearer x".to_owned()), GRANT.to_owned(), 401, "invalid_client"),
    ] {
        let answer = ask(&app, request, body).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str()),
            (status, Some(error)),
            "{what}: {}",
            answer.body
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
        assert_eq!(answer.header("www-authenticate").starts_with("Basic "), status == 401, "{what}");
        assert!(!answer.body.contains(&secret), "{what}");
    }
    audit::flush(&app.services, true).await.unwrap();
    let sql = "select jsonb_build_array(kind, reason, actor, count) from audit_record \
        where detail->>'claimed' = $1 and reason = 'forbidden'";
    let scope: Vec<Value> =
        sqlx::query_scalar(sql).bind(&client).fetch_all(&mut app.db.connect().await).await.unwrap();
    assert_eq!(json!(scope), json!([["access.refused", "forbidden", "anonymous", 1]]), "a role of others");
    assert_eq!(ask(&app, request(), "a".repeat(9_000)).await.status, 413);
    assert_eq!(ask(&app, Request::get("/v1/oauth/token"), String::new()).await.status, 405);
}

#[tokio::test]
async fn a_token_ends_with_its_time_and_with_its_application() {
    let app = TestApp::start().await;
    let (id, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer"]})).await;
    let first = token(&app, &client, &secret).await;
    assert!(opens(&app, &first).await);
    app.clock.advance(TOKEN_LIFE + TimeDelta::seconds(30));
    assert!(!opens(&app, &first).await);
    let rotate = "mutation($input: RotateApplicationSecretInput!) { rotateApplicationSecret(input: $input) { secret } }";
    let rotated = app.as_owner().data(rotate, json!({"input": {"id": id, "overlapSeconds": 60}})).await;
    let second = rotated["rotateApplicationSecret"]["secret"].as_str().unwrap().to_owned();
    let tokens = [token(&app, &client, &secret).await, token(&app, &client, &second).await];
    app.clock.advance(TimeDelta::seconds(60));
    let late = ask(&app, request(), format!("{GRANT}&client_id={client}&client_secret={secret}")).await;
    assert_eq!(late.status, 401);
    // A token is not the secret: it holds on.
    assert!(opens(&app, &tokens[0]).await && opens(&app, &tokens[1]).await);
    let revoke = "mutation($input: RevokeApplicationInput!) { revokeApplication(input: $input) { application { revokedAt } } }";
    app.as_owner().data(revoke, json!({"input": {"id": id}})).await;
    assert!(!opens(&app, &tokens[0]).await && !opens(&app, &tokens[1]).await);
    assert_eq!(
        ask(&app, request(), format!("{GRANT}&client_id={client}&client_secret={second}")).await.status,
        401
    );
}

async fn kids(app: &TestApp) -> Vec<String> {
    let keys = get(app, "/.well-known/jwks.json").await["keys"].take();
    keys.as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test]
async fn keys_are_published_before_they_sign_and_kept_until_their_last_token_is_over() {
    let app = TestApp::start().await;
    let (_, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer"]})).await;
    let work = async || {
        signing::watch(&app.services, &Caller::system("test")).await.unwrap();
        worker::run_due(&app.services).await.unwrap();
    };
    let first = token(&app, &client, &secret).await;
    work().await;
    assert_eq!(kids(&app).await, [kid(&first)]);
    app.clock.advance(PERIOD - PUBLISHED_AHEAD);
    work().await;
    work().await;
    let published = kids(&app).await;
    assert_eq!(published.len(), 2);
    let second = token(&app, &client, &secret).await;
    assert_eq!(kid(&second), kid(&first), "the new key does not sign yet");
    assert!(opens(&app, &second).await);
    app.clock.advance(PUBLISHED_AHEAD - TimeDelta::seconds(1));
    let last = token(&app, &client, &secret).await;
    assert_eq!(kid(&last), kid(&first));
    app.clock.advance(TimeDelta::seconds(1));
    let third = token(&app, &client, &secret).await;
    assert_eq!(kid(&third), published[1]);
    work().await;
    assert!(opens(&app, &last).await && opens(&app, &third).await, "both keys hold");
    app.clock.advance(KEPT_AFTER);
    work().await;
    assert_eq!(kids(&app).await, [published[1].clone()]);
}

#[tokio::test]
async fn private_keys_are_sealed_with_the_installations_secret() {
    let app = TestApp::start().await;
    let (_, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer"]})).await;
    let first = token(&app, &client, &secret).await;
    // Another secret opens nothing: a new key signs, and the old one still proves what it signed.
    app.clock.advance(TimeDelta::seconds(1));
    let other =
        app.services.clone().with_vault(Vault::of(Some(&"another secret, of 32 bytes or more".into())));
    signing::rotate(&other, &Caller::system("test")).await.unwrap();
    assert_eq!(kids(&app).await.len(), 2);
    assert!(opens(&app, &first).await);
    let mut database = app.db.connect().await;
    let sealed: Vec<Vec<u8>> =
        sqlx::query_scalar("select sealed_key from signing_key").fetch_all(&mut database).await.unwrap();
    // The beginning of every private key in PKCS #8.
    assert!(sealed.iter().all(|key| !key.windows(5).any(|part| part == [0x06, 0x03, 0x2b, 0x65, 0x70])));
}

#[tokio::test]
async fn development_tokens_are_taken_only_where_that_is_configured() {
    let app = TestApp::start().await;
    let settings = |development| Settings {
        secret: Some("a secret of the tests, of 32 bytes or more".into()),
        development,
        ..Settings::default()
    };
    let make = |development| {
        Authn::new(&settings(development), app.clock.clone(), Some(app.services.clone())).unwrap()
    };
    let minted = make(Some(true)).mint("ada", Role::Owner, None, TimeDelta::hours(1)).unwrap();
    let bearer = format!("Bearer {minted}");
    assert!(make(Some(true)).authenticate(bearer.as_bytes()).await.is_ok());
    for refusing in [make(Some(false)), make(None)] {
        let rejected = refusing.authenticate(bearer.as_bytes()).await.unwrap_err();
        assert_eq!(
            (rejected.reason, rejected.error.message()),
            (Reason::Development, "the token is not valid here")
        );
        let told = refusing.mint("ada", Role::Owner, None, TimeDelta::hours(1)).unwrap_err();
        assert_eq!(told.violations()[0].path, "auth.development");
    }
}

#[tokio::test]
async fn a_token_of_an_application_is_forged_by_nobody() {
    let app = TestApp::start().await;
    let (_, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer"]})).await;
    let good = token(&app, &client, &secret).await;
    let services = Services { credentials: Default::default(), ..app.services.clone() };
    let elsewhere = Settings {
        secret: Some("a secret of the tests, of 32 bytes or more".into()),
        public_url: Some("https://elsewhere.example".to_owned()),
        ..Settings::default()
    };
    let elsewhere = Authn::new(&elsewhere, app.clock.clone(), Some(services)).unwrap();
    let foreign = elsewhere.issue(&client, &secret, None).await.unwrap().token;
    assert!(opens(&app, &good).await && !opens(&app, &foreign).await);
    let [head, claims, signature] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let [_, foreign_claims, _] = foreign.split('.').collect::<Vec<_>>().try_into().unwrap();
    for forged in [
        format!("{head}.{foreign_claims}.{signature}"),
        format!("{head}.{claims}."),
        format!("eyJhbGciOiJub25lIn0.{claims}."),
        format!("eyJhbGciOiJFZERTQSJ9.{claims}.{signature}"),
    ] {
        assert!(!opens(&app, &forged).await, "{forged}");
    }
    app.clock.advance(REVOKED_AFTER);
    assert!(opens(&app, &good).await);
}

#[tokio::test]
async fn a_role_that_is_asked_for_many_times_is_held_once() {
    let app = TestApp::start().await;
    let (_, client, secret) = application(&app, json!({"name": "a", "roles": ["viewer", "editor"]})).await;
    let scope = ["viewer"; 1_000].join("+");
    let form = format!("{GRANT}&client_id={client}&client_secret={secret}&scope={scope}+editor");
    let issued = ask(&app, request(), form).await;
    assert_eq!(issued.json()["scope"], "viewer editor", "{}", issued.body);
}
