//! Set-based writes: hundreds of rows in a handful of statements, repeated without effect.

mod asset;
mod catalog;
mod entry;
mod link;
mod taxonomy;

pub use asset::{AssetRow, upsert_assets, write_assets};
pub use catalog::{TypeRow, find_brand, find_type};
pub use entry::{EntryRow, Written, upsert_entries};
pub use link::{LinkRow, Missing, ReferenceRow, replace_links, replace_references};
pub use taxonomy::{CategoryRow, Ensured, TermRow, ensure_category, ensure_tags, load_categories};

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

use super::{error::from_orm, tx::Tx};
use crate::domain::{
    Code, Error, Result,
    access::{Grant, Permission},
    change::Changed,
};

/// What came of each row of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Rows that are new.
    pub created: u64,
    /// Rows that are different now.
    pub updated: u64,
    /// Rows that were the same already.
    pub unchanged: u64,
}

/// Passes where the proof is of the right permission and covers the brand.
fn check(grant: &Grant, permission: Permission, brand: uuid::Uuid) -> Result<()> {
    if grant.permission() == permission {
        return grant.covers(brand, "the brand");
    }
    Err(Error::new(Code::Internal, "a set was written with the proof of another permission"))
}

async fn rows(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    tx.connection().query_all_raw(statement).await.map_err(from_orm)
}

async fn run(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<u64> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(tx.connection().execute_raw(statement).await.map_err(from_orm)?.rows_affected())
}

/// The rows that were written, and whether they are new.
fn changed(rows: &[QueryResult]) -> Result<Vec<(Changed, bool)>> {
    let one =
        |row| Ok((Changed { id: get(row, "id")?, version: get(row, "version")? }, get(row, "created")?));
    rows.iter().map(one).collect()
}

fn get<T: sea_orm::TryGetable>(row: &QueryResult, column: &str) -> Result<T> {
    row.try_get("", column).map_err(from_orm)
}

/// An array for the driver, which knows no nulls inside: none becomes the empty text, and `nullif` turns it back.
fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Value {
    values.map(|value| value.unwrap_or_default().to_owned()).collect::<Vec<String>>().into()
}

/// As [`texts`], for moments.
fn moments(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> Value {
    values
        .map(|value| {
            value.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Micros, true)).unwrap_or_default()
        })
        .collect::<Vec<String>>()
        .into()
}
