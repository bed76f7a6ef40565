//! How the rows of records stand: which are there, which are in the bin, and which are already as they are to be.

use std::collections::{HashMap, HashSet};

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{EntryRow, Pulled, ReferenceRow, maybe_moments, moments, texts};
use crate::{
    domain::Result,
    store::{
        Tx,
        sql::{get, query, rows},
    },
};

/// A row that is there.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Stands {
    /// The row.
    pub id: Uuid,
    /// Whether it is an asset; an entry otherwise.
    pub asset: bool,
    /// Whether it is in the bin.
    pub deleted: bool,
    /// Whether its record came the last time as it comes now.
    pub settled: bool,
}

/// Rows that records become, each with what is remembered of a record like it.
pub type Standing<'r> = &'r [(Uuid, Pulled)];

/// Which of the rows are there in a brand, and how.
///
/// # Errors
/// As the database refuses.
pub async fn standing(
    tx: &Tx,
    brand: Uuid,
    entries: Standing<'_>,
    assets: Standing<'_>,
) -> Result<Vec<Stands>> {
    let sql = "select e.id, false as asset, e.deleted_at is not null as deleted, \
                 coalesce(e.pulled_digest = i.digest, false) as settled \
               from unnest($2::uuid[], $3::uuid[]) as i(id, digest) join entry e on e.id = i.id and e.brand_id = $1 \
               union all select a.id, true, a.deleted_at is not null, coalesce(a.pulled_digest = i.digest, false) \
               from unnest($4::uuid[], $5::uuid[]) as i(id, digest) join asset a on a.id = i.id and a.brand_id = $1";
    let ids = |rows: Standing<'_>| rows.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let digests = |rows: Standing<'_>| rows.iter().map(|(_, pulled)| pulled.digest).collect::<Vec<_>>();
    let values = [
        brand.into(),
        ids(entries).into(),
        digests(entries).into(),
        ids(assets).into(),
        digests(assets).into(),
    ];
    query(tx, sql, values).await
}

/// Which entries are there exactly as they are to be, with their tags, categories and references, and wait for nothing, and came
/// by keys where they do now, or by ids. They
/// are looked at and not held: what somebody else does to them at the same time comes after.
///
/// # Errors
/// As the database refuses.
pub async fn unchanged(
    tx: &Tx,
    brand: Uuid,
    entries: &[EntryRow],
    references: &[ReferenceRow],
) -> Result<HashSet<Uuid>> {
    if entries.is_empty() {
        return Ok(HashSet::new());
    }
    let mut wanted: HashMap<Uuid, Vec<String>> = HashMap::new();
    for one in references {
        let place = format!("{}\n{}\n{}", one.field, one.position, one.target_id);
        wanted.entry(one.entry_id).or_default().push(place);
    }
    let by_id: HashMap<Uuid, &EntryRow> = entries.iter().map(|entry| (entry.id, entry)).collect();
    let text = |field: fn(&EntryRow) -> &str| texts(entries.iter().map(move |entry| Some(field(entry))));
    let id = |field: fn(&EntryRow) -> Uuid| entries.iter().map(field).collect::<Vec<_>>().into();
    let is = |what: fn(&EntryRow) -> bool| entries.iter().map(what).collect::<Vec<_>>().into();
    let values = vec![
        brand.into(),
        id(|entry| entry.id),
        id(|entry| entry.content_type_id),
        text(|entry| &entry.slug),
        text(|entry| &entry.title),
        text(|entry| entry.status),
        text(|entry| &entry.fields),
        text(|entry| &entry.search_text),
        maybe_moments(entries.iter().map(|entry| entry.published_at)),
        maybe_moments(entries.iter().map(|entry| entry.scheduled_at)),
        moments(entries, |entry| entry.updated_at),
        is(|entry| entry.dated),
        is(|entry| entry.silent),
        is(|entry| entry.pulled.status.is_nil()),
    ];
    let mut same = HashSet::with_capacity(entries.len());
    for row in &rows(tx, SAME, values).await? {
        let id: Uuid = get(row, "id")?;
        let mut refer: Vec<String> = get(row, "refer")?;
        let mut wanted = wanted.remove(&id).unwrap_or_default();
        wanted.sort_unstable();
        refer.sort_unstable();
        let (tags, categories): (Vec<Uuid>, Vec<Uuid>) = (get(row, "tags")?, get(row, "categories")?);
        let as_is = |entry: &&EntryRow| entry.tags == tags && entry.categories == categories;
        if refer == wanted && by_id.get(&id).is_some_and(as_is) {
            same.insert(id);
        }
    }
    Ok(same)
}

// Looked up by their ids and compared then: the planner would look them up by their titles, or read all of a brand that is new to
// it, because so much has to be equal.
const SAME: &str = "
select e.id, array(select tag_id from entry_tag where entry_id = e.id order by tag_id) as tags,
  array(select category_id from entry_category where entry_id = e.id order by category_id) as categories,
  array(select concat_ws(e'\\n', field, position, coalesce(target_entry_id, target_asset_id)) from entry_reference
    where entry_id = e.id) as refer
from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
  $11::timestamptz[], $12::boolean[], $13::boolean[], $14::boolean[]) as i(id, content_type_id, slug, title, status, fields,
    search_text, published_at, scheduled_at, updated_at, dated, silent, own)
cross join lateral (select * from entry where id = i.id offset 0) e
where e.brand_id = $1 and e.deleted_at is null and (e.content_type_id, e.slug, e.title, e.status, e.search_text) = (i.content_type_id, i.slug, i.title, i.status, i.search_text)
  and e.scheduled_at is not distinct from nullif(i.scheduled_at, '')::timestamptz
  and e.published_at is not distinct from case when i.silent then coalesce(e.published_at, nullif(i.published_at, '')::timestamptz)
    else nullif(i.published_at, '')::timestamptz end
  and (e.updated_at = i.updated_at or not i.dated) and e.fields = i.fields::jsonb and (e.pulled_status is null) = i.own
  and not exists (select from pending_reference p where p.entry_id = e.id)";
