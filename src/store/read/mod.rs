//! Runs a read: an authorized plan becomes one SQL statement, whose answer is the JSON that the client gets.
//!
//! A page at the root comes as one row for each edge, anything else as one row, plain values as columns of their own. Related
//! rows are scalar subqueries, nested lists are aggregated by the database, and jsonb passes through as it is stored, so that
//! nothing is parsed and written again here.

mod arguments;
mod cells;
mod connection;
mod count;
mod json;
mod keyset;
mod nullable;
mod page;
mod predicate;
mod rows;
mod run;
mod search;
mod selection;
mod sql;
mod websearch;

pub use run::{Reader, compile};
