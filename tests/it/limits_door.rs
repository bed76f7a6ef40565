//! Bounds at the door: heads to the byte, room for strangers' bodies, pages of other origins, who reads metrics.

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use brandgraph::{
    domain::access::Role,
    http::{self, Cors, Settings},
    service::audit,
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use crate::{
    harness::TestApp,
    http_door::{Server, answer, ask, door, get, open, post},
};

const WHO: &str = r#"{"query": "{ who }"}"#;

#[tokio::test]
async fn a_head_is_bounded_to_the_byte() {
    let settings = Settings { header_limit_bytes: 8_192, ..Settings::default() };
    let router = http::router(door(), &settings).unwrap();
    let written = "POST /graphql HTTP/1.1\r\ncontent-type: application/json\r\nx-filler: \r\n\r\n".len();
    for (length, status) in [(8_192, 200), (8_193, 431)] {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-filler", "a".repeat(length - written));
        let answer = ask(&router, request, WHO).await;
        assert_eq!(answer.status, status, "{length}: {}", answer.body);
        if status == 431 {
            assert_eq!(answer.error()["extensions"]["code"], "LIMIT_EXCEEDED");
            let details = json!({"limit": "header_limit_bytes", "bound": 8_192, "value": 8_193});
            assert_eq!(answer.error()["extensions"]["details"], details);
            assert_eq!(answer.header("connection"), "close");
        }
    }
    let elsewhere =
        ask(&router, get("/health/live").header("x-filler", "a".repeat(9_000)), Body::empty()).await;
    assert_eq!((elsewhere.status, elsewhere.header("content-type")), (431, "application/problem+json"));
}

/// What a server says to bytes, until it closes.
async fn said(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The server may have answered, and gone, before everything is out.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

/// The document in an answer.
fn document(answer: &str) -> Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn a_head_that_reaches_no_route_is_refused_in_our_words() {
    let settings = Settings { header_limit_bytes: 8_192, ..Settings::default() };
    let server = Server::start(door(), settings).await;
    let head = |filler: &str| format!("GET /health/live HTTP/1.1\r\nhost: a\r\n{filler}\r\n");
    // Far beyond any buffer, also in its first line, and also where the end never comes.
    let giant = "x".repeat(900_000);
    for bytes in
        [head(&format!("x-filler: {giant}\r\n")), format!("GET /{giant}"), head(&format!("{giant}: 1\r\n"))]
    {
        let answer = said(&server, bytes.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
        assert!(
            answer.contains("\r\nconnection: close\r\n") && answer.contains("\r\nx-request-id: "),
            "{answer}"
        );
        let problem = document(&answer);
        assert_eq!((&problem["code"], &problem["status"]), (&json!("LIMIT_EXCEEDED"), &json!(431)));
        assert_eq!(problem["details"]["limit"], "header_limit_bytes");
        assert_eq!(problem["details"]["bound"], 8_192);
        assert!(problem["details"]["value"].as_u64().unwrap() > 8_192);
    }
    let fields: String = (0..101).map(|at| format!("x-{at}: 1\r\n")).collect();
    let many = said(&server, head(&fields).as_bytes()).await;
    assert_eq!(document(&many)["details"], json!({"limit": "header_fields", "bound": 100, "value": 101}));
    // After an answer, on the same connection, and behind a request that was sent along with it.
    let twice = head("") + "NONSENSE\r\n\r\n";
    let answer = said(&server, twice.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let second = answer.split_once("HTTP/1.1 400 ").unwrap().1;
    assert_eq!(document(second)["code"], "INVALID");
    let counted = Client::new()
        .get(format!("http://{}/metrics", server.address))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    for name in [
        "limit_refusals_total{limit=\"header_limit_bytes\"}",
        "limit_refusals_total{limit=\"header_fields\"}",
        "unreadable_requests_total ",
    ] {
        assert!(counted.contains(name), "{name}: {counted}");
    }
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused_over_http2_with_a_code() {
    let settings = Settings { header_limit_bytes: 8_192, ..Settings::default() };
    let server = Server::start(door(), settings).await;
    let http2 = Client::builder().http2_prior_knowledge().build().unwrap();
    let ask = async |length: usize| {
        let request = http2.get(format!("http://{}/health/live", server.address));
        let answer = request.header("x-large", "x".repeat(length)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(ask(4_000).await.0, 200);
    for length in [40_000, 400_000] {
        let (status, body) = ask(length).await;
        let problem: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &problem["code"]), (431, &json!("LIMIT_EXCEEDED")), "{length}");
    }
}

/// A body that a test sends piece by piece.
fn piecewise() -> (mpsc::UnboundedSender<Bytes>, Body) {
    let (pieces, receiver) = mpsc::unbounded_channel();
    let stream = futures::stream::unfold(receiver, async |mut receiver: mpsc::UnboundedReceiver<Bytes>| {
        let piece = receiver.recv().await?;
        Some((Ok::<_, std::io::Error>(piece), receiver))
    });
    (pieces, Body::from_stream(stream))
}

#[tokio::test]
async fn strangers_bodies_have_so_much_room_together_and_no_more() {
    let app = TestApp::with(|config| config.http.stranger_body_bytes = 1_000).await;
    let stranger = app.as_anonymous();
    let body = |length: usize| format!("{:<length$}", r#"{"query": "{ __typename }"}"#);
    // One is on its way, slowly.
    let (pieces, slow) = piecewise();
    let mut slowly = Box::pin(stranger.send(post(), slow));
    pieces.send(body(600).into()).unwrap();
    assert!(futures::poll!(&mut slowly).is_pending());
    let refused = answer(stranger.send(post(), body(401)).await).await;
    assert_eq!((refused.status, refused.error()["extensions"]["code"].clone()), (503, json!("UNAVAILABLE")));
    assert_eq!((refused.header("retry-after"), refused.header("connection")), ("1", "close"));
    assert_eq!(answer(stranger.send(post(), body(400)).await).await.status, 200);
    assert_eq!(
        answer(app.as_owner().send(post(), body(5_000)).await).await.status,
        200,
        "who is known is heard"
    );
    drop(pieces);
    assert_eq!(answer(slowly.await).await.status, 200);
    for _ in 0..3 {
        assert_eq!(
            answer(stranger.send(post(), body(1_000)).await).await.status,
            200,
            "what is read is given back"
        );
    }
    assert!(app.as_owner().get("/metrics").await.contains("stranger_bodies_refused_total"));
}

#[tokio::test]
async fn a_page_of_another_origin_may_send_what_clients_send_and_read_what_they_read() {
    let cors = Cors { origins: vec!["https://shop.example".to_owned()] };
    let router = http::router(door(), &Settings { cors, ..Settings::default() }).unwrap();
    let preflight = |origin: &str, method: &str, headers: &str| {
        Request::options("/graphql")
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", headers)
    };
    let wanted = [
        "authorization",
        "content-type",
        "x-api-key",
        "idempotency-key",
        "x-request-id",
        "apollo-require-preflight",
        "traceparent",
    ];
    let answer =
        ask(&router, preflight("https://shop.example", "POST", &wanted.join(",")), Body::empty()).await;
    assert_eq!(answer.status, 200);
    let listed = |name: &str| -> Vec<String> {
        answer.header(name).split(',').map(|one| one.trim().to_ascii_lowercase()).collect()
    };
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
    assert_eq!(answer.header("access-control-max-age"), "3600");
    assert_eq!(answer.header("access-control-allow-credentials"), "", "there are no cookies to send along");
    assert!(answer.header("vary").contains("origin"), "{:?}", answer.headers);
    let allowed = listed("access-control-allow-headers");
    assert!(wanted.iter().all(|name| allowed.contains(&(*name).to_owned())), "{allowed:?}");
    let methods = listed("access-control-allow-methods");
    assert!(["get", "post"].iter().all(|name| methods.contains(&(*name).to_owned())), "{methods:?}");
    let foreign =
        ask(&router, preflight("https://evil.example", "POST", "authorization"), Body::empty()).await;
    assert_eq!(foreign.header("access-control-allow-origin"), "");
    // What is answered can be read by the page.
    let answer = ask(&router, post().header("origin", "https://shop.example"), WHO).await;
    let exposed: Vec<String> =
        answer.header("access-control-expose-headers").split(',').map(|one| one.trim().to_owned()).collect();
    for name in ["retry-after", "ratelimit", "ratelimit-policy", "x-request-id", "etag"] {
        assert!(exposed.contains(&name.to_owned()), "{name}: {exposed:?}");
    }
    assert_eq!(answer.header("access-control-allow-origin"), "https://shop.example");
    // Without a policy no page is told anything.
    let closed =
        ask(&open(), preflight("https://shop.example", "POST", "authorization"), Body::empty()).await;
    assert_eq!((closed.status, closed.header("access-control-allow-origin")), (204, ""));
}

#[tokio::test]
async fn metrics_are_for_operators() {
    let mut closed = door();
    closed.public_metrics = false;
    let operations = http::operations(closed.clone(), &Settings::default());
    let public = http::router(closed, &Settings::default()).unwrap();
    assert_eq!(ask(&public, get("/metrics"), Body::empty()).await.status, 404);
    for path in ["/metrics", "/health/live", "/health/ready"] {
        assert_eq!(ask(&operations, get(path), Body::empty()).await.status, 200, "{path}");
    }
    assert_eq!(ask(&public, get("/health/ready"), Body::empty()).await.status, 200);
    assert_eq!(ask(&operations, post(), WHO).await.status, 404, "nothing else is there");
    // In production the public listener has none unless it is said so.
    for (setting, status) in [(None, 404), (Some(true), 200)] {
        let app = TestApp::with(|config| {
            config.database.url = "postgres://elsewhere".to_owned().into();
            config.http.public_metrics = setting;
        })
        .await;
        assert_eq!(
            app.as_anonymous().send(get("/metrics"), "").await.status().as_u16(),
            status,
            "{setting:?}"
        );
    }
}

#[tokio::test]
async fn what_a_bound_refuses_before_anything_runs_is_recorded() {
    let app = TestApp::with(|config| config.http.body_limit_bytes = 2_000).await;
    let delivery = app.as_role(Role::Delivery);
    let deep = format!("{}{}", "{ a ".repeat(40), "}".repeat(40));
    assert_eq!(delivery.code(&deep, json!({})).await, "LIMIT_EXCEEDED");
    let dear = "{ entries(first: 100) { nodes { references(field: \"x\", first: 100) { nodes { references(field: \"x\", first: 100) { nodes { id } } } } } } }";
    assert_eq!(delivery.error(dear, json!({})).await["extensions"]["details"]["limit"], "cost");
    assert_eq!(delivery.code(&" ".repeat(3_000), json!({})).await, "LIMIT_EXCEEDED");
    audit::flush(&app.services, true).await.unwrap();
    let sql = "select jsonb_build_object('actor', actor, 'kind', kind, 'reason', reason, 'what', detail->'what') \
               from audit_record where outcome = 'refused' order by detail->>'what'";
    let told: Vec<Value> = sqlx::query_scalar(sql).fetch_all(&mut app.db.connect().await).await.unwrap();
    let record = |what: &str| json!({"actor": "user:delivery", "kind": "request.limited", "reason": "too_costly", "what": what});
    assert_eq!(told, ["/graphql", "cost", "depth"].map(record));
    let counted = app.as_owner().get("/metrics").await;
    assert!(counted.contains("limit_refusals_total{limit=\"body_limit_bytes\"}"), "{counted}");
}

#[tokio::test]
async fn what_is_no_credential_is_told_apart_from_a_header_that_is_none() {
    let router = open();
    for (name, value, message) in [
        ("authorization", "Bearer abc", "the token is neither a JSON Web Token nor an API key"),
        ("authorization", "Bearer a.b.c", "the token is neither a JSON Web Token nor an API key"),
        ("authorization", "abc", "the Authorization header must be: Bearer, a space, a token"),
        ("authorization", "Basic YWJj", "the Authorization header must be: Bearer, a space, a token"),
        ("x-api-key", "abc", "what is in the X-Api-Key header is not an API key"),
    ] {
        let answer = ask(&router, post().header(name, value), WHO).await;
        assert_eq!(
            (answer.status, answer.error()["message"].clone()),
            (401, json!(message)),
            "{name}: {value}"
        );
        assert!(answer.header("www-authenticate").starts_with("Bearer"), "{value}");
    }
    let both = post().header("authorization", "Bearer abc").header("x-api-key", "bg_1_2");
    let message = ask(&router, both, WHO).await.error()["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("credentials were sent more than once"), "{message}");
}
