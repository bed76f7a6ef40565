//! Tags, categories and references of a set of entries.

use std::collections::HashSet;

use uuid::Uuid;

use super::{check, texts};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        node::{Kind, NodeId},
    },
    store::{
        Tx,
        sql::{execute, get, rows},
    },
};

/// One tag or category of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkRow {
    /// The entry.
    pub entry_id: Uuid,
    /// The tag or category.
    pub term_id: Uuid,
}

/// One thing that a custom field refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceRow {
    /// The entry that refers.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: String,
    /// The place in the field, from 0.
    pub position: i32,
    /// What it refers to.
    pub target_id: Uuid,
    /// Whether that is an asset; an entry otherwise.
    pub asset: bool,
}

/// A reference whose target is not there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Missing {
    /// The entry that refers.
    pub entry_id: Uuid,
    /// The custom field.
    pub field: String,
    /// The place in the field.
    pub position: i32,
}

/// What entries may have from before.
#[derive(Debug, Clone, Copy)]
pub enum Before<'a> {
    /// Nothing: this transaction made all of them.
    Nothing,
    /// Something that stays.
    Stays,
    /// Something that goes where it is not given again; these are the entries that may have it.
    Goes(&'a [Uuid]),
}

impl<'a> Before<'a> {
    /// Where some of the entries were known before, and the rest is new.
    #[must_use]
    pub fn of(known: &'a [Uuid]) -> Self {
        if known.is_empty() { Self::Nothing } else { Self::Goes(known) }
    }
}

/// Gives entries these tags and categories, each once, and tells which entries had others.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn replace_links(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    before: Before<'_>,
    tags: &[LinkRow],
    categories: &[LinkRow],
) -> Result<HashSet<Uuid>> {
    check(grant, Permission::EntryWrite, brand)?;
    let mut differed = HashSet::new();
    for (links, table, column) in
        [(tags, "entry_tag", "tag_id"), (categories, "entry_category", "category_id")]
    {
        let pairs = || {
            vec![
                links.iter().map(|link| link.entry_id).collect::<Vec<_>>().into(),
                links.iter().map(|link| link.term_id).collect::<Vec<_>>().into(),
            ]
        };
        let insert =
            format!("insert into {table} (entry_id, {column}) select * from unnest($1::uuid[], $2::uuid[])");
        let mut changed = Vec::new();
        if let Before::Goes(known) = before {
            let delete = format!(
                "delete from {table} l where l.entry_id = any($3) and not exists (select from \
                 unnest($1::uuid[], $2::uuid[]) as i(entry_id, id) where (i.entry_id, i.id) = (l.entry_id, l.{column})) \
                 returning entry_id"
            );
            let mut values = pairs();
            values.push(known.to_vec().into());
            changed.extend(rows(tx, &delete, values).await?);
        }
        match before {
            _ if links.is_empty() => {}
            // Nobody else can have linked what this transaction made, and looking for it costs more than the insert.
            Before::Nothing => {
                execute(tx, &insert, pairs()).await?;
            }
            Before::Stays | Before::Goes(_) => {
                let insert = format!("{insert} on conflict do nothing returning entry_id");
                changed.extend(rows(tx, &insert, pairs()).await?);
            }
        }
        for row in &changed {
            differed.insert(get(row, "entry_id")?);
        }
    }
    Ok(differed)
}

/// Those of the entries that are still there, held until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn hold_entries(tx: &Tx, entries: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    let sql = "select id from entry where id = any($1) order by id for no key update";
    rows(tx, sql, [entries.into()]).await?.iter().map(|row| get(row, "id")).collect()
}

/// Gives entries that are held these references and tells those whose target is not there.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` where the grant does not cover the brand.
pub async fn replace_references(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    before: Before<'_>,
    references: &[ReferenceRow],
) -> Result<Vec<Missing>> {
    check(grant, Permission::EntryWrite, brand)?;
    if let Before::Goes(known) = before {
        let delete = "delete from entry_reference r where r.entry_id = any($1) and not exists (select 1 from \
                      unnest($2::uuid[], $3::text[], $4::int[]) as i(entry_id, field, position) \
                      where (i.entry_id, i.field, i.position) = (r.entry_id, r.field, r.position))";
        let mut values = vec![known.to_vec().into()];
        values.extend(places(references));
        execute(tx, delete, values).await?;
    }
    let mut missing = Vec::new();
    for asset in [false, true] {
        let some: Vec<ReferenceRow> = references.iter().filter(|one| one.asset == asset).cloned().collect();
        if some.is_empty() {
            continue;
        }
        let mut values = vec![brand.into()];
        values.extend(places(&some));
        values.push(some.iter().map(|one| one.target_id).collect::<Vec<_>>().into());
        let found = rows(tx, &refer(asset, matches!(before, Before::Nothing)), values).await?;
        for row in &found {
            missing.push(Missing {
                entry_id: get(row, "entry_id")?,
                field: get(row, "field")?,
                position: get(row, "position")?,
            });
        }
    }
    Ok(missing)
}

/// Takes a reference out of the fields of its entry; the entry's version is for the caller to raise.
///
/// # Errors
/// As the database refuses.
pub async fn withdraw_reference(tx: &Tx, row: &ReferenceRow) -> Result<()> {
    let kind = if row.asset { Kind::Asset } else { Kind::Entry };
    let id = NodeId::new(kind, row.target_id).to_string();
    let sql = "update entry set fields = case when jsonb_typeof(fields -> $2) = 'array' \
               then jsonb_set(fields, array[$2], (fields -> $2) - $3) else fields - $2 end where id = $1";
    execute(tx, sql, [row.entry_id.into(), row.field.as_str().into(), id.into()]).await.map(|_| ())
}

fn places(references: &[ReferenceRow]) -> [sea_orm::Value; 3] {
    [
        references.iter().map(|one| one.entry_id).collect::<Vec<_>>().into(),
        texts(references.iter().map(|one| Some(one.field.as_str()))),
        references.iter().map(|one| one.position).collect::<Vec<_>>().into(),
    ]
}

/// Writes references to what is there and tells of the others. Entries that this transaction made have none yet.
fn refer(asset: bool, fresh: bool) -> String {
    let (table, column, other) = if asset {
        ("asset", "target_asset_id", "target_entry_id")
    } else {
        ("entry", "target_entry_id", "target_asset_id")
    };
    let meet = if fresh {
        String::new()
    } else {
        format!(
            "on conflict (entry_id, field, position) do update set {column} = excluded.{column}, {other} = null \
             where r.{column} is distinct from excluded.{column}"
        )
    };
    format!(
        "with incoming as ( \
           select i.*, (select t.id from {table} t where t.id = i.target_id and t.brand_id = $1) as found \
           from unnest($2::uuid[], $3::text[], $4::int[], $5::uuid[]) as i(entry_id, field, position, target_id) \
         ), written as ( \
           insert into entry_reference as r (entry_id, field, position, {column}) \
           select entry_id, field, position, found from incoming where found is not null {meet} \
         ) \
         select entry_id, field, position from incoming where found is null"
    )
}
