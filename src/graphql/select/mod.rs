//! From a selection set to a plan: fields are looked up in the catalog, arguments are parsed, nothing is read yet.

mod collect;
mod connection;
mod filter;
mod input;
mod literal;
mod page;
mod root;
mod row;

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use async_graphql::{
    Name, Positioned,
    parser::types::{FragmentDefinition, VariableDefinition},
};
use async_graphql_value::ConstValue;

pub(super) use collect::{Collected, Fields, alike};
pub(super) use root::{Root, nodes};

use crate::domain::{
    Error, Result,
    catalog::Catalog,
    read::{Codec, LIMITS},
};
use crate::service::WantedLocale;

/// What a selection may refer to, and what it has cost so far.
pub(super) struct Selector<'a> {
    /// The nouns.
    pub(super) catalog: &'a Catalog,
    /// Reads cursors.
    pub(super) codec: &'a Codec,
    /// The document's fragments.
    pub(super) fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    /// The operation's variables, with their defaults.
    pub(super) definitions: &'a [Positioned<VariableDefinition>],
    /// The values that came with the request.
    pub(super) variables: &'a serde_json::Map<String, serde_json::Value>,
    /// Rows that the pages selected so far can come to.
    pub(super) rows: Cell<u64>,
    /// Bytes that the arguments parsed so far come to.
    pub(super) arguments: Cell<u64>,
    /// The locales that were asked for, and where; whether there are such is for the database to say.
    pub(super) locales: RefCell<Vec<WantedLocale>>,
}

impl Selector<'_> {
    /// The value of a variable: what was sent, else its default, else nothing at all.
    pub(super) fn variable(&self, name: &str) -> Result<Option<ConstValue>> {
        if let Some(value) = self.variables.get(name) {
            self.weigh(bounded(value, name)?)?;
            return ConstValue::from_json(value.clone()).map(Some).map_err(Error::internal);
        }
        Ok(self
            .definitions
            .iter()
            .find(|definition| definition.node.name.node == name)
            .and_then(|definition| definition.node.default_value.as_ref())
            .map(|default| default.node.clone()))
    }

    /// Refuses what would come to more bytes than the arguments of a query may. A plan keeps its own copy of every value, so
    /// a large variable that is used in a thousand places would take up its size a thousand times.
    fn weigh(&self, bytes: usize) -> Result<()> {
        let total = self.arguments.get().saturating_add(bytes as u64);
        self.arguments.set(total);
        if total > LIMITS.max_arguments {
            return Err(Error::limit(
                ("max_arguments", "bytes that the arguments of a query come to"),
                LIMITS.max_arguments,
                total,
            ));
        }
        Ok(())
    }

    /// Refuses what would come to more rows than a query may. `fan` is how many rows stand outside.
    fn charge(&self, fan: u64, limit: u32) -> Result<u64> {
        let rows = fan.saturating_mul(u64::from(limit.max(1)));
        let total = self.rows.get().saturating_add(rows);
        self.rows.set(total);
        if total > LIMITS.max_rows {
            return Err(Error::limit(
                ("max_rows", "rows that the pages of a query come to"),
                LIMITS.max_rows,
                total,
            ));
        }
        Ok(rows)
    }

    fn deeper(&self, depth: u32) -> Result<u32> {
        let depth = depth.saturating_add(1);
        if depth > LIMITS.max_depth {
            return Err(Error::limit(("max_depth", "levels of nested selections"), LIMITS.max_depth, depth));
        }
        Ok(depth)
    }
}

/// How many bytes the value of a variable comes to.
///
/// # Errors
/// `INVALID` where it is nested deeper than any of our inputs; what walks it is recursive.
fn bounded(value: &serde_json::Value, name: &str) -> Result<usize> {
    use serde_json::Value;
    let mut bytes = 0_usize;
    let mut level = vec![value];
    for _ in 0..MAX_VALUE_DEPTH {
        let mut below = Vec::new();
        for value in level {
            bytes = bytes.saturating_add(VALUE);
            match value {
                Value::Array(items) => below.extend(items),
                Value::Object(fields) => {
                    bytes = fields.keys().fold(bytes, |bytes, name| bytes.saturating_add(name.len()));
                    below.extend(fields.values());
                }
                Value::String(text) => bytes = bytes.saturating_add(text.len()),
                _ => {}
            }
        }
        if below.is_empty() {
            return Ok(bytes);
        }
        level = below;
    }
    Err(Error::invalid(
        format!("${name}"),
        "depth",
        format!("must not be nested deeper than {MAX_VALUE_DEPTH}"),
    ))
}

/// What a value counts beside its text, in bytes.
const VALUE: usize = 16;
/// How deep the value of a variable may be nested.
const MAX_VALUE_DEPTH: u32 = 64;

/// Where in the answer a selection stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Levels above.
    pub(super) depth: u32,
    /// Rows outside.
    pub(super) fan: u64,
    /// Whether this is inside of a list that is given in full.
    pub(super) listed: bool,
}

impl Place {
    /// The root.
    pub(super) const ROOT: Self = Self { depth: 0, fan: 1, listed: false };
}
