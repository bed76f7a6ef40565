//! How errors look to GraphQL clients: rendered once, here.

use async_graphql::{ErrorExtensionValues, Pos, ServerError};
use serde_json::{Map, Value, json};

use super::merge::Conflict;
use crate::domain::{Code, Error};

/// The error of a resolver that async-graphql runs.
#[must_use]
pub fn render(error: &Error, request_id: &str) -> async_graphql::Error {
    log(error, request_id);
    let mut values = ErrorExtensionValues::default();
    for (key, value) in extensions(error, request_id) {
        values.set(key, async_graphql::Value::from_json(value).unwrap_or_default());
    }
    let mut rendered = async_graphql::Error::new(error.message());
    rendered.extensions = Some(values);
    rendered
}

/// The error of the root field at a response key, or of what is inside of it. Which rows of a list it is about is not known: it
/// comes of the question, before there are rows.
pub(super) fn at_field(error: &Error, request_id: &str, key: &str, at: Pos) -> Value {
    log(error, request_id);
    let path: Vec<&str> = std::iter::once(key).chain(error.place().iter().map(String::as_str)).collect();
    json!({
        "message": error.message(),
        "locations": [{"line": at.line, "column": at.column}],
        "path": path,
        "extensions": extensions(error, request_id),
    })
}

/// The error of a request that did not run.
pub(super) fn of_request(error: &Error, request_id: &str) -> Value {
    log(error, request_id);
    json!({"message": error.message(), "extensions": extensions(error, request_id)})
}

/// A document that has one response key for two things.
pub(super) fn of_conflict(conflict: &Conflict, request_id: &str) -> Value {
    let message = "is asked for twice, as different things: give one of them an alias";
    let mut rendered = of_request(&Error::invalid(conflict.path.as_str(), "conflict", message), request_id);
    if let Value::Object(fields) = &mut rendered {
        let at = conflict.at.iter().map(|at| json!({"line": at.line, "column": at.column})).collect();
        fields.insert("locations".to_owned(), Value::Array(at));
    }
    rendered
}

/// An error that async-graphql made, with the code that it has for our clients: what it finds wrong by itself is the document.
pub(super) fn of_server(error: &ServerError, request_id: &str) -> Value {
    let mut rendered = json!({"message": error.message});
    if let Value::Object(fields) = &mut rendered {
        if !error.locations.is_empty() {
            let locations: Vec<Value> =
                error.locations.iter().map(|at| json!({"line": at.line, "column": at.column})).collect();
            fields.insert("locations".to_owned(), locations.into());
        }
        if !error.path.is_empty() {
            fields.insert("path".to_owned(), serde_json::to_value(&error.path).unwrap_or_default());
        }
        let known = error.extensions.as_ref().and_then(|known| serde_json::to_value(known).ok());
        let extensions = match known {
            Some(Value::Object(known)) if known.contains_key("code") => known,
            _ => extensions(&Error::new(Code::Invalid, ""), request_id),
        };
        fields.insert("extensions".to_owned(), Value::Object(extensions));
    }
    rendered
}

fn extensions(error: &Error, request_id: &str) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("code".to_owned(), error.code().name().into());
    map.insert("retryable".to_owned(), error.retryable().into());
    map.insert("requestId".to_owned(), request_id.into());
    if !error.violations().is_empty() {
        let violations: Vec<Value> = error
            .violations()
            .iter()
            .map(|one| json!({"path": one.path, "code": one.code, "message": one.message}))
            .collect();
        map.insert("violations".to_owned(), violations.into());
    }
    if let Some(details) = error.details() {
        map.insert("details".to_owned(), details.clone());
    }
    map
}

/// Requests that were refused by a bound, by what is bounded.
pub const REFUSED: &str = "limit_refusals_total";

/// Notes an error that is told in some other way than as one of the answer's errors.
pub(super) fn noted(error: &Error, request_id: &str) {
    log(error, request_id);
}

/// Internals go to the log, with everything that led to them; what a bound refused is counted.
fn log(error: &Error, request_id: &str) {
    if let Some(limit) = error.limit_name() {
        metrics::counter!(REFUSED, "limit" => limit).increment(1);
    }
    if matches!(error.code(), Code::Internal | Code::Unavailable | Code::Timeout) {
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(error);
        while let Some(next) = cause {
            causes.push(next.to_string());
            cause = next.source();
        }
        let code = error.code().name();
        // It is run anew; where that is no use, its caller may send it again.
        if error.contended() {
            tracing::warn!(request_id, code, ?causes, "a request met others");
        } else {
            tracing::error!(request_id, code, ?causes, "a request failed");
        }
    }
}
