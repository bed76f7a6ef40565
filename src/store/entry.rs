//! Writes entries and keeps their history.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait, DbBackend,
    EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Statement, sea_query::LockType,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Db, Life, Tx, covered,
    entity::{entry, entry_version},
    error::from_orm,
    sql,
};
use crate::domain::{
    Error, Result,
    access::Grant,
    entry::{Origin, Status},
};
pub use crate::store::entity::entry::Model as Row;

const WHAT: &str = "the entry";

/// Finds an entry and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none that the caller sees; `FORBIDDEN` where it is seen, and not within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid, life: Life) -> Result<Row> {
    let found = entry::Entity::find_by_id(id)
        .filter(life.condition(entry::Column::DeletedAt))
        .lock(LockType::NoKeyUpdate)
        .one(tx.connection())
        .await
        .map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    covered::entry(tx, grant, &row).await?;
    tx.saw(&row);
    Ok(row)
}

/// An entry that is to be stored, as a draft.
#[derive(Debug, Clone)]
pub struct New {
    /// Its id.
    pub id: Uuid,
    /// Its brand.
    pub brand_id: Uuid,
    /// Its content type.
    pub content_type_id: Uuid,
    /// What it shares with its translations.
    pub translation_id: Uuid,
    /// Its slug.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// Its headline.
    pub title: String,
    /// Its custom fields.
    pub fields: Value,
    /// What of them is searched.
    pub search_text: String,
    /// What a source calls it, where it comes from one.
    pub origin: Option<Origin>,
}

/// Adds an entry.
///
/// # Errors
/// `CONFLICT` where the slug is taken, or the locale among the translations; `FORBIDDEN` where it is not within the grant.
pub async fn insert(tx: &Tx, grant: &Grant, new: New, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(new.brand_id, "the brand")?;
    let row = Row {
        id: new.id,
        brand_id: new.brand_id,
        content_type_id: new.content_type_id,
        translation_id: new.translation_id,
        slug: new.slug,
        locale: new.locale,
        title: new.title,
        status: Status::Draft.name().to_owned(),
        fields: new.fields,
        search_text: new.search_text,
        source_id: new.origin.as_ref().map(|origin| origin.source_id),
        external_id: new.origin.map(|origin| origin.external_id),
        version: 1,
        published_at: None,
        scheduled_at: None,
        publish_problem: None,
        created_at: now,
        updated_at: now,
        deleted_at: None,
    };
    // Before the database says what it holds already.
    covered::change(tx, grant, None, &row).await?;
    let row = row.into_active_model().reset_all().insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// What is to change about an entry's row.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Another slug.
    pub slug: Option<String>,
    /// Another headline.
    pub title: Option<String>,
    /// Other custom fields, with what of them is searched.
    pub fields: Option<(Value, String)>,
    /// Another status.
    pub status: Option<Status>,
    /// Another time of publication.
    pub published_at: Option<DateTime<Utc>>,
    /// Another time to publish at, or none.
    pub scheduled_at: Option<Option<DateTime<Utc>>>,
    /// Why it could not be published on time, or nothing.
    pub publish_problem: Option<Option<Value>>,
    /// Another time of deletion, or none.
    pub deleted_at: Option<Option<DateTime<Utc>>>,
}

/// Changes an entry that was locked; its version rises.
///
/// # Errors
/// `CONFLICT` where the slug is taken, `FORBIDDEN` where what becomes of it is not within the grant.
pub async fn update(tx: &Tx, grant: &Grant, row: &Row, changes: Changes, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let mut next = entry::ActiveModel {
        id: Unchanged(row.id),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    };
    next.slug = changes.slug.map_or(next.slug, Set);
    next.title = changes.title.map_or(next.title, Set);
    if let Some((fields, search_text)) = changes.fields {
        next.fields = Set(fields);
        next.search_text = Set(search_text);
    }
    next.status = changes.status.map_or(next.status, |status| Set(status.name().to_owned()));
    next.published_at = changes.published_at.map_or(next.published_at, |at| Set(Some(at)));
    next.scheduled_at = changes.scheduled_at.map_or(next.scheduled_at, Set);
    next.publish_problem = changes.publish_problem.map_or(next.publish_problem, Set);
    next.deleted_at = changes.deleted_at.map_or(next.deleted_at, Set);
    if let Set(slug) = &next.slug
        && *slug != row.slug
    {
        // Before the database says that it is taken.
        covered::change(tx, grant, Some(row), &Row { slug: slug.clone(), ..row.clone() }).await?;
    }
    let after = next.update(tx.connection()).await.map_err(from_orm)?;
    covered::change(tx, grant, Some(row), &after).await?;
    tx.wrote(&after);
    Ok(after)
}

