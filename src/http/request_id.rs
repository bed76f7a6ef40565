//! One id per request: the client's own where it sent a sane one, ours otherwise; it goes into logs, errors and the answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{Extensions, HeaderName, HeaderValue};

use crate::kit::{clock::Clock, id};

/// The header, in and out.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id taken over from a client, in characters.
const MAX_LENGTH: usize = 128;

/// The id of one request: 1 to 128 visible ASCII characters.
#[derive(Debug, Clone)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// The client's id, where it is one that can safely be written into a log and a header.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let fits = (1..=MAX_LENGTH).contains(&value.len()) && value.iter().all(u8::is_ascii_graphic);
        if !fits {
            return None;
        }
        std::str::from_utf8(value).ok().map(|text| Self(text.into()))
    }

    /// A fresh id.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        Self(id::new(clock.now()).to_string().into())
    }

    /// The id of the request that these extensions belong to; empty outside the middleware.
    pub(super) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_else(|| Self("".into()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Gives every request its id and every answer the same one.
pub(super) async fn identify(State(clock): State<Clock>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(HEADER).and_then(|value| RequestId::parse(value.as_bytes()));
    let id = given.unwrap_or_else(|| RequestId::new(&clock));
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
