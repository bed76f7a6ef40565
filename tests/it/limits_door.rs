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
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::{
    harness::TestApp,
    http_door::{answer, ask, door, get, open, post},
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
