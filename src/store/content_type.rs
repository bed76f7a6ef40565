//! Writes content types and the schemas they had.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::LockType,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Db, Life, Tx,
    entity::{content_type, content_type_version, entry},
    error::from_orm,
    path, sql,
};
use crate::domain::{
    Error, Result,
    access::Grant,
    content_type::CreateContentType,
    fields::{FieldPath, Kind},
};
pub use crate::store::entity::content_type::Model as Row;

const WHAT: &str = "the content type";

/// Finds a content type and keeps others from changing it, and from writing entries of it, until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let row = find(tx, grant, id, LockType::NoKeyUpdate).await?;
    tx.saw(&row);
    Ok(row)
}

/// Makes sure that a content type keeps its schema until the transaction ends; others may do the same meanwhile.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn hold(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    find(tx, grant, id, LockType::Share).await
}

async fn find(tx: &Tx, grant: &Grant, id: Uuid, lock: LockType) -> Result<Row> {
    let found =
        content_type::Entity::find_by_id(id).lock(lock).one(tx.connection()).await.map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    Ok(row)
}

/// The schemas of a brand's content types, with id and version.
///
/// # Errors
/// As the database refuses.
pub async fn schemas(tx: &Tx, grant: &Grant, brand_id: Uuid) -> Result<Vec<Row>> {
    grant.covers(brand_id, "the brand")?;
    content_type::Entity::find()
        .filter(content_type::Column::BrandId.eq(brand_id))
        .order_by_asc(content_type::Column::Key)
        .all(tx.connection())
        .await
        .map_err(from_orm)
}

/// The keys of a brand's content types, for a pull that makes those that are missing.
///
/// # Errors
/// As the database refuses.
pub async fn keys(db: &Db, brand_id: Uuid) -> Result<Vec<String>> {
    content_type::Entity::find()
        .select_only()
        .column(content_type::Column::Key)
        .filter(content_type::Column::BrandId.eq(brand_id))
        .into_tuple()
        .all(db.orm())
        .await
        .map_err(from_orm)
}

/// How many content types a brand has.
///
/// # Errors
/// As the database refuses.
pub async fn count(tx: &Tx, grant: &Grant, brand_id: Uuid) -> Result<u64> {
    grant.covers(brand_id, "the brand")?;
    content_type::Entity::find()
        .filter(content_type::Column::BrandId.eq(brand_id))
        .count(tx.connection())
        .await
        .map_err(from_orm)
}

/// Adds a content type and the first version of its schema.
///
/// # Errors
/// `CONFLICT` where the key is taken.
pub async fn insert(
    tx: &Tx,
    grant: &Grant,
    id: Uuid,
    new: CreateContentType,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(new.brand_id, "the brand")?;
    let row = content_type::ActiveModel {
        id: Set(id),
        brand_id: Set(new.brand_id),
        key: Set(new.key.into()),
        name: Set(new.name.into()),
        description: Set(new.description.map(Into::into)),
        schema: Set(new.schema),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    keep_version(tx, &row, actor).await?;
    Ok(row)
}

/// What is to change about a content type's row.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Another name.
    pub name: Option<String>,
    /// Another description, or none.
    pub description: Option<Option<String>>,
    /// Another schema.
    pub schema: Option<Value>,
}

/// Changes a content type that was locked; its version rises, and the schema of that version is kept.
///
/// # Errors
/// As the database refuses.
pub async fn update(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    changes: Changes,
    actor: &str,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let mut next = content_type::ActiveModel {
        id: Unchanged(row.id),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    };
    next.name = changes.name.map_or(next.name, Set);
    next.description = changes.description.map_or(next.description, Set);
    next.schema = changes.schema.map_or(next.schema, Set);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    keep_version(tx, &row, actor).await?;
    Ok(row)
}

