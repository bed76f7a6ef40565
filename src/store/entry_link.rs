//! Writes which tags and categories an entry has.

use sea_orm::QueryResult;
use serde_json::json;
use uuid::Uuid;

use super::{Tx, covered, entry::Row, sql};
use crate::domain::{Error, Result, Violation, access::Grant, entry::LinkMode};

/// What an entry is linked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Its tags.
    Tags,
    /// Its categories.
    Categories,
}

impl Links {
    /// The table of links, its column, the table of what is linked, and the argument that names it.
    pub(super) const fn names(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Tags => ("entry_tag", "tag_id", "tag", "tags"),
            Self::Categories => ("entry_category", "category_id", "category", "categories"),
        }
    }

    /// The argument that names such links, and the field that shows them.
    #[must_use]
    pub const fn argument(self) -> &'static str {
        self.names().3
    }

    /// What is said of the id at a place that the brand does not have.
    #[must_use]
    pub fn unknown(self, place: usize) -> Violation {
        let (_, _, target, argument) = self.names();
        Violation::new(format!("{argument}/{place}"), "not_found", format!("is no {target} of this brand"))
    }
}

/// Changes the links of an entry that was locked, and says how many it has then.
///
/// # Errors
/// `INVALID` with one violation for each id that the entry's brand does not have; when links are taken off, ids that are
/// gone do no harm. `FORBIDDEN` where such links are hidden from the caller, or locked.
pub async fn change(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    links: Links,
    mode: LinkMode,
    ids: &[Uuid],
) -> Result<u64> {
    grant.covers(row.brand_id, "the entry")?;
    let (table, column, target, argument) = links.names();
    covered::links(tx, grant, row, argument).await?;
    if mode != LinkMode::Remove {
        refuse_unknown(tx, row, links, ids).await?;
    }
    let entry = row.id;
    let list = || sea_orm::Value::from(ids.to_vec());
    let gone = match mode {
        LinkMode::Set => Some("<> all"),
        LinkMode::Remove => Some("= any"),
        LinkMode::Add => None,
    };
    let (mut taken, mut given) = (Vec::new(), Vec::new());
    if let Some(which) = gone {
        let gone = format!(
            "delete from {table} where entry_id = $1 and {column} {which}($2) returning {column} as id"
        );
        taken = keys(&sql::rows(tx, &gone, [entry.into(), list()]).await?)?;
    }
    if mode != LinkMode::Remove {
        let added = format!(
            "insert into {table} (entry_id, {column}) select $1, id from {target} where id = any($2) \
             on conflict do nothing returning {column} as id"
        );
        given = keys(&sql::rows(tx, &added, [entry.into(), list()]).await?)?;
    }
    let now = format!("select {column} as id from {table} where entry_id = $1 order by {column}");
    let now = keys(&sql::rows(tx, &now, [entry.into()]).await?)?;
    let mut before: Vec<Uuid> = now.iter().filter(|id| !given.contains(id)).copied().chain(taken).collect();
    before.sort_unstable();
    tx.part(entry, argument, json!(before), json!(now));
    Ok(now.len() as u64)
}

fn keys(rows: &[QueryResult]) -> Result<Vec<Uuid>> {
    rows.iter().map(|row| sql::get(row, "id")).collect()
}

/// Whether the caller may change such links of an entry that was locked.
///
/// # Errors
/// `FORBIDDEN` where they are hidden or locked.
pub async fn may_change(tx: &Tx, grant: &Grant, row: &Row, links: Links) -> Result<()> {
    let (.., argument) = links.names();
    covered::links(tx, grant, row, argument).await
}

/// Whether an entry that was locked has exactly these links. No id may be given twice.
///
/// # Errors
/// `FORBIDDEN` where such links are hidden from the caller, or locked: the answer would tell what they are.
pub async fn same(tx: &Tx, grant: &Grant, row: &Row, links: Links, ids: &[Uuid]) -> Result<bool> {
    grant.covers(row.brand_id, "the entry")?;
    let (table, column, _, argument) = links.names();
    covered::links(tx, grant, row, argument).await?;
    let statement = format!(
        "select count(*) = cardinality($2::uuid[]) and count(*) = count(*) filter (where {column} = any($2)) as same \
         from {table} where entry_id = $1"
    );
    sql::get(&sql::row(tx, &statement, [row.id.into(), ids.to_vec().into()]).await?, "same")
}

/// Those of the given ids that the brand still has: for bringing back what an entry was linked to once.
///
/// # Errors
/// As the database refuses.
pub async fn still_there(tx: &Tx, grant: &Grant, row: &Row, links: Links, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    grant.covers(row.brand_id, "the entry")?;
    let (_, _, target, _) = links.names();
    let statement = format!("select id from {target} where brand_id = $1 and id = any($2)");
    let rows = sql::rows(tx, &statement, [row.brand_id.into(), ids.to_vec().into()]).await?;
    rows.iter().map(|row| sql::get(row, "id")).collect()
}

async fn refuse_unknown(tx: &Tx, row: &Row, links: Links, ids: &[Uuid]) -> Result<()> {
    let (_, _, target, _) = links.names();
    let statement = format!(
        "select w.place from unnest($2::uuid[]) with ordinality as w(id, place) \
         where not exists (select from {target} t where t.id = w.id and t.brand_id = $1) order by w.place"
    );
    let rows = sql::rows(tx, &statement, [row.brand_id.into(), ids.to_vec().into()]).await?;
    let violations = rows
        .iter()
        .map(|row| {
            let place: i64 = sql::get(row, "place")?;
            Ok(links.unknown(usize::try_from(place - 1).map_err(Error::internal)?))
        })
        .collect::<Result<Vec<_>>>()?;
    if violations.is_empty() { Ok(()) } else { Err(Error::violated(violations)) }
}