/// Keeps what an entry holds now, tags and categories included, as its current version.
///
/// # Errors
/// As the database refuses.
pub async fn keep_version(tx: &Tx, grant: &Grant, row: &Row, change: &str, actor: &str) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    let statement = "insert into entry_version \
        (entry_id, version, slug, title, status, fields, tags, categories, change, actor, created_at) \
        select e.id, e.version, e.slug, e.title, e.status, e.fields, \
        coalesce((select array_agg(t.tag_id order by t.tag_id) from entry_tag t where t.entry_id = e.id), '{}'), \
        coalesce((select array_agg(c.category_id order by c.category_id) from entry_category c \
        where c.entry_id = e.id), '{}'), $2, $3, e.updated_at from entry e where e.id = $1";
    sql::execute(tx, statement, [row.id.into(), change.into(), actor.into()]).await.map(|_| ())
}

/// What an entry held in an earlier version, as far as the caller sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Then {
    /// The slug it had.
    pub slug: Option<String>,
    /// The headline it had.
    pub title: Option<String>,
    /// The custom fields it had; those that are not seen are as they are now.
    pub fields: Value,
    /// The tags it had.
    pub tags: Option<Vec<Uuid>>,
    /// The categories it had.
    pub categories: Option<Vec<Uuid>>,
}

/// What an entry that was locked held in an earlier version.
///
/// # Errors
/// `NOT_FOUND` where it has no such version, or none that the caller sees; `FORBIDDEN` where they see no versions at all.
pub async fn get_version(tx: &Tx, grant: &Grant, row: &Row, version: i32) -> Result<Then> {
    grant.covers(row.brand_id, WHAT)?;
    covered::naming(tx, grant, row, &["versions"], None).await?;
    let what = format!("version {version} of the entry");
    let found = entry_version::Entity::find_by_id((row.id, version))
        .one(tx.connection())
        .await
        .map_err(from_orm)?
        .ok_or_else(|| Error::not_found(&what))?;
    let seen = covered::version(tx, grant, row, found).await?;
    seen.ok_or_else(|| Error::concealed(what, row.brand_id))
}

/// The entries of a brand that wait to be published, and when.
///
/// # Errors
/// As the database refuses.
pub async fn scheduled(tx: &Tx, grant: &Grant, brand_id: Uuid) -> Result<Vec<(Uuid, DateTime<Utc>)>> {
    grant.covers(brand_id, "the brand")?;
    let rows: Vec<(Uuid, Option<DateTime<Utc>>)> = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::ScheduledAt])
        .filter(entry::Column::BrandId.eq(brand_id))
        .filter(entry::Column::Status.eq(Status::Scheduled.name()))
        .filter(entry::Column::DeletedAt.is_null())
        .into_tuple()
        .all(tx.connection())
        .await
        .map_err(from_orm)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id, at?))).collect())
}

/// An entry whose publication is due, but that no job is going to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stranded {
    /// The entry.
    pub id: Uuid,
    /// When it was to be published.
    pub at: DateTime<Utc>,
    /// Whether its job was given up; else there is none.
    pub given_up: bool,
}

/// Entries of brands that are there whose publication is due and that no job is going to publish, at most so many.
///
/// # Errors
/// As the database refuses.
pub async fn stranded(db: &Db, now: DateTime<Utc>, most: u32) -> Result<Vec<Stranded>> {
    let statement = "select e.id, e.scheduled_at as at, exists (select from job j where j.kind = 'entry.publish' \
        and j.state = 'buried' and j.payload->>'entry' = e.id::text) as given_up \
        from entry e join brand b on b.id = e.brand_id and b.deleted_at is null \
        where e.status = 'scheduled' and e.deleted_at is null and e.scheduled_at <= $1 and not exists (\
        select from job j where j.kind = 'entry.publish' and j.state in ('ready', 'running') \
        and j.payload->>'entry' = e.id::text) order by e.scheduled_at limit $2";
    let values = [now.into(), i64::from(most).into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, statement, values);
    let rows = db.orm().query_all_raw(statement).await.map_err(from_orm)?;
    rows.iter()
        .map(|row| {
            let (id, at, given_up) = (sql::get(row, "id")?, sql::get(row, "at")?, sql::get(row, "given_up")?);
            Ok(Stranded { id, at, given_up })
        })
        .collect()
}

/// Stores what is searched of several entries, without touching their versions.
///
/// # Errors
/// As the database refuses.
pub async fn set_search_texts(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    texts: &[(Uuid, String)],
) -> Result<u64> {
    grant.covers(brand_id, "the brand")?;
    let rows: Vec<Value> =
        texts.iter().map(|(id, text)| serde_json::json!({"id": id, "search_text": text})).collect();
    let statement = "update entry e set search_text = w.search_text \
        from jsonb_to_recordset($1) as w(id uuid, search_text text) \
        where e.id = w.id and e.brand_id = $2 and e.search_text is distinct from w.search_text";
    sql::execute(tx, statement, [Value::Array(rows).into(), brand_id.into()]).await
}
