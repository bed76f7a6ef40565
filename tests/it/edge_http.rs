//! Requests that announce too much, name nothing, or go in circles are told so, at once and by name.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::Body;
use brandgraph::http::Settings;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use serde_json::json;

use crate::{
    harness::TestApp,
    http_door::{ask, door, post},
};

/// A body that says how long it is, and never comes.
struct Announced(u64);

impl hyper::body::Body for Announced {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Pending
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_announced_as_too_large_is_refused_before_it_comes() {
    let router = brandgraph::http::router(door(), &Settings::default()).unwrap();
    let answer = ask(&router, post(), Body::new(Announced(2_000_000))).await;
    assert_eq!((answer.status, answer.header("connection")), (413, "close"));
    assert_eq!(answer.error()["extensions"]["details"]["value"], 2_000_000);
    // What keeps to the limit is still waited for.
    let answer = ask(&router, post(), Body::new(Announced(1_000))).await;
    assert_eq!(answer.status, 408);
}

#[tokio::test]
async fn an_operation_without_a_name_is_not_found_by_an_empty_one() {
    let app = TestApp::start().await;
    for query in ["{ __typename }", "query A { __typename }"] {
        let body = json!({"query": query, "operationName": ""}).to_string();
        let request = http::Request::post("/graphql").header("content-type", "application/json");
        let response = app.as_owner().send(request, body).await;
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let answer: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "INVALID");
        assert_eq!(error["message"], "operationName: there is no operation named \"\"");
    }
}

#[tokio::test]
async fn a_fragment_that_spreads_itself_is_named() {
    let app = TestApp::start().await;
    for (query, message) in [
        (
            "{ brands { nodes { ...A } } } fragment A on Brand { name ...A }",
            "the fragment \"A\" spreads itself",
        ),
        (
            "{ brands { nodes { ...A } } }
             fragment A on Brand { entries { nodes { ...B } } }
             fragment B on Entry { brand { ... { ...C } } }
             fragment C on Brand { ...A }",
            "the fragment \"A\" spreads itself by way of \"B\", \"C\"",
        ),
    ] {
        let error = app.as_owner().error(query, json!({})).await;
        assert_eq!((&error["extensions"]["code"], &error["message"]), (&json!("INVALID"), &json!(message)));
        assert!(error["locations"][0]["line"].is_u64(), "{error}");
    }
    // The same fragment in two places is no circle.
    let twice =
        "{ brands { nodes { ...A ...B } } } fragment A on Brand { ...B } fragment B on Brand { slug }";
    app.as_owner().data(twice, json!({})).await;
}
