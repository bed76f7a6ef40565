//! Brandgraph's own cursors of the rows from the 50,000th on: signed, so they are had by paging there once.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::{
    Fallible,
    compare::parse,
    load::{Connection, raw},
    variables::{DEEP, SETS},
};

// As Q5, but for one page after the other; a cursor holds for the filter and order it was made for.
const WALK: &str = include_str!("../queries/walk.graphql");

/// The variables of Q5 for brandgraph, in the order of the ceiling's.
pub(crate) async fn cursors(address: SocketAddr, token: Option<&str>) -> Fallible<Vec<Value>> {
    let mut connection = Connection::open(address).await?;
    let (mut after, mut row) = (Value::Null, 0_i64);
    let mut sets = Vec::new();
    while row < DEEP + SETS - 1 {
        let body = json!({"query": WALK, "variables": {"brand": "acme", "after": after}});
        let page = parse(connection.ask(&raw(address, "/graphql", token, &body.to_string())).await)?;
        let edges = page.pointer("/entries/edges").and_then(Value::as_array).ok_or("no edges")?;
        for edge in edges {
            row += 1;
            after = edge.get("cursor").cloned().unwrap_or_default();
            if (DEEP..DEEP + SETS).contains(&row) {
                sets.push(json!({"brand": "acme", "after": after}));
            }
        }
        if edges.is_empty() {
            break;
        }
    }
    Ok(sets)
}
