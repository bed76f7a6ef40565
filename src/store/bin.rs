//! Takes deleted entries out of the database for good, with everything that hangs on them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

use super::{Tx, entry::Row, image::Imaged, sql};
use crate::domain::{Result, access::Grant};

/// An entry that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Purged {
    /// The id that it had.
    #[serde(skip)]
    pub id: Uuid,
    /// The brand that it was in.
    #[serde(skip)]
    pub brand_id: Uuid,
    /// The version that it ended with.
    pub version: i32,
    /// The slug that it had.
    pub slug: String,
}

impl Imaged for Purged {
    fn key(&self) -> Uuid {
        self.id
    }
}

/// How many entries that are there refer to one that was deleted.
///
/// # Errors
/// As the database refuses.
pub async fn count_referring(tx: &Tx, grant: &Grant, row: &Row) -> Result<u64> {
    grant.covers(row.brand_id, "the entry")?;
    let statement = "select count(distinct e.id)::bigint as entries from entry_reference r \
        join entry e on e.id = r.entry_id and e.deleted_at is null \
        where r.target_entry_id = $1 and r.entry_id <> $1";
    let found: i64 = sql::get(&sql::row(tx, statement, [row.id.into()]).await?, "entries")?;
    Ok(u64::try_from(found).unwrap_or_default())
}

/// Removes an entry that was locked and that none refers to but entries in the bin; these refer to it no longer.
///
/// # Errors
/// `CONFLICT` where another entry came to refer to it.
pub async fn purge(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, "the entry")?;
    remove(tx, vec![row.id]).await?;
    tx.removed(row.id);
    Ok(())
}

/// Removes at most so many entries that were deleted before a moment, in every brand of the grant, but those that a source
/// owns and those that entries which are there refer to. Those that somebody restores just now are left out.
///
/// # Errors
/// As the database refuses.
pub async fn purge_deleted_before(
    tx: &Tx,
    grant: &Grant,
    before: DateTime<Utc>,
    most: u32,
) -> Result<Vec<Purged>> {
    let statement = "select e.id, e.brand_id, e.version, e.slug from entry e \
        where e.deleted_at < $1 and e.source_id is null and not exists (\
        select from entry_reference r join entry o on o.id = r.entry_id and o.deleted_at is null \
        where r.target_entry_id = e.id) \
        order by e.deleted_at limit $2 for update of e skip locked";
    let found = sql::rows(tx, statement, [before.into(), i64::from(most).into()]).await?;
    let mut gone = Vec::with_capacity(found.len());
    for row in &found {
        let entry = Purged {
            id: sql::get(row, "id")?,
            brand_id: sql::get(row, "brand_id")?,
            version: sql::get(row, "version")?,
            slug: sql::get(row, "slug")?,
        };
        if grant.brands().contains(entry.brand_id) {
            gone.push(entry);
        }
    }
    remove(tx, gone.iter().map(|entry| entry.id).collect()).await?;
    for entry in &gone {
        tx.saw(entry);
        tx.removed(entry.id);
    }
    Ok(gone)
}

/// What refers to the entries is removed first: an entry that others refer to stays.
async fn remove(tx: &Tx, entries: Vec<Uuid>) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let links = "delete from entry_reference where target_entry_id = any($1)";
    sql::execute(tx, links, [entries.clone().into()]).await?;
    sql::execute(tx, "delete from entry where id = any($1)", [entries.into()]).await.map(|_| ())
}
