//! Set-based writes: hundreds of rows in a handful of statements, repeated without effect; and what they need to know before.

mod about;
mod asset;
mod brand;
mod durable;
mod entry;
mod existing;
mod growth;
mod link;
mod nearer;
mod own;
mod pending;
mod pulled;
mod standing;
mod taxonomy;
mod unique;

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use sea_orm::{QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::sql::get;
use crate::domain::{
    Code, Error, Result,
    access::{Grant, Permission},
    change::Changed,
};

pub use about::describe_assets;
pub use asset::{AssetRow, write_assets};
pub use brand::{BrandRow, find_brand, hold};
pub use durable::{flush, flush_later};
pub use entry::{EntryRow, Written, upsert_entries};
pub use existing::{Known, SlugClaim, give_up_slugs, known_assets, known_entries, taken_slugs};
pub use growth::notice_growth;
pub use link::{
    Before, LinkRow, Missing, ReferenceRow, hold_entries, replace_links, replace_references,
    withdraw_reference,
};
pub use nearer::lead_to;
pub use own::{link_placed, taken_ids, there};
pub use pending::{
    PendingRow, add_pending, count_pending_of_brand, overdue, raise, raise_at, replace_pending, settle,
};
pub use pulled::{Pulled, remember};
pub use standing::{Standing, Stands, standing, unchanged};
pub use taxonomy::{CategoryRow, Ensured, TermRow, ensure_category, ensure_tags, load_categories};
pub use unique::{Claim, lock_values, taken_values};

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
fn check(grant: &Grant, permission: Permission, brand: Uuid) -> Result<()> {
    if grant.permission() == permission {
        grant.covers(brand, "the brand")?;
        // Rows are not looked at one by one here.
        if grant.unrestricted_in(brand) {
            return Ok(());
        }
        return Err(Error::new(Code::Forbidden, "a role with restrictions writes entry by entry"));
    }
    Err(Error::new(Code::Internal, "a set was written with the proof of another permission"))
}

/// The rows that were written, and whether they are new.
fn changed(rows: &[QueryResult]) -> Result<Vec<(Changed, bool)>> {
    let one =
        |row| Ok((Changed { id: get(row, "id")?, version: get(row, "version")? }, get(row, "created")?));
    rows.iter().map(one).collect()
}

/// An array for the driver, which knows no nulls inside: none becomes the empty text, and `nullif` turns it back.
fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Value {
    values.map(|value| value.unwrap_or_default().to_owned()).collect::<Vec<String>>().into()
}

/// Moments that there are, to the microsecond.
fn moments<R>(rows: &[R], moment: fn(&R) -> DateTime<Utc>) -> Value {
    rows.iter().map(|row| moment(row).trunc_subsecs(6)).collect::<Vec<_>>().into()
}

/// As [`texts`], for moments that there may be.
fn maybe_moments(values: impl Iterator<Item = Option<DateTime<Utc>>>) -> Value {
    values
        .map(|value| {
            value.map(|moment| moment.to_rfc3339_opts(SecondsFormat::Micros, true)).unwrap_or_default()
        })
        .collect::<Vec<String>>()
        .into()
}

/// Keys of rows that something holds for.
fn ids_of<R>(rows: &[R], id: fn(&R) -> Uuid, holds: fn(&R) -> bool) -> Value {
    rows.iter().filter(|row| holds(row)).map(id).collect::<Vec<Uuid>>().into()
}

/// Rows as one parameter, for `jsonb_to_recordset`.
fn json<T: Serialize>(rows: &[T]) -> Result<Value> {
    serde_json::to_string(rows).map(Value::from).map_err(Error::internal)
}
