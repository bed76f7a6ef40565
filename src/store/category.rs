//! Writes categories and keeps their paths.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, ConnectionTrait, DbBackend,
    EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Statement, sea_query::LockType,
};
use uuid::Uuid;

use super::{Tx, differs::differs, entity::category, error::from_orm, rows, sql};
use crate::domain::{
    Error, Result,
    access::Grant,
    taxonomy::{CreateCategory, MAX_DEPTH, UpdateCategory},
};
pub use crate::store::entity::category::Model as Row;

const WHAT: &str = "the category";

/// Lets one transaction at a time change the shape of a brand's tree: two moves at once could make a circle of it.
///
/// # Errors
/// As the database refuses.
pub async fn lock_tree(tx: &Tx, brand_id: Uuid) -> Result<()> {
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "select pg_advisory_xact_lock(hashtextextended('category/' || $1::text, 0))",
        [brand_id.to_string().into()],
    );
    tx.connection().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// The same for the brands of several categories, after their brands are held: as whoever changes one of them does it.
///
/// # Errors
/// As the database refuses.
pub async fn lock_trees(tx: &Tx, grants: &[Grant], ids: Vec<Uuid>) -> Result<()> {
    let Some((within, brands)) = rows::within(grants, "brand_id") else { return Ok(()) };
    let statement = format!(
        "select id from brand where id in (select brand_id from category where id = any($1){within}) order by id for share"
    );
    let values = std::iter::once(ids.into()).chain(brands);
    for row in sql::rows(tx, &statement, values).await? {
        lock_tree(tx, sql::get(&row, "id")?).await?;
    }
    Ok(())
}

/// The brand of a category, to lock its tree before the category itself.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn brand_of(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Uuid> {
    let found = category::Entity::find_by_id(id).one(tx.connection()).await.map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    Ok(row.brand_id)
}

/// Finds a category and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let found = category::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx.connection())
        .await
        .map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// Finds the category of a brand that another one is to be under.
///
/// # Errors
/// `NOT_FOUND` where the brand has no such category.
pub async fn find_parent(tx: &Tx, grant: &Grant, brand_id: Uuid, id: Uuid) -> Result<Row> {
    grant.covers(brand_id, WHAT)?;
    category::Entity::find_by_id(id)
        .filter(category::Column::BrandId.eq(brand_id))
        .one(tx.connection())
        .await
        .map_err(from_orm)?
        .ok_or_else(|| Error::not_found("the parent category"))
}

/// Adds a category under the path of its parent.
///
/// # Errors
/// `CONFLICT` where the slug is taken there, `LIMIT_EXCEEDED` where the tree would be too deep.
pub async fn insert(
    tx: &Tx,
    grant: &Grant,
    id: Uuid,
    category: CreateCategory,
    mut path: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(category.brand_id, "the brand")?;
    path.push(id);
    check_depth(path.len())?;
    let row = category::ActiveModel {
        id: Set(id),
        brand_id: Set(category.brand_id),
        parent_id: Set(category.parent_id),
        slug: Set(category.slug.into()),
        name: Set(category.name.into()),
        position: Set(category.position),
        path: Set(path),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Changes a category that was locked; its version rises, unless it is so already.
///
/// # Errors
/// `CONFLICT` where the slug is taken beside it.
pub async fn update(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    changes: UpdateCategory,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let mut next = category::ActiveModel { id: Unchanged(row.id), ..Default::default() };
    next.slug = changes.slug.map_or(next.slug, |slug| Set(slug.into()));
    next.name = changes.name.map_or(next.name, |name| Set(name.into()));
    next.position = changes.position.map_or(next.position, Set);
    if !differs(row, &next) {
        return Ok(row.clone());
    }
    next.version = Set(row.version.saturating_add(1));
    next.updated_at = Set(now);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Moves a category that was locked, and the paths of everything below it, in one statement. Its version rises.
///
/// # Errors
/// `CONFLICT` where the slug is taken at the new place, `LIMIT_EXCEEDED` where the tree would be too deep.
pub async fn relocate(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    parent: Option<&Row>,
    position: i32,
    now: DateTime<Utc>,
) -> Result<i32> {
    grant.covers(row.brand_id, WHAT)?;
    let above = parent.map(|parent| parent.path.clone()).unwrap_or_default();
    let sql = "with moved as (update category set path = $2 || path[$3::int:], \
               parent_id = case when id = $1 then $4 else parent_id end, \
               position = case when id = $1 then $5 else position end, \
               version = case when id = $1 then version + 1 else version end, \
               updated_at = case when id = $1 then $6 else updated_at end \
               where brand_id = $7 and path @> array[$1] returning id, version, cardinality(path) as depth) \
               select max(depth) as depth, max(version) filter (where id = $1) as version from moved";
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        sql,
        [
            row.id.into(),
            above.into(),
            i32::try_from(row.path.len()).unwrap_or(i32::MAX).into(),
            parent.map(|parent| parent.id).into(),
            position.into(),
            now.into(),
            row.brand_id.into(),
        ],
    );
    let found = tx.connection().query_one_raw(statement).await.map_err(from_orm)?;
    let found = found.ok_or_else(|| Error::not_found(WHAT))?;
    let depth: i32 = found.try_get("", "depth").map_err(from_orm)?;
    check_depth(usize::try_from(depth).unwrap_or(usize::MAX))?;
    let version = found.try_get("", "version").map_err(from_orm)?;
    tx.wrote(&Row { parent_id: parent.map(|parent| parent.id), position, version, ..row.clone() });
    Ok(version)
}

/// How many categories are directly under one.
///
/// # Errors
/// As the database refuses.
pub async fn count_children(tx: &Tx, grant: &Grant, row: &Row) -> Result<u64> {
    grant.covers(row.brand_id, WHAT)?;
    category::Entity::find()
        .filter(category::Column::ParentId.eq(row.id))
        .count(tx.connection())
        .await
        .map_err(from_orm)
}

/// Removes a category that was locked and has no children, also from its entries.
///
/// # Errors
/// `CONFLICT` where it has children.
pub async fn delete(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    category::Entity::delete_by_id(row.id).exec(tx.connection()).await.map_err(from_orm)?;
    tx.removed(row.id);
    Ok(())
}

fn check_depth(depth: usize) -> Result<()> {
    let depth = u64::try_from(depth).unwrap_or(u64::MAX);
    if depth <= u64::from(MAX_DEPTH) {
        Ok(())
    } else {
        Err(Error::limit(("category_depth", "categoryDepth"), MAX_DEPTH, depth))
    }
}