async fn keep_version(tx: &Tx, row: &Row, actor: &str) -> Result<()> {
    let version = content_type_version::ActiveModel {
        content_type_id: Set(row.id),
        version: Set(row.version),
        schema: Set(row.schema.clone()),
        created_at: Set(row.updated_at),
        actor: Set(actor.to_owned()),
    };
    content_type_version::Entity::insert(version)
        .exec_without_returning(tx.connection())
        .await
        .map(|_| ())
        .map_err(from_orm)
}

/// How many entries a content type has, there or in the bin.
///
/// # Errors
/// As the database refuses.
pub async fn count_entries(tx: &Tx, grant: &Grant, row: &Row, life: Life) -> Result<u64> {
    grant.covers(row.brand_id, WHAT)?;
    entry::Entity::find()
        .filter(entry::Column::ContentTypeId.eq(row.id))
        .filter(life.condition(entry::Column::DeletedAt))
        .count(tx.connection())
        .await
        .map_err(from_orm)
}

/// Removes a content type that was locked and has no entries.
///
/// # Errors
/// `CONFLICT` where it has entries.
pub async fn delete(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    content_type::Entity::delete_by_id(row.id).exec(tx.connection()).await.map_err(from_orm)?;
    tx.removed(row.id);
    Ok(())
}

/// What the check of a schema needs of an entry.
#[derive(Debug, Clone)]
pub struct Content {
    /// The entry.
    pub id: Uuid,
    /// Its headline.
    pub title: String,
    /// Its custom fields.
    pub fields: Value,
}

/// A page of a type's entries that are not deleted, in the order of their ids, from after one of them; `locked` keeps others
/// from changing them until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn page(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    after: Option<Uuid>,
    most: u64,
    locked: bool,
) -> Result<Vec<Content>> {
    grant.covers(row.brand_id, WHAT)?;
    let mut select = entry::Entity::find()
        .select_only()
        .columns([entry::Column::Id, entry::Column::Title, entry::Column::Fields])
        .filter(entry::Column::ContentTypeId.eq(row.id))
        .filter(entry::Column::DeletedAt.is_null())
        .filter(entry::Column::Id.gt(after.unwrap_or(Uuid::nil())))
        .order_by_asc(entry::Column::Id)
        .limit(most);
    if locked {
        select = select.lock(LockType::NoKeyUpdate);
    }
    let found: Vec<(Uuid, String, Value)> =
        select.into_tuple().all(tx.connection()).await.map_err(from_orm)?;
    Ok(found.into_iter().map(|(id, title, fields)| Content { id, title, fields }).collect())
}

/// Entries that share a value with others.
#[derive(Debug, Clone)]
pub struct Duplicates {
    /// How many there are.
    pub entries: u64,
    /// The first of them, with their headlines.
    pub first: Vec<(Uuid, String)>,
}

/// Which of a type's entries hold, at a path, what another entry holds that is no translation of theirs.
///
/// # Errors
/// As the database refuses.
pub async fn duplicates(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    (path, kind): (&FieldPath, Kind),
    most: usize,
) -> Result<Duplicates> {
    grant.covers(row.brand_id, WHAT)?;
    let value = path::expression("e", path, kind);
    let statement = format!(
        "with shared as (select {value} as value from entry e \
         where e.content_type_id = $1 and e.deleted_at is null and {value} is not null \
         group by {value} having count(distinct e.translation_id) > 1) \
         select e.id, e.title, count(*) over () as entries from entry e join shared s on s.value = {value} \
         where e.content_type_id = $1 and e.deleted_at is null order by e.id limit $2"
    );
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let rows = sql::rows(tx, &statement, [row.id.into(), most.into()]).await?;
    let entries: i64 = rows.first().map_or(Ok(0), |row| sql::get(row, "entries"))?;
    let first = rows.iter().map(|row| Ok((sql::get(row, "id")?, sql::get(row, "title")?)));
    Ok(Duplicates {
        entries: u64::try_from(entries).unwrap_or_default(),
        first: first.collect::<Result<_>>()?,
    })
}
