//! What is written down about every request: a span, one log line, a count and a duration. Never a query or a token.

use std::{any::Any, panic::AssertUnwindSafe, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;
use http::Method;
use tracing::Instrument;

use super::{error::Refusal, media::MediaType, metrics, request_id::RequestId, router};
use crate::domain::Error;

/// Logs, counts and times the request.
pub(super) async fn observe(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = method_label(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("unmatched", MatchedPath::as_str);
    let id = RequestId::of(request.extensions());
    let span = tracing::info_span!("http", method, route, request_id = id.as_str());

    let response = next.run(request).instrument(span.clone()).await;

    let elapsed = started.elapsed().as_secs_f64();
    let status = response.status();
    let labels =
        [("method", method.to_owned()), ("route", route.to_owned()), ("status", status.as_str().to_owned())];
    ::metrics::counter!(metrics::HTTP_REQUESTS, &labels).increment(1);
    ::metrics::histogram!(metrics::HTTP_DURATION, &labels).record(elapsed);
    span.in_scope(|| {
        let (status, latency_ms) = (status.as_u16(), elapsed * 1000.0);
        // Probes and scrapes come every few seconds for ever; they are not news.
        if router::OPERATIONS.contains(&route) && status < 500 {
            tracing::debug!(status, latency_ms, "answered");
        } else {
            tracing::info!(status, latency_ms, "answered");
        }
    });
    response
}

/// Turns a panic into a 500 that tells nothing, and into a log line that tells all; the process goes on.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions());
    let graphql = request.uri().path() == router::GRAPHQL;
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let refusal = Refusal::from(Error::internal(format!("panicked: {}", reason(panic.as_ref()))));
            if graphql { refusal.graphql(MediaType::Json, &id) } else { refusal.problem(&id) }
        }
    }
}

fn reason(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// A client may invent methods; labels stay few.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "OTHER",
    }
}
