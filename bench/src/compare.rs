//! Before anything is measured: both servers must give the same answer to the same variables.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::{
    Fallible,
    load::{Connection, refuse_errors},
    query::Query,
};

/// Asks both servers the same and compares all but cursors, which are each server's own.
pub(crate) async fn same_answers(
    query: Query,
    ceiling: (SocketAddr, &[Vec<u8>]),
    brandgraph: (SocketAddr, &[Vec<u8>]),
    count: usize,
) -> Fallible {
    let mut left = Connection::open(ceiling.0).await?;
    let mut right = Connection::open(brandgraph.0).await?;
    for (turn, (one, other)) in ceiling.1.iter().zip(brandgraph.1).take(count).enumerate() {
        let one = parse(left.ask(one).await)?;
        let other = parse(right.ask(other).await)?;
        if let Some(difference) = difference(&one, &other, "data") {
            return Err(format!("{}, variables {turn}: {difference}", query.name()).into());
        }
    }
    Ok(())
}

/// The data of an answer.
pub(crate) fn parse(answer: Fallible<crate::load::Answer<'_>>) -> Fallible<Value> {
    let answer = answer?;
    refuse_errors(&answer)?;
    let mut document: Value = serde_json::from_slice(answer.body)?;
    Ok(document.get_mut("data").map(Value::take).unwrap_or_default())
}

fn difference(one: &Value, other: &Value, path: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            keys.filter(|key| !matches!(key.as_str(), "cursor" | "endCursor")).find_map(|key| {
                let path = format!("{path}.{key}");
                difference(
                    left.get(key).unwrap_or(&Value::Null),
                    right.get(key).unwrap_or(&Value::Null),
                    &path,
                )
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(index, (left, right))| difference(left, right, &format!("{path}.{index}"))),
        (Value::String(left), Value::String(right)) if left == right || same_moment(left, right) => None,
        _ if one == other => None,
        _ => Some(format!("at {path}, the ceiling says {} and brandgraph {}", short(one), short(other))),
    }
}

fn same_moment(one: &str, other: &str) -> bool {
    match (one.parse::<DateTime<Utc>>(), other.parse::<DateTime<Utc>>()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}
