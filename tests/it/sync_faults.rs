//! Pulls from a platform that misbehaves: each fault gets a clear error, nothing is half-written, no secret is shown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use brandgraph::{
    domain::{Code, Error, source::RunStatus},
    service::source_sync::Run,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{Request, ResponseTemplate};

use crate::sync_world::{SECRET, World, platform};

const NOTES: &str = r#"connector: notes
auth: {bearer: {credential: token}}
headers: {X-Client: brandgraph}
limits: {timeout_seconds: 1, max_bytes: 100000}
content_types:
  - {key: note, name: Note, schema: {type: object}}
resources:
  - name: notes
    list: {path: /notes, query: {page: "{page}"}, items: .items, total: {header: X-Total}, paging: {page: {size: 2}}}
    entry: {type: note, external_id: .id, title: .title}
"#;

fn page(request: &Request) -> usize {
    request.url.query_pairs().find(|(key, _)| key == "page").unwrap().1.parse().unwrap()
}

fn good(page: usize) -> ResponseTemplate {
    let items = json!([{"id": 2 * page, "title": "A"}, {"id": 2 * page + 1, "title": "B"}]);
    ResponseTemplate::new(200).set_body_json(json!({"items": items})).insert_header("X-Total", "6")
}

/// Pulls three pages of which the second is bad.
async fn second_page(bad: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> (World, Run) {
    let world = World::new().await;
    let server = platform(move |request| match page(request) {
        2 => bad(request),
        page => good(page),
    })
    .await;
    world.source(NOTES, &server.uri()).await;
    let run = world.sync().await.unwrap();
    (world, run)
}

async fn fails_with(bad: ResponseTemplate, code: Code, message: &str) {
    let (mut world, run) = second_page(move |_| bad.clone()).await;
    let error = run.error.expect(message);
    assert_eq!((run.status, error.code()), (RunStatus::Failed, code), "{error}");
    assert!(error.message().contains(message), "{message:?} is not in {:?}", error.message());
    // The first page was written whole, nothing of the second was.
    assert_eq!(world.number("select count(*) from entry").await, 2);
    let shown = world.text("select status || ' ' || error_code || ' ' || error from sync_run").await;
    assert_eq!(shown, format!("failed {} {}", code.name(), error.message()));
    assert!(!printed(&error).contains(SECRET));
}

/// Everything that a log could show of an error.
fn printed(error: &Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        text += &format!(" {inner} {inner:?}");
        source = inner.source();
    }
    text
}

#[tokio::test]
async fn a_web_page_instead_of_json() {
    let html = "<!doctype html><title>Sign in</title>";
    fails_with(
        ResponseTemplate::new(200).set_body_raw(html, "text/html"),
        Code::UpstreamUnavailable,
        "GET /notes?page=2 answered with a web page, not with JSON",
    )
    .await;
    // Also where it lies about what it is.
    fails_with(
        ResponseTemplate::new(200).set_body_raw(html, "application/json"),
        Code::UpstreamUnavailable,
        "answered with a web page",
    )
    .await;
}

#[tokio::test]
async fn an_internal_error_of_the_platform_that_does_not_pass() {
    let echo = format!("token {SECRET} crashed me");
    fails_with(
        ResponseTemplate::new(500).set_body_string(echo),
        Code::UpstreamUnavailable,
        "GET /notes?page=2 answered 500 Internal Server Error",
    )
    .await;
}

#[tokio::test]
async fn refused_credentials() {
    fails_with(ResponseTemplate::new(401), Code::Invalid, "refused the credentials of the source (401").await;
    fails_with(ResponseTemplate::new(403), Code::Invalid, "refused the credentials of the source (403").await;
}

#[tokio::test]
async fn nothing_at_that_address() {
    fails_with(ResponseTemplate::new(404), Code::Invalid, "GET /notes?page=2 answered 404 Not Found").await;
}

