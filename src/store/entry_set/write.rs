//! Writes many entries: all of them in one statement, and one for each thing that hangs on them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{FromQueryResult, Value};
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{Tx, covered, entry::Row, entry_link::Links, sql},
    Change,
};
use crate::domain::{Error, Result, access::Grant};

/// Adds drafts.
///
/// # Errors
/// `CONFLICT` where a slug is taken; `NOT_FOUND` where the grant does not cover a brand, `FORBIDDEN` where one of them is not
/// within it.
pub async fn insert(tx: &Tx, grant: &Grant, new: &[&Change], now: DateTime<Utc>) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    new.iter().try_for_each(|one| one.granted(grant))?;
    let rows = || new.iter().map(|one| &one.after);
    let id = |of: fn(&Row) -> Uuid| Value::from(rows().map(of).collect::<Vec<Uuid>>());
    let text = |of: fn(&Row) -> String| Value::from(rows().map(of).collect::<Vec<String>>());
    let values = [
        now.into(),
        id(|row| row.brand_id),
        id(|row| row.id),
        id(|row| row.content_type_id),
        id(|row| row.translation_id),
        text(|row| row.slug.clone()),
        text(|row| row.locale.clone()),
        text(|row| row.title.clone()),
        text(|row| row.fields.to_string()),
        text(|row| row.search_text.clone()),
        // The driver knows no nulls inside of an array: none is the empty text.
        text(|row| row.source_id.map(|id| id.to_string()).unwrap_or_default()),
        text(|row| row.external_id.clone().unwrap_or_default()),
    ];
    let statement = "insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, \
        search_text, source_id, external_id, version, created_at, updated_at) \
        select id, brand_id, content_type_id, translation_id, slug, locale, title, 'draft', fields::jsonb, search_text, \
        nullif(source_id, '')::uuid, case when source_id <> '' then external_id end, 1, $1, $1 \
        from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], \
        $11::text[], $12::text[]) as i(brand_id, id, content_type_id, translation_id, slug, locale, title, fields, search_text, \
        source_id, external_id)";
    sql::execute(tx, statement, values).await?;
    rows().for_each(|row| tx.wrote(row));
    Ok(())
}

/// What the database made of a row: moments as exact as it keeps them, custom fields in its own writing.
#[derive(FromQueryResult)]
struct Made {
    id: Uuid,
    version: i32,
    fields: Option<serde_json::Value>,
    published_at: Option<DateTime<Utc>>,
    scheduled_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
}

/// Changes entries that were locked; their versions rise.
///
/// # Errors
/// `CONFLICT` where a slug is taken, `FORBIDDEN` where what becomes of one is not within the grant.
pub async fn update(tx: &Tx, grant: &Grant, changed: &[&Change], now: DateTime<Utc>) -> Result<()> {
    if changed.is_empty() {
        return Ok(());
    }
    let rows: Vec<serde_json::Value> = changed
        .iter()
        .map(|one| {
            let row = &one.after;
            let refilled = one.refilled();
            json!({
                "id": row.id, "slug": row.slug, "title": row.title, "status": row.status,
                "fields": refilled.then_some(&row.fields), "search_text": refilled.then_some(&row.search_text),
                "published_at": row.published_at, "scheduled_at": row.scheduled_at,
                "publish_problem": row.publish_problem, "deleted_at": row.deleted_at,
            })
        })
        .collect();
    let statement = "update entry e set slug = w.slug, title = w.title, status = w.status, fields = coalesce(w.fields, e.fields), \
        search_text = coalesce(w.search_text, e.search_text), published_at = w.published_at, scheduled_at = w.scheduled_at, \
        publish_problem = w.publish_problem, deleted_at = w.deleted_at, version = e.version + 1, updated_at = $2 \
        from jsonb_to_recordset($1) as w(id uuid, slug text, title text, status text, fields jsonb, search_text text, \
        published_at timestamptz, scheduled_at timestamptz, publish_problem jsonb, deleted_at timestamptz) where e.id = w.id \
        returning e.id, e.version, case when w.fields is not null then e.fields end as fields, e.published_at, e.scheduled_at, \
        e.deleted_at";
    let made: Vec<Made> =
        sql::query(tx, statement, [serde_json::Value::Array(rows).into(), now.into()]).await?;
    let mut made: HashMap<Uuid, Made> = made.into_iter().map(|one| (one.id, one)).collect();
    for one in changed {
        let missing = || Error::internal("an entry that was locked is gone");
        let Made { version, fields, published_at, scheduled_at, deleted_at, .. } =
            made.remove(&one.after.id).ok_or_else(missing)?;
        let mut one = (*one).clone();
        one.after.fields = fields.unwrap_or(one.after.fields);
        one.after = Row { version, published_at, scheduled_at, deleted_at, ..one.after };
        one.granted(grant)?;
        tx.wrote(&one.after);
    }
    Ok(())
}

