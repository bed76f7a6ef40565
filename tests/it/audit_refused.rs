//! What is refused leaves a record too: told together, bounded, never in the way.

use std::net::IpAddr;

use axum::{
    body::Body,
    http::{Request, header},
};
use brandgraph::{
    domain::{
        access::{Actor, Role},
        audit::{Reason, Refusal},
    },
    http::Peer,
    service::{Caller, audit, signing},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::harness::TestApp;

const TAG: &str = "mutation($id: ID!) { deleteTag(input: {id: $id}) { deletedId } }";

async fn records(app: &TestApp) -> Vec<Value> {
    let sql =
        "select to_jsonb(r) from audit_record r where outcome = 'refused' order by created_at, reason, count";
    sqlx::query_scalar(sql).fetch_all(&mut app.db.connect().await).await.unwrap()
}

fn from(address: &str) -> Caller {
    Caller { from: Some(address.parse::<IpAddr>().unwrap()), ..Caller::of(Actor::Anonymous) }
}

#[tokio::test]
async fn refusals_are_told_once_a_minute_with_how_many_there_were() {
    let app = TestApp::start().await;
    let id = json!({"id": format!("tag_{}", uuid::Uuid::nil())});
    for _ in 0..3 {
        assert_eq!(app.as_role(Role::Viewer).code(TAG, id.clone()).await, "FORBIDDEN");
    }
    assert_eq!(app.as_anonymous().code("{ brands { nodes { id } } }", json!({})).await, "UNAUTHENTICATED");
    assert_eq!(audit::flush(&app.services, false).await.unwrap(), 0, "a minute is not over");
    app.clock.advance(TimeDelta::seconds(60));
    assert_eq!(audit::flush(&app.services, false).await.unwrap(), 2);
    let left = records(&app).await;
    assert_eq!(left.len(), 2, "{left:#?}");
    let (forbidden, anonymous) = (&left[0], &left[1]);
    assert_eq!(forbidden["kind"], json!("access.refused"));
    assert_eq!(forbidden["reason"], json!("forbidden"));
    assert_eq!(forbidden["actor"], json!("user:viewer"));
    assert_eq!(forbidden["count"], json!(3));
    assert_eq!(forbidden["detail"]["what"], json!("deleteTag"));
    assert!(forbidden["request_id"].is_string() && forbidden["credential"].is_string());
    assert_eq!((&anonymous["actor"], &anonymous["reason"]), (&json!("anonymous"), &json!("unauthenticated")));
    assert_eq!(anonymous["detail"]["what"], json!("brands"));
    // What was told is not told again.
    assert_eq!(audit::flush(&app.services, true).await.unwrap(), 0);
}

#[tokio::test]
async fn a_login_that_fails_leaves_a_record() {
    let app = TestApp::start().await;
    let request = Request::post("/graphql")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "curl/8 (a test)")
        .header(header::AUTHORIZATION, "Bearer no.token.this");
    let answer =
        app.as_anonymous().send(request, Body::from("{\"query\": \"{ viewer { subject } }\"}")).await;
    assert_eq!(answer.status(), 401);
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["kind"], json!("login.refused"));
    assert_eq!(left[0]["reason"], json!("malformed"));
    assert_eq!(left[0]["user_agent"], json!("curl/8 (a test)"));
    assert!(!left[0].to_string().contains("no.token.this"));
}