#[tokio::test]
async fn half_a_page_of_json() {
    fails_with(
        ResponseTemplate::new(200).set_body_raw(r#"{"items": [{"id": 4, "tit"#, "application/json"),
        Code::UpstreamUnavailable,
        "resource `notes`: the answer ends in the middle, after 25 bytes",
    )
    .await;
}

#[tokio::test]
async fn another_envelope() {
    fails_with(
        ResponseTemplate::new(200).set_body_json(json!({"errors": [{"message": "no"}]})),
        Code::UpstreamUnavailable,
        "resource `notes`: `items` gives nothing, not a list; the answer is an object with `errors`",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_too_large() {
    fails_with(
        ResponseTemplate::new(200).set_body_string(" ".repeat(200_000)),
        Code::LimitExceeded,
        "is limited to 100000",
    )
    .await;
}

#[tokio::test]
async fn an_answer_that_is_too_slow() {
    fails_with(
        good(2).set_delay(Duration::from_secs(60)),
        Code::UpstreamUnavailable,
        "did not answer within 1 seconds",
    )
    .await;
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed_with_the_secret() {
    fails_with(
        ResponseTemplate::new(302).insert_header("Location", "http://other.invalid/notes"),
        Code::UpstreamUnavailable,
        "leads to another host, which is not followed",
    )
    .await;
}

#[tokio::test]
async fn patience_beyond_reason() {
    fails_with(
        ResponseTemplate::new(429).insert_header("Retry-After", "3600"),
        Code::UpstreamUnavailable,
        "asks for 3600 seconds of patience",
    )
    .await;
}

#[tokio::test]
async fn a_platform_that_always_sends_the_first_page() {
    let world = World::new().await;
    let server = platform(|_| good(1)).await;
    world.source(NOTES, &server.uri()).await;
    let error = world.sync().await.unwrap().error.unwrap();
    assert!(error.message().contains("page 2 is the same as the one before"), "{error}");
}

#[tokio::test]
async fn failures_that_pass_are_repeated_with_the_same_request_id() {
    for status in [429, 500, 502, 503, 504] {
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        let (mut world, run) = second_page(move |_| match counted.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => ResponseTemplate::new(status).insert_header("Retry-After", "0"),
            _ => good(2),
        })
        .await;
        assert!(run.error.is_none(), "{status}: {:?}", run.error);
        assert_eq!(tries.load(Ordering::Relaxed), 3);
        assert_eq!(world.number("select count(*) from entry").await, 6);
    }
}

#[tokio::test]
async fn every_request_carries_the_proof_the_headers_and_an_id() {
    let world = World::new().await;
    let server = platform(|request| good(page(request))).await;
    world.source(NOTES, &server.uri()).await;
    let run = world.sync().await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 3);
    for request in requests {
        let header = |name: &str| request.headers.get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("authorization"), format!("Bearer {SECRET}"));
        assert_eq!(header("x-client"), "brandgraph");
        assert_eq!(header("x-request-id"), run.id.to_string());
        assert!(header("user-agent").starts_with("brandgraph/"));
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_in_the_middle_of_an_answer() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).await;
            let half = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"items\": [";
            let _ = stream.write_all(half.as_bytes()).await;
        }
    });
    let mut world = World::new().await;
    world.source(NOTES, &format!("http://{address}")).await;
    let error = world.sync().await.unwrap().error.unwrap();
    assert_eq!(error.code(), Code::UpstreamUnavailable);
    assert!(error.message().ends_with("broke off in the middle of its answer"), "{error}");
    assert_eq!(world.number("select count(*) from entry").await, 0);
}

#[tokio::test]
async fn nobody_at_home() {
    let world = World::new().await;
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    world.source(NOTES, &format!("http://{free}")).await;
    let error = world.sync().await.unwrap().error.unwrap();
    assert!(error.message().ends_with("cannot be reached"), "{error}");
}

#[tokio::test]
async fn a_missing_credential_is_named_before_anything_is_sent() {
    let world = World::new().await;
    let connector = NOTES.replace("credential: token", "credential: api_key");
    world.source(&connector, "http://127.0.0.1:9").await;
    let error = world.sync().await.unwrap_err();
    assert_eq!(error.violations()[0].path, "credentials.api_key");
}

#[tokio::test]
async fn a_mapping_that_takes_too_long_is_given_up() {
    let mut world = World::new().await;
    let slow = r#".title | [.,.,.,.,.,.,.,.,.,.] | [.[] as $a | .[] as $b | .[] as $c | .[] as $d | .[] as $e | .[] as $f
          | .[] as $g | 1] | length | tostring"#;
    let connector = NOTES
        .replace("max_bytes: 100000", "max_bytes: 100000, mapping_seconds: 1")
        .replace("title: .title", &format!("title: '{slow}'"));
    let server = platform(|request| good(page(request))).await;
    world.source(&connector, &server.uri()).await;
    let error = world.sync().await.unwrap().error.unwrap();
    assert_eq!(error.message(), "resource `notes`: mapping one page took more than 1 seconds");
    assert_eq!(world.number("select count(*) from entry").await, 0);
}
