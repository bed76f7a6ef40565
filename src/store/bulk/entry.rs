//! Entries in sets.

use std::{collections::HashMap, fmt::Write};

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::{Pulled, Tally, changed, check, ids_of, maybe_moments, moments, texts};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        change::Changed,
    },
    store::{
        Tx,
        audit::Author,
        error::crowded,
        sql::{get, rows},
    },
};

/// An entry as it is stored, its fields checked before.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryRow {
    /// Its key.
    pub id: Uuid,
    /// What is remembered of its record.
    pub pulled: Pulled,
    /// What its translations share.
    pub translation_id: Uuid,
    /// Its content type.
    pub content_type_id: Uuid,
    /// Its slug.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// Its headline.
    pub title: String,
    /// Its status, by name.
    pub status: &'static str,
    /// Its custom fields, as JSON text.
    pub fields: String,
    /// The text of the fields that are searched.
    pub search_text: String,
    /// What its source calls it, where it has a source.
    pub external_id: Option<String>,
    /// When it was published; where its record does not say it, what is known stays.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether its record does not say when it was published.
    pub silent: bool,
    /// When it is going to be published.
    pub scheduled_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether that moment is what its record says it has to be, and not only what it becomes where something else differs.
    pub dated: bool,
    /// Whether it comes back where it is in the bin.
    pub returns: bool,
    /// Its tags.
    pub tags: Vec<Uuid>,
    /// Its categories.
    pub categories: Vec<Uuid>,
}

/// What came of a set of entries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// How many of which.
    pub tally: Tally,
    /// Those that were there before.
    pub known: Vec<Uuid>,
    /// Those that were written, and whether they are new.
    pub changed: Vec<(Changed, bool)>,
}

/// Writes entries with their history; what is the same already is left alone, what was deleted and does not return stays
/// deleted.
/// No two rows may have one id, or one slug within type and locale.
///
/// # Errors
/// `CONFLICT` for a slug that was taken meanwhile; `UNAVAILABLE`, from contention, for an entry that was deleted meanwhile; `NOT_FOUND` where the grant does not cover the brand.
pub async fn upsert_entries(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    source: Option<Uuid>,
    entries: &[EntryRow],
    author: Author<'_>,
    now: DateTime<Utc>,
) -> Result<Written> {
    check(grant, Permission::EntryWrite, brand)?;
    let text = |field: fn(&EntryRow) -> &str| texts(entries.iter().map(move |entry| Some(field(entry))));
    let id = |field: fn(&EntryRow) -> Uuid| entries.iter().map(field).collect::<Vec<_>>().into();
    let values = vec![
        brand.into(),
        source.into(),
        id(|entry| entry.id),
        id(|entry| entry.translation_id),
        id(|entry| entry.content_type_id),
        text(|entry| &entry.slug),
        text(|entry| &entry.locale),
        text(|entry| &entry.title),
        text(|entry| entry.status),
        text(|entry| &entry.fields),
        text(|entry| &entry.search_text),
        texts(entries.iter().map(|entry| entry.external_id.as_deref())),
        maybe_moments(entries.iter().map(|entry| entry.published_at)),
        maybe_moments(entries.iter().map(|entry| entry.scheduled_at)),
        moments(entries, |entry| entry.created_at),
        moments(entries, |entry| entry.updated_at),
        arrays(entries, |entry| &entry.tags),
        arrays(entries, |entry| &entry.categories),
        author.actor.into(),
        now.into(),
        id(|entry| entry.pulled.digest),
        id(|entry| entry.pulled.status),
        ids_of(entries, |entry| entry.id, |entry| entry.returns),
        ids_of(entries, |entry| entry.id, |entry| entry.dated),
        ids_of(entries, |entry| entry.id, |entry| entry.silent),
    ];
    let found = rows(tx, UPSERT, values).await?;
    let mut fresh = HashMap::with_capacity(found.len());
    for row in &found {
        fresh.insert(get::<Uuid>(row, "id")?, get::<bool>(row, "created")?);
    }
    let left: Vec<Uuid> = entries.iter().map(|entry| entry.id).filter(|id| !fresh.contains_key(id)).collect();
    stay(tx, left).await?;
    let mut written = Written { changed: changed(&found)?, ..Written::default() };
    for entry in entries {
        match fresh.get(&entry.id) {
            Some(true) => written.tally.created += 1,
            Some(false) => written.tally.updated += 1,
            None => written.tally.unchanged += 1,
        }
        if fresh.get(&entry.id) != Some(&true) {
            written.known.push(entry.id);
        }
    }
    Ok(written)
}

