//! Recorded exchanges with a real platform: kept as one JSON file, from which a test double answers.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::credentials::Credentials;
use crate::domain::{Error, Result};

/// The headers of an answer that are kept: what a connector may read, and nothing that tells of a machine or a session.
const KEPT: [&str; 5] = ["content-type", "link", "retry-after", "x-wp-total", "x-wp-totalpages"];

/// A recording.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// What was recorded: the platform and its version.
    pub about: String,
    /// Every exchange, in order.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// Path and query, without the host.
    pub get: String,
    /// The answer's status.
    pub status: u16,
    /// Some of the answer's headers.
    pub headers: std::collections::BTreeMap<String, String>,
    /// The answer's body.
    pub body: Body,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// It was JSON: kept as such, so that a person can read the recording and its changes.
    Json(Value),
    /// It was something else.
    Text(String),
}

impl Body {
    /// The bytes to answer with.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Json(value) => value.to_string().into_bytes(),
            Self::Text(text) => text.clone().into_bytes(),
        }
    }
}

impl Cassette {
    /// Reads a recording.
    ///
    /// # Errors
    /// `INVALID` where the text is no recording.
    pub fn parse(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|fault| {
            Error::invalid(format!("{}:{}", fault.line(), fault.column()), "cassette", "is no recording")
                .with_source(fault)
        })
    }

    /// The recorded answer to a request, by path and query.
    #[must_use]
    pub fn answer(&self, path_and_query: &str) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.get == path_and_query)
    }
}

/// Keeps what goes through a client.
#[derive(Debug, Default)]
pub struct Recorder(Mutex<Vec<Exchange>>);

impl Recorder {
    pub(super) fn keep(
        &self,
        url: &Url,
        status: StatusCode,
        headers: &HeaderMap,
        body: &Bytes,
        credentials: &Credentials,
    ) {
        let text = credentials.redact(&String::from_utf8_lossy(body));
        let body = serde_json::from_str(&text).map_or_else(|_| Body::Text(text), Body::Json);
        let headers = KEPT.iter().filter_map(|name| {
            let value = headers.get(*name)?.to_str().ok()?;
            Some(((*name).to_owned(), credentials.redact(value)))
        });
        let get = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let exchange = Exchange {
            get: credentials.redact(&get),
            status: status.as_u16(),
            headers: headers.collect(),
            body,
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }

    /// The recording so far.
    #[must_use]
    pub fn cassette(&self, about: &str) -> Cassette {
        let exchanges = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Cassette { about: about.to_owned(), exchanges }
    }
}
