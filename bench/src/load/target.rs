//! Who is asked, and how a set of variables becomes a ready request.

use std::net::SocketAddr;

use clap::ValueEnum;
use serde_json::{Value, json};

use crate::query::Query;

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Target {
    /// The hand-written statement.
    Ceiling,
    /// GraphQL.
    Brandgraph,
}

/// One ready request for each set of variables.
pub(crate) fn requests(
    target: Target,
    query: Query,
    address: SocketAddr,
    token: Option<&str>,
    sets: &[Value],
) -> Vec<Vec<u8>> {
    sets.iter()
        .map(|variables| match target {
            Target::Ceiling => raw(address, &format!("/{}", query.name()), None, &variables.to_string()),
            Target::Brandgraph => {
                let body = json!({"query": query.document(), "variables": variables});
                raw(address, "/graphql", token, &body.to_string())
            }
        })
        .collect()
}

/// A request for a body of a fixed size.
pub(crate) fn fixed(address: SocketAddr, bytes: u64) -> Vec<u8> {
    raw(address, &format!("/static/{bytes}"), None, "{}")
}

/// A ready request.
pub(crate) fn raw(address: SocketAddr, path: &str, token: Option<&str>, body: &str) -> Vec<u8> {
    let authorization = token.map_or_else(String::new, |token| format!("Authorization: Bearer {token}\r\n"));
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nAccept: application/json\r\n\
         {authorization}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