#[tokio::test]
async fn credentials_are_recorded_and_charged_wherever_they_are_tried() {
    let app = TestApp::with(|config| {
        config.http.open_schema = Some(false);
        config.rate_limits.enabled = Some(true);
        config.rate_limits.anonymous.points_per_minute = Some(1);
        config.rate_limits.anonymous.burst = Some(20);
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let request = Request::get("/schema.graphql")
            .header(header::AUTHORIZATION, "Bearer no.token.this")
            .extension(Peer("192.0.2.1:4711".parse().unwrap()));
        statuses.push(app.as_anonymous().send(request, Body::empty()).await.status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 429]);
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    let told = left.iter().find(|record| record["kind"] == "login.refused").unwrap();
    assert_eq!((&told["count"], &told["detail"]["what"]), (&json!(3), &json!("/schema.graphql")));
}

#[tokio::test]
async fn foreign_pages_strangers_and_clients_without_a_secret_are_recorded() {
    let app = TestApp::with(|config| config.http.open_schema = Some(false)).await;
    let status = async |request: http::request::Builder, body: &'static str| {
        app.as_anonymous().send(request, Body::from(body)).await.status().as_u16()
    };
    let foreign = Request::get("/graphql?query=%7B__typename%7D").header("sec-fetch-site", "cross-site");
    assert_eq!(status(foreign, "").await, 403);
    let json = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    status(json, r#"{"query": "{ __schema { queryType { name } } }"}"#).await;
    let form =
        || Request::post("/v1/oauth/token").header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    assert_eq!(status(form(), "grant_type=client_credentials&client_id=mallory").await, 401);
    let basic = form().header(header::AUTHORIZATION, "Basic !");
    assert_eq!(status(basic, "grant_type=client_credentials").await, 401);
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    let mut told: Vec<_> =
        left.iter().map(|one| [&one["reason"], &one["detail"]["what"], &one["detail"]["claimed"]]).collect();
    told.sort_by_key(|one| one.iter().map(ToString::to_string).collect::<String>());
    assert_eq!(
        json!(told),
        json!([
            ["malformed", "/v1/oauth/token", "mallory"],
            ["malformed", "/v1/oauth/token", null],
            ["origin", "/graphql", null],
            ["unauthenticated", "__schema", null],
        ])
    );
}

#[tokio::test]
async fn whoever_asks_too_often_leaves_a_record() {
    let app = TestApp::with(|config| {
        config.rate_limits.enabled = Some(true);
        config.rate_limits.anonymous.points_per_minute = Some(1);
        config.rate_limits.anonymous.burst = Some(20);
    })
    .await;
    let mut limited = 0;
    for _ in 0..40 {
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .extension(Peer("192.0.2.1:4711".parse().unwrap()));
        let answer =
            app.as_anonymous().send(request, Body::from("{\"query\": \"{ viewer { subject } }\"}")).await;
        limited += i32::from(answer.status() == 429);
    }
    assert!(limited > 0);
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    assert_eq!(left.len(), 1);
    assert_eq!((&left[0]["kind"], &left[0]["reason"]), (&json!("request.limited"), &json!("rate_limited")));
    assert_eq!((&left[0]["count"], &left[0]["ip"]), (&json!(limited), &json!("192.0.2.1")));
}

#[tokio::test]
async fn what_is_limited_leaves_a_record_at_every_door() {
    let app = TestApp::with(|config| {
        config.rate_limits.enabled = Some(true);
        config.rate_limits.anonymous.points_per_minute = Some(1);
        config.rate_limits.anonymous.burst = Some(2);
        config.rate_limits.user.points_per_minute = Some(1);
        config.rate_limits.user.burst = Some(2);
    })
    .await;
    let asset = format!("/v1/assets/asset_{}", uuid::Uuid::nil());
    let mut limited = Vec::new();
    for _ in 0..4 {
        let peer = |request: http::request::Builder, last: u8| {
            request.extension(Peer(([192, 0, 2, last], 4711).into()))
        };
        let form = Request::post("/v1/oauth/token")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (last, request) in [(1, form), (2, Request::get("/.well-known/jwks.json"))] {
            limited.push(app.as_anonymous().send(peer(request, last), Body::empty()).await.status().as_u16());
        }
        limited
            .push(app.as_owner().send(peer(Request::get(&asset), 3), Body::empty()).await.status().as_u16());
    }
    assert_eq!(limited[9..], [429, 429, 429], "{limited:?}");
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    let mut told: Vec<_> = left
        .iter()
        .filter(|one| one["reason"] == "rate_limited")
        .map(|one| one["detail"]["what"].as_str().unwrap())
        .collect();
    told.sort_unstable();
    assert_eq!(told, ["/.well-known/jwks.json", "/v1/assets", "/v1/oauth/token"], "{left:#?}");
}

#[tokio::test]
async fn a_key_that_signs_leaves_a_record_without_itself() {
    let app = TestApp::start().await;
    signing::rotate(&app.services, &Caller::system("keys")).await.unwrap();
    let sql = "select to_jsonb(r) from audit_record r where kind = 'signing_key.created'";
    let left: Vec<Value> = sqlx::query_scalar(sql).fetch_all(&mut app.db.connect().await).await.unwrap();
    assert_eq!(left[0]["actor"], json!("system:keys"));
    assert_eq!(left[0]["after"]["privateKey"], json!({"$masked": true}));
    assert!(left[0]["after"]["signsFrom"].is_string() && left[0]["before"].is_null());
}

#[tokio::test]
async fn a_flood_fills_neither_memory_nor_record() {
    let app = TestApp::start().await;
    // One address that tries one thing after the other.
    for number in 0..10_000 {
        let refusal = Refusal::new(Reason::Login("secret"), "/graphql").claiming(format!("key {number}"));
        audit::refused(&app.services, &from("192.0.2.1"), refusal);
    }
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    assert_eq!(left.len(), 33);
    let told: i64 = left.iter().map(|record| record["count"].as_i64().unwrap()).sum();
    assert_eq!(told, 10_000, "everything is counted");
    // Many addresses.
    for number in 0..5_000_u32 {
        let address = IpAddr::from(number.to_be_bytes()).to_string();
        audit::refused(&app.services, &from(&address), Refusal::new(Reason::Login("secret"), "/graphql"));
    }
    audit::flush(&app.services, true).await.unwrap();
    let left = records(&app).await;
    assert_eq!(left.len(), 33 + 2_001);
    let dropped = left.iter().find(|record| record["kind"] == "audit.dropped").unwrap();
    assert_eq!(dropped["count"], json!(3_000));
}

#[tokio::test]
async fn what_cannot_be_written_is_told_later_as_so_many() {
    let app = TestApp::start().await;
    let mut database = app.db.connect().await;
    for _ in 0..4 {
        audit::refused(&app.services, &from("192.0.2.1"), Refusal::new(Reason::Forbidden, "brands"));
    }
    sqlx::raw_sql("alter table audit_record rename to away").execute(&mut database).await.unwrap();
    audit::flush(&app.services, true).await.unwrap_err();
    sqlx::raw_sql("alter table away rename to audit_record").execute(&mut database).await.unwrap();
    assert_eq!(audit::flush(&app.services, true).await.unwrap(), 1);
    let left = records(&app).await;
    assert_eq!((&left[0]["kind"], &left[0]["count"]), (&json!("audit.dropped"), &json!(4)));
}
