//! Errors as HTTP answers: GraphQL-shaped on the endpoint, problem documents (RFC 9457) everywhere else.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE},
};
use serde_json::{Map, Value, json};

use super::{
    media::MediaType,
    request_id::{HEADER, RequestId},
};
use crate::{
    domain::{Error, audit::Reason},
    graphql::error::REFUSED,
};

const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// A request that is answered with an error: which status, which headers beside it.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    error: Error,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::new(error.code().http_status(), error)
    }
}

impl Refusal {
    /// A refusal whose status says more than the error's code does.
    pub(super) fn new(status: u16, error: Error) -> Self {
        Self { status, error, headers: Vec::new() }
    }

    /// Adds a header to the answer.
    pub(super) fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    /// Adds headers that are made for this answer.
    pub(super) fn with_all(mut self, headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// What kind of bound it is about, where it is.
    pub(super) fn limited(&self) -> Option<Reason> {
        self.error.limit_name().map(|_| Reason::TooCostly)
    }

    /// The HTTP status.
    pub(super) fn code(&self) -> u16 {
        self.status
    }

    /// Closes the connection after the answer, since what the client still sends was not read.
    pub(super) fn closing(self) -> Self {
        self.with(CONNECTION, "close")
    }

    /// The answer on the GraphQL endpoint.
    pub(super) fn graphql(self, media: MediaType, id: &RequestId) -> Response {
        self.log(id);
        let mut extensions = facts(&self.error, id);
        extensions.insert("retryable".to_owned(), json!(self.error.retryable()));
        let body = json!({ "errors": [{ "message": self.error.message(), "extensions": Value::Object(extensions) }] });
        self.finish(media.header(), &body)
    }

    /// The answer everywhere else.
    pub(super) fn problem(self, id: &RequestId) -> Response {
        self.log(id);
        let problem = self.document(id);
        self.finish(PROBLEM, &problem)
    }

    /// The same, as HTTP/1.1 writes it, for a request that no route can see.
    pub(super) fn written(self, id: &RequestId) -> Vec<u8> {
        self.log(id);
        let (status, body) = (self.status(), self.document(id).to_string());
        let head =
            format!("HTTP/1.1 {status}\r\n{HEADER}: {}\r\ncontent-length: {}\r\n", id.as_str(), body.len());
        let mut answer = head.into_bytes();
        for (name, value) in &self.headers(PROBLEM) {
            let parts = [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"];
            parts.into_iter().for_each(|part| answer.extend_from_slice(part));
        }
        answer.extend_from_slice(b"\r\n");
        answer.extend_from_slice(body.as_bytes());
        answer
    }

    fn document(&self, id: &RequestId) -> Value {
        let status = self.status();
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!("about:blank"));
        problem.insert("title".to_owned(), json!(status.canonical_reason().unwrap_or("Error")));
        problem.insert("status".to_owned(), json!(status.as_u16()));
        problem.insert("detail".to_owned(), json!(self.error.message()));
        problem.extend(facts(&self.error, id));
        Value::Object(problem)
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The source never reaches a client; the log is where it goes.
    fn log(&self, id: &RequestId) {
        if let Some(limit) = self.error.limit_name() {
            ::metrics::counter!(REFUSED, "limit" => limit).increment(1);
        }
        if self.status >= 500 {
            let source = std::error::Error::source(&self.error).map(ToString::to_string);
            tracing::error!(request_id = id.as_str(), error = %self.error, source, "request failed");
        }
    }

    fn finish(self, media: HeaderValue, body: &Value) -> Response {
        (self.status(), self.headers(media), body.to_string()).into_response()
    }

    fn headers(self, media: HeaderValue) -> HeaderMap {
        let own = [(CONTENT_TYPE, media), (CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        own.into_iter().chain(self.headers).collect()
    }
}

/// What both shapes say beyond the message.
fn facts(error: &Error, id: &RequestId) -> Map<String, Value> {
    let mut facts = Map::new();
    facts.insert("code".to_owned(), json!(error.code().name()));
    facts.insert("requestId".to_owned(), json!(id.as_str()));
    if !error.violations().is_empty() {
        let violations: Vec<Value> = error
            .violations()
            .iter()
            .map(|violation| {
                json!({ "path": violation.path, "code": violation.code, "message": violation.message })
            })
            .collect();
        facts.insert("violations".to_owned(), Value::Array(violations));
    }
    if let Some(details) = error.details() {
        facts.insert("details".to_owned(), details.clone());
    }
    facts
}