/// Passes where rows that were left alone are held and not in the bin. One that was deleted since it was looked up is to be
/// looked up again.
async fn stay(tx: &Tx, left: Vec<Uuid>) -> Result<()> {
    if left.is_empty() {
        return Ok(());
    }
    let gone = "select from entry where id = any($1) and deleted_at is not null limit 1";
    if rows(tx, gone, [left.into()]).await?.is_empty() { Ok(()) } else { Err(crowded().from_contention()) }
}

/// An array of arrays of any length, which PostgreSQL knows only as text.
fn arrays(entries: &[EntryRow], ids: fn(&EntryRow) -> &[Uuid]) -> Value {
    let array = |entry| {
        let mut text = String::from("{");
        for (place, id) in ids(entry).iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(text, "{comma}{id}");
        }
        text.push('}');
        text
    };
    entries.iter().map(array).collect::<Vec<String>>().into()
}

// What is imported has the status that its record says, whatever a person has given since. A status that a person has given to
// what is pulled stays until the platform says another one than the last time.
// `xmax` is 0 in a row that this statement inserted, and this transaction in one that it updated.
const UPSERT: &str = "
with incoming as (
  select id, translation_id, content_type_id, slug, locale, title, status, fields::jsonb as fields, search_text,
    nullif(external_id, '') as external_id, nullif(published_at, '')::timestamptz as published_at,
    nullif(scheduled_at, '')::timestamptz as scheduled_at, created_at, updated_at,
    nullif(pulled_digest, '00000000-0000-0000-0000-000000000000') as pulled_digest,
    nullif(pulled_status, '00000000-0000-0000-0000-000000000000') as pulled_status
  from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::text[], $12::text[], $13::text[], $14::text[], $15::timestamptz[], $16::timestamptz[], $21::uuid[], $22::uuid[])
    as i(id, translation_id, content_type_id, slug, locale, title, status, fields, search_text, external_id,
      published_at, scheduled_at, created_at, updated_at, pulled_digest, pulled_status)
), written as (
  insert into entry as e (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, search_text,
    source_id, external_id, published_at, scheduled_at, created_at, updated_at, pulled_digest, pulled_status)
  select id, $1, content_type_id, translation_id, slug, locale, title, status, fields, search_text,
    $2, external_id, published_at, scheduled_at, created_at, updated_at, pulled_digest, pulled_status
  from incoming
  on conflict (id) do update set content_type_id = excluded.content_type_id, slug = excluded.slug, title = excluded.title,
    fields = excluded.fields, search_text = excluded.search_text, updated_at = excluded.updated_at, deleted_at = null,
    status = case when $2::uuid is not null and e.pulled_status = excluded.pulled_status then e.status else excluded.status end,
    published_at = case when $2::uuid is not null and e.pulled_status = excluded.pulled_status then e.published_at
      when e.id = any($25) then coalesce(e.published_at, excluded.published_at) else excluded.published_at end,
    scheduled_at = case when $2::uuid is not null and e.pulled_status = excluded.pulled_status then e.scheduled_at else excluded.scheduled_at end,
    pulled_digest = excluded.pulled_digest, pulled_status = excluded.pulled_status, version = e.version + 1
  where (e.deleted_at is null or e.id = any($23)) and e.brand_id = excluded.brand_id
    and (e.deleted_at is not null or (e.id = any($24) and e.updated_at <> excluded.updated_at) or (e.content_type_id, e.slug, e.title, e.fields, e.search_text)
      is distinct from (excluded.content_type_id, excluded.slug, excluded.title, excluded.fields, excluded.search_text)
    or (($2::uuid is null or e.pulled_status is distinct from excluded.pulled_status) and
      (e.status, e.published_at, e.scheduled_at) is distinct from (excluded.status, case when e.id = any($25)
        then coalesce(e.published_at, excluded.published_at) else excluded.published_at end, excluded.scheduled_at)))
  returning e.id, e.version, e.slug, e.title, e.status, e.fields, e.xmax = 0 as created
), history as (
  insert into entry_version (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at)
  select w.id, w.version, w.slug, w.title, w.status, w.fields, l.tags::uuid[], l.categories::uuid[],
    case when w.created then 'created' when w.id = any($23) then 'restored' else 'updated' end, $19, $20
  from written w join unnest($3::uuid[], $17::text[], $18::text[]) as l(id, tags, categories) on l.id = w.id
)
select id, version, created from written";
