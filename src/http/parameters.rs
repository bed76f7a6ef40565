//! The four parameters of GraphQL over HTTP (`query`, `operationName`, `variables`, `extensions`), out of a body or a URL.

use serde_json::{Map, Value};

use super::engine::Request;
use crate::{
    domain::{Error, Result, limits::LIMITS},
    graphql::persisted::{Hash, parse},
};

/// The request in a POST body.
///
/// # Errors
/// `INVALID`, naming the parameter, or the line and column of what is no JSON.
pub(super) fn from_body(body: &[u8]) -> Result<Request> {
    if body.is_empty() {
        return Err(Error::invalid("body", "required", "is empty: send a JSON object with a query"));
    }
    if let Ok(text) = std::str::from_utf8(body) {
        plain(text, "body")?;
    }
    let parameters = match serde_json::from_slice(body).map_err(|error| not_json("body", error))? {
        Value::Object(parameters) => parameters,
        Value::Array(requests) => {
            let details = serde_json::json!({
                "limit": "max_batch", "bound": LIMITS.max_batch, "value": requests.len(),
            });
            let why = "is an array: batches are not accepted, send one HTTP request for each GraphQL request";
            return Err(Error::invalid("body", "batch", why).with_details(details));
        }
        other => return Err(mistyped("body", "an object", &other)),
    };
    build(parameters, false)
}

/// The request in the query string of a GET.
///
/// # Errors
/// `INVALID`, naming the parameter.
pub(super) fn from_url(query: &str) -> Result<Request> {
    let mut parameters = Map::new();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let value = match name.as_ref() {
            "query" => Value::String(text.into_owned()),
            "operationName" if text.is_empty() => Value::Null,
            "operationName" => Value::String(text.into_owned()),
            name @ ("variables" | "extensions") => {
                plain(&text, name)?;
                serde_json::from_str(&text).map_err(|error| not_json(name, error))?
            }
            _ => continue,
        };
        if parameters.insert(name.clone().into_owned(), value).is_some() {
            return Err(Error::invalid(name, "duplicate", "is given more than once"));
        }
    }
    build(parameters, true)
}

/// Refuses the keys by which serde_json marks values of its own: it would read the text under them as JSON once more, and so
/// past its bound on nesting.
fn plain(text: &str, parameter: &str) -> Result<()> {
    if text.contains("$serde_json::private::") {
        return Err(Error::invalid(
            parameter,
            "reserved",
            "must not hold keys that begin with $serde_json::private::",
        ));
    }
    Ok(())
}

fn build(mut parameters: Map<String, Value>, queries_only: bool) -> Result<Request> {
    let extensions = object(parameters.remove("extensions"), "extensions")?;
    let hash = extensions.get("persistedQuery").map(persisted).transpose()?;
    let query = match parameters.remove("query") {
        Some(Value::String(query)) => Some(query),
        Some(Value::Null) | None if hash.is_some() => None,
        Some(Value::Null) | None => {
            return Err(Error::invalid("query", "required", "is missing: send a GraphQL document"));
        }
        Some(other) => return Err(mistyped("query", "a string", &other)),
    };
    let operation_name = match parameters.remove("operationName") {
        Some(Value::String(name)) => Some(name),
        Some(Value::Null) | None => None,
        Some(other) => return Err(mistyped("operationName", "a string or null", &other)),
    };
    let variables = object(parameters.remove("variables"), "variables")?;
    Ok(Request { query, hash, operation_name, variables, queries_only })
}

/// The hash that stands for a document, or goes with it: `{"version": 1, "sha256Hash": "…"}`.
fn persisted(value: &Value) -> Result<Hash> {
    let at = "extensions.persistedQuery";
    if value.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(Error::invalid(format!("{at}.version"), "unsupported", "must be 1"));
    }
    let hash = value.get("sha256Hash").and_then(Value::as_str).and_then(parse);
    hash.ok_or_else(|| Error::invalid(format!("{at}.sha256Hash"), "hash", "must be 64 hexadecimal digits"))
}

fn object(value: Option<Value>, name: &'static str) -> Result<Map<String, Value>> {
    match value {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) | None => Ok(Map::new()),
        Some(other) => Err(mistyped(name, "an object or null", &other)),
    }
}

fn mistyped(name: &str, wanted: &str, value: &Value) -> Error {
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Error::invalid(name, "type", format!("must be {wanted}, but is {found}"))
}

fn not_json(name: &str, error: serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    Error::invalid(name, "json", format!("is not JSON: {error}"))
        .with_details(serde_json::json!({ "line": line, "column": column }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> String {
        from_body(body.as_bytes()).unwrap_err().message().to_owned()
    }

    #[test]
    fn a_malformed_body_is_named_with_its_place() {
        assert_eq!(message("{\n  \"query\": oops"), "body: is not JSON: expected value at line 2 column 12");
        let error = from_body(b"{\n  \"query\": oops").unwrap_err();
        assert_eq!(error.details().unwrap(), &serde_json::json!({"line": 2, "column": 12}));
        assert!(message(&"[".repeat(100_000)).starts_with("body: is not JSON: recursion limit exceeded"));
    }

    #[test]
    fn a_mistyped_parameter_is_named() {
        assert_eq!(message("3"), "body: must be an object, but is a number");
        assert_eq!(message("{\"query\": []}"), "query: must be a string, but is an array");
        assert_eq!(
            message("{\"query\": \"{a}\", \"operationName\": 1}"),
            "operationName: must be a string or null, but is a number"
        );
        assert_eq!(
            message("{\"query\": \"{a}\", \"variables\": \"x\"}"),
            "variables: must be an object or null, but is a string"
        );
        assert_eq!(
            message("{\"query\": \"{a}\", \"extensions\": false}"),
            "extensions: must be an object or null, but is a boolean"
        );
        assert!(message("[{\"query\": \"{a}\"}]").contains("batches are not accepted"));
        assert!(message("{}").starts_with("query: is missing"));
    }

    #[test]
    fn a_url_carries_the_same_parameters() {
        let request = from_url("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=&utm=1").unwrap();
        assert_eq!(request.query.as_deref(), Some("{a}"));
        assert_eq!(request.variables["x"], 1);
        assert_eq!(request.operation_name, None);
        assert!(request.queries_only);
        assert!(from_url("query=a&query=b").unwrap_err().message().contains("more than once"));
        assert!(from_url("query=a&variables=").unwrap_err().message().starts_with("variables: is not JSON"));
        assert!(from_url("").unwrap_err().message().starts_with("query: is missing"));
    }
}
