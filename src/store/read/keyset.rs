//! The rows beyond a position in an order.

use super::{arguments::Arguments, rows::Scope};
use crate::domain::{
    Code, Error, Result,
    read::{Direction, Nulls, OrderKey, Position},
};

/// The condition that a row comes after the position.
///
/// Where every row has every key and all go one way, this is PostgreSQL's row comparison, `(a, b) < (x, y)`, which an index
/// answers by starting at the position; otherwise it is spelled out key by key, with the nulls where the order has them.
pub(super) fn beyond(
    order: &[OrderKey],
    position: &Position,
    scope: &Scope<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let mut keys = Vec::with_capacity(order.len());
    for (key, value) in order.iter().zip(&position.0) {
        let value = match value {
            Some(text) => {
                let placeholder = arguments.bind(text.clone())?;
                Some(format!("{placeholder}::{}", scope.sql_type(&key.operand)))
            }
            // Made by somebody who sees rows without a value, and used by somebody for whom there are none.
            None if key.nulls.is_none() => {
                let message =
                    "the cursor stands at a row that has no place in this list; start from the first page";
                return Err(Error::new(Code::CursorMismatch, message));
            }
            None => None,
        };
        keys.push(Key { expression: scope.expression(&key.operand), order: key, value });
    }
    Ok(by_row(&keys).unwrap_or_else(|| by_key(&keys)))
}

/// One key of the order, with the value it has at the position.
struct Key<'a> {
    expression: String,
    order: &'a OrderKey,
    value: Option<String>,
}

fn by_row(keys: &[Key<'_>]) -> Option<String> {
    let direction = keys.first()?.order.direction;
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        if key.order.direction != direction || key.order.nulls.is_some() {
            return None;
        }
        values.push(key.value.as_deref()?);
    }
    let expressions: Vec<&str> = keys.iter().map(|key| key.expression.as_str()).collect();
    Some(format!("({}) {} ({})", expressions.join(", "), sign(direction), values.join(", ")))
}

fn by_key(keys: &[Key<'_>]) -> String {
    let mut equal_so_far = String::new();
    let mut ways = Vec::with_capacity(keys.len());
    for key in keys {
        if let Some(after) = after(key) {
            ways.push(format!("({equal_so_far}{after})"));
        }
        let equal = match &key.value {
            Some(value) => format!("{} = {value}", key.expression),
            None => format!("{} is null", key.expression),
        };
        equal_so_far = format!("{equal_so_far}{equal} and ");
    }
    if ways.is_empty() {
        return "false".to_owned();
    }
    // Redundant, and what an index can start from.
    let start = keys.first().and_then(|key| match (&key.value, key.order.nulls) {
        (Some(value), None | Some(Nulls::First)) => {
            Some(format!("{} {}= {value} and ", key.expression, sign(key.order.direction)))
        }
        _ => None,
    });
    format!("{}({})", start.unwrap_or_default(), ways.join(" or "))
}

/// The condition that a row's key comes after the position's, or nothing where no key can.
fn after(key: &Key<'_>) -> Option<String> {
    let (expression, sign) = (&key.expression, sign(key.order.direction));
    match (&key.value, key.order.nulls) {
        (Some(value), Some(Nulls::Last)) => {
            Some(format!("({expression} {sign} {value} or {expression} is null)"))
        }
        (Some(value), Some(Nulls::First) | None) => Some(format!("{expression} {sign} {value}")),
        (None, Some(Nulls::First)) => Some(format!("{expression} is not null")),
        (None, Some(Nulls::Last) | None) => None,
    }
}

const fn sign(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => ">",
        Direction::Desc => "<",
    }
}
