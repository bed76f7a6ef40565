//! What operations and browsers see of the door: ids, health, metrics, problems, other origins.

use std::sync::Arc;

use axum::body::Body;
use brandgraph::{
    domain::Code,
    http::{self, Cors, Door, Settings},
};
use futures::FutureExt;

use crate::http_door::{ask, database_down, door, get, open, post};

#[tokio::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let query = r#"{"query": "{ requestId }"}"#;
    let longest = "x".repeat(128);
    for kept in ["abc-123", longest.as_str()] {
        let answer = ask(&open(), post().header("x-request-id", kept), query).await;
        assert_eq!(answer.header("x-request-id"), kept);
        assert_eq!(answer.json()["data"]["requestId"], kept);
    }
    let too_long = "x".repeat(129);
    for replaced in ["", "a b", "bell\u{fe}", too_long.as_str()] {
        let answer = ask(&open(), post().header("x-request-id", replaced.as_bytes()), query).await;
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.parse::<uuid::Uuid>().unwrap().get_version_num(), 7);
        assert_eq!(answer.json()["data"]["requestId"], id.as_str());
    }
}

#[tokio::test]
async fn the_server_is_ready_while_its_database_answers_and_it_is_not_going_away() {
    assert_eq!(ask(&open(), get("/health/live"), Body::empty()).await.status, 200);
    assert_eq!(ask(&open(), get("/health/ready"), Body::empty()).await.status, 200);

    let down = Door { ready: Arc::new(|| async { database_down() }.boxed()), ..door() };
    let router = http::router(down, &Settings::default()).unwrap();
    let answer = ask(&router, get("/health/ready"), Body::empty()).await;
    assert_eq!((answer.status, answer.header("content-type")), (503, "application/problem+json"));
    assert!(!answer.body.contains("10.0.0.7"), "{}", answer.body);
    assert_eq!(ask(&router, get("/health/live"), Body::empty()).await.status, 200);

    let leaving = door();
    leaving.draining.begin();
    let router = http::router(leaving, &Settings::default()).unwrap();
    assert_eq!(ask(&router, get("/health/ready"), Body::empty()).await.status, 503);
}

#[tokio::test(start_paused = true)]
async fn a_database_that_says_nothing_is_not_ready() {
    let hung = Door { ready: Arc::new(|| std::future::pending().boxed()), ..door() };
    let router = http::router(hung, &Settings::default()).unwrap();
    assert_eq!(ask(&router, get("/health/ready"), Body::empty()).await.status, 503);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let answer = ask(&open(), get("/nowhere").header("x-request-id", "r-9"), Body::empty()).await;
    assert_eq!((answer.status, answer.header("content-type")), (404, "application/problem+json"));
    assert_eq!(
        answer.json(),
        serde_json::json!({
            "type": "about:blank", "title": "Not Found", "status": 404,
            "detail": "this path was not found", "code": Code::NotFound.name(), "requestId": "r-9",
        })
    );
    let answer = ask(&open(), axum::http::Request::post("/schema.graphql"), Body::empty()).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "GET,HEAD");
    assert_eq!(answer.json()["title"], "Method Not Allowed");
}

#[tokio::test]
async fn the_schema_is_a_file() {
    let answer = ask(&open(), get("/schema.graphql"), Body::empty()).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("type Query"), "{}", answer.body);
}

#[tokio::test]
async fn requests_are_counted_and_timed_by_route_and_never_by_what_a_client_invents() {
    let router = open();
    ask(&router, get("/made/up/by/somebody"), Body::empty()).await;
    ask(&router, post(), r#"{"query": "{ secretSelection: who }"}"#).await;
    ask(&router, post(), r#"{"query": "{"}"#).await;
    ask(&router, get("/graphql?query=mutation%7Bwrite%7D"), Body::empty()).await;
    let invented = axum::http::Request::builder().method("INVENTED").uri("/schema.graphql");
    ask(&router, invented, Body::empty()).await;
    let page = ask(&router, get("/metrics"), Body::empty()).await;
    assert!(page.header("content-type").starts_with("text/plain; version=0.0.4"));
    let page = page.body;
    for wanted in [
        r#"http_requests_total{method="POST",route="/graphql",status="200"}"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"}"#,
        r#"http_requests_total{method="OTHER",route="/schema.graphql",status="405"}"#,
        r#"graphql_requests_total{operation_type="query",outcome="executed"}"#,
        r#"graphql_requests_total{operation_type="unknown",outcome="rejected"}"#,
        r#"graphql_requests_total{operation_type="mutation",outcome="mutation_refused"}"#,
        r#"http_request_duration_seconds_bucket{method="POST",route="/graphql",status="200",le="0.005"}"#,
    ] {
        assert!(page.contains(wanted), "{wanted} is not in\n{page}");
    }
    for unwanted in ["made/up", "secretSelection", "INVENTED"] {
        assert!(!page.contains(unwanted), "{unwanted} is in\n{page}");
    }
}

#[tokio::test]
async fn only_listed_origins_may_call() {
    let preflight = |origin: &str| {
        axum::http::Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type,authorization")
    };
    let closed = ask(&open(), preflight("https://shop.example"), Body::empty()).await;
    assert_eq!(closed.header("access-control-allow-origin"), "");

    let with = |origins: &[&str]| {
        let origins = origins.iter().map(ToString::to_string).collect();
        http::router(door(), &Settings { cors: Cors { origins }, ..Settings::default() })
    };
    let router = with(&["https://shop.example", "http://localhost:3000"]).unwrap();
    let open = ask(&router, preflight("https://shop.example"), Body::empty()).await;
    assert_eq!(open.header("access-control-allow-origin"), "https://shop.example");
    assert!(open.header("access-control-allow-headers").contains("authorization"));
    let foreign = ask(&router, preflight("https://evil.example"), Body::empty()).await;
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    assert!(with(&["*"]).is_ok());

    for wrong in ["shop.example", "https://shop.example/", "https://shop.example/path", "ftp://x", "null", ""]
    {
        let error = with(&[wrong]).unwrap_err();
        assert_eq!(error.violations()[0].path, "http.cors.origins", "{wrong:?}");
    }
}

#[test]
fn an_unknown_setting_is_an_error_that_names_it() {
    let error = serde_json::from_str::<Settings>(r#"{"bodylimit": 1}"#).unwrap_err();
    assert!(error.to_string().contains("bodylimit"), "{error}");
    let settings: Settings =
        serde_json::from_str(r#"{"listen": "0.0.0.0:80", "playground": false}"#).unwrap();
    assert_eq!(settings.body_limit_bytes, 1_048_576);
}
