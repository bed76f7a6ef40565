//! Writes many new entries at once: a statement for all of them, and one for each thing that hangs on them.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use uuid::Uuid;

use super::{Tx, entry::Row, entry_link::Links, sql};
use crate::domain::{Error, Result, access::Grant};

/// Adds drafts of one brand, which a grant without restrictions in it covers.
///
/// # Errors
/// `CONFLICT` where a slug is taken; `NOT_FOUND` where the grant does not cover the brand, `FORBIDDEN` where it covers not all of
/// it.
pub async fn insert(tx: &Tx, grant: &Grant, brand: Uuid, rows: &[Row], now: DateTime<Utc>) -> Result<()> {
    whole(grant, brand)?;
    let id = |of: fn(&Row) -> Uuid| Value::from(rows.iter().map(of).collect::<Vec<Uuid>>());
    let text = |of: fn(&Row) -> String| Value::from(rows.iter().map(of).collect::<Vec<String>>());
    let values = [
        brand.into(),
        now.into(),
        id(|row| row.id),
        id(|row| row.content_type_id),
        id(|row| row.translation_id),
        text(|row| row.slug.clone()),
        text(|row| row.locale.clone()),
        text(|row| row.title.clone()),
        text(|row| row.fields.to_string()),
        text(|row| row.search_text.clone()),
    ];
    let statement = "insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, \
        search_text, version, created_at, updated_at) \
        select id, $1, content_type_id, translation_id, slug, locale, title, 'draft', fields::jsonb, search_text, 1, $2, $2 \
        from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) \
        as i(id, content_type_id, translation_id, slug, locale, title, fields, search_text)";
    sql::execute(tx, statement, values).await?;
    rows.iter().for_each(|row| tx.wrote(row));
    Ok(())
}

/// Links new entries to tags or categories of their brand; each pair once.
///
/// # Errors
/// `INVALID` where the brand does not have one of them; as [`insert`].
pub async fn link(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    links: Links,
    pairs: &[(Uuid, Vec<Uuid>)],
) -> Result<()> {
    whole(grant, brand)?;
    let (table, column, target, argument) = links.names();
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for (entry, ids) in pairs {
        from.extend(std::iter::repeat_n(*entry, ids.len()));
        to.extend(ids.iter().copied());
    }
    let wanted = to.len() as u64;
    if wanted == 0 {
        return Ok(());
    }
    let statement = format!(
        "insert into {table} (entry_id, {column}) select i.entry, t.id \
         from unnest($2::uuid[], $3::uuid[]) as i(entry, term) join {target} t on t.id = i.term and t.brand_id = $1"
    );
    if sql::execute(tx, &statement, [brand.into(), from.into(), to.into()]).await? != wanted {
        return Err(Error::invalid(argument, "not_found", format!("one is no {target} of this brand")));
    }
    for (entry, ids) in pairs.iter().filter(|(_, ids)| !ids.is_empty()) {
        let mut ids = ids.clone();
        ids.sort_unstable();
        tx.part(*entry, argument, serde_json::json!([]), serde_json::json!(ids));
    }
    Ok(())
}

/// Keeps what entries hold now, tags and categories included, as their current version.
///
/// # Errors
/// As [`insert`].
pub async fn keep_versions(
    tx: &Tx,
    grant: &Grant,
    brand: Uuid,
    ids: Vec<Uuid>,
    change: &str,
    actor: &str,
) -> Result<()> {
    whole(grant, brand)?;
    let statement = "insert into entry_version \
        (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at) \
        select e.id, e.version, e.slug, e.title, e.status, e.fields, \
        coalesce((select array_agg(t.tag_id order by t.tag_id) from entry_tag t where t.entry_id = e.id), '{}'), \
        coalesce((select array_agg(c.category_id order by c.category_id) from entry_category c \
        where c.entry_id = e.id), '{}'), $2, $3, e.updated_at from entry e where e.id = any($1)";
    sql::execute(tx, statement, [ids.into(), change.into(), actor.into()]).await.map(|_| ())
}

fn whole(grant: &Grant, brand: Uuid) -> Result<()> {
    grant.covers(brand, "the brand")?;
    if grant.unrestricted_in(brand) {
        return Ok(());
    }
    Err(Error::new(
        crate::domain::Code::Forbidden,
        "entries are written at once by those who may write every entry",
    ))
}