/// Gives entries exactly these tags or categories, of which it is known that their brand has them; each entry with those that it has.
///
/// # Errors
/// `FORBIDDEN` where such links are hidden from the caller, or locked; `INVALID` where one is gone meanwhile.
pub async fn relink(
    tx: &Tx,
    grant: &Grant,
    links: Links,
    wanted: &[(&Change, &[Uuid], &[Uuid])],
) -> Result<()> {
    let (table, column, target, argument) = links.names();
    let (mut off, mut on) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for (one, has, ids) in wanted {
        let row = &one.after;
        grant.covers(row.brand_id, "the entry")?;
        if !grant.unrestricted_in(row.brand_id) {
            grant.covers_links(row.brand_id, &covered::facts(row, &one.type_key), argument)?;
        }
        let gone: Vec<Uuid> = has.iter().filter(|id| !ids.contains(id)).copied().collect();
        let new: Vec<Uuid> = ids.iter().filter(|id| !has.contains(id)).copied().collect();
        off.0.extend(std::iter::repeat_n(row.id, gone.len()));
        off.1.extend(gone);
        on.0.extend(std::iter::repeat_n(row.id, new.len()));
        on.1.extend(new);
    }
    if !off.0.is_empty() {
        let statement = format!(
            "delete from {table} l using unnest($1::uuid[], $2::uuid[]) as i(entry, term) \
             where l.entry_id = i.entry and l.{column} = i.term"
        );
        sql::execute(tx, &statement, [off.0.into(), off.1.into()]).await?;
    }
    let count = on.0.len() as u64;
    if count > 0 {
        let statement = format!(
            "insert into {table} (entry_id, {column}) select i.entry, t.id \
             from unnest($1::uuid[], $2::uuid[]) as i(entry, term) join {target} t on t.id = i.term"
        );
        if sql::execute(tx, &statement, [on.0.into(), on.1.into()]).await? != count {
            return Err(Error::invalid(argument, "not_found", format!("one is no {target} of this brand")));
        }
    }
    for (one, has, ids) in wanted {
        let mut now = ids.to_vec();
        now.sort_unstable();
        tx.part(one.after.id, argument, json!(has), json!(now));
    }
    Ok(())
}

/// A version that is to be kept: of which entry, and how the history names what made it.
pub type Kept = (Uuid, &'static str);

/// Keeps what entries hold now, tags and categories included, as their current version.
///
/// # Errors
/// As the database refuses.
pub async fn keep_versions(tx: &Tx, kept: &[Kept], actor: &str) -> Result<()> {
    let ids: Vec<Uuid> = kept.iter().map(|(id, _)| *id).collect();
    let changes: Vec<String> = kept.iter().map(|(_, change)| (*change).to_owned()).collect();
    let statement = "insert into entry_version \
        (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at) \
        select e.id, e.version, e.slug, e.title, e.status, e.fields, \
        coalesce((select array_agg(t.tag_id order by t.tag_id) from entry_tag t where t.entry_id = e.id), '{}'), \
        coalesce((select array_agg(c.category_id order by c.category_id) from entry_category c \
        where c.entry_id = e.id), '{}'), i.change, $3, e.updated_at \
        from unnest($1::uuid[], $2::text[]) as i(id, change) join entry e on e.id = i.id";
    sql::execute(tx, statement, [ids.into(), changes.into(), actor.into()]).await.map(|_| ())
}
