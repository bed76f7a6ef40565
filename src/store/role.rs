//! Writes roles of a brand's own, and looks them up by name.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait, PaginatorTrait,
    QueryFilter, QuerySelect, sea_query::LockType,
};
use serde_json::Value;
use sqlx::Arguments;
use uuid::Uuid;

use super::{
    Db, Tx,
    entity::{member, role},
    error::from_orm,
    sql,
};
use crate::domain::{
    Error, Result,
    access::{Grant, Permission, Restrictions, RoleRule},
    role::CreateRole,
};
pub use crate::store::entity::role::Model as Row;

const WHAT: &str = "the role";

/// By name, so that a connection's prepared statements outlive a migration that adds one.
pub(super) const COLUMNS: &str =
    "id, brand_id, name, description, permissions, restrictions, version, created_at, updated_at";

/// What a stored role comes to. A permission that there no longer is gives nothing.
///
/// # Errors
/// `INTERNAL` where its restrictions are none: then it gives nothing at all.
pub fn rule(row: &Row) -> Result<RoleRule> {
    let permissions = row.permissions.iter().filter_map(|name| Permission::find(name)).collect();
    let restrictions = Restrictions::parse(&row.restrictions, "restrictions").map_err(Error::internal)?;
    Ok(RoleRule { name: row.name.clone(), permissions, restrictions })
}

/// The roles of these names in a brand that is there, for the check of a credential: there is no grant yet.
///
/// # Errors
/// As the database refuses.
pub async fn named(db: &Db, brand_id: Uuid, names: &[String]) -> Result<Vec<Arc<RoleRule>>> {
    let mut values = sql::bound([brand_id])?;
    values.add(names).map_err(Error::internal)?;
    let text = format!("select {COLUMNS} from role where brand_id = $1 and name = any($2)");
    let rows: Vec<Row> = db.look_up(&text, values).await?;
    rows.iter().map(|row| rule(row).map(Arc::new)).collect()
}

/// The role of that name in a brand; it stays until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn find(tx: &Tx, grant: &Grant, brand_id: Uuid, name: &str) -> Result<Option<Row>> {
    grant.covers(brand_id, "the brand")?;
    role::Entity::find()
        .filter(role::Column::BrandId.eq(brand_id))
        .filter(role::Column::Name.eq(name))
        .lock(LockType::Share)
        .one(tx.connection())
        .await
        .map_err(from_orm)
}

/// Finds a role and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let found =
        role::Entity::find_by_id(id).lock(LockType::Update).one(tx.connection()).await.map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// Whether a membership has a role that was locked.
///
/// # Errors
/// As the database refuses.
pub async fn is_held(tx: &Tx, grant: &Grant, row: &Row) -> Result<bool> {
    grant.covers(row.brand_id, WHAT)?;
    let held = member::Entity::find()
        .filter(member::Column::BrandId.eq(row.brand_id))
        .filter(member::Column::OwnRole.eq(row.name.as_str()))
        .count(tx.connection())
        .await
        .map_err(from_orm)?;
    Ok(held > 0)
}

/// Adds a role.
///
/// # Errors
/// `CONFLICT` where the name is taken.
pub async fn insert(tx: &Tx, grant: &Grant, id: Uuid, new: CreateRole, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(new.brand_id, "the brand")?;
    let row = role::ActiveModel {
        id: Set(id),
        brand_id: Set(new.brand_id),
        name: Set(new.name.as_str().to_owned()),
        description: Set(new.description.map(Into::into)),
        permissions: Set(new.rule.permissions.iter().map(|one| one.name().to_owned()).collect()),
        restrictions: Set(stored(&new.rule.restrictions)),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Changes a role that was locked; its version rises.
///
/// # Errors
/// As the database refuses.
pub async fn update(
    tx: &Tx,
    grant: &Grant,
    row: &Row,
    (description, rule): (Option<String>, &RoleRule),
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(row.brand_id, WHAT)?;
    let next = role::ActiveModel {
        id: Unchanged(row.id),
        description: Set(description),
        permissions: Set(rule.permissions.iter().map(|one| one.name().to_owned()).collect()),
        restrictions: Set(stored(&rule.restrictions)),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    };
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Removes a role that was locked.
///
/// # Errors
/// `CONFLICT` where somebody still holds it.
pub async fn delete(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    role::Entity::delete_by_id(row.id).exec(tx.connection()).await.map_err(from_orm)?;
    tx.removed(row.id);
    Ok(())
}

/// No restrictions are an empty object.
fn stored(restrictions: &Restrictions) -> Value {
    match restrictions.to_json() {
        Value::Null => serde_json::json!({}),
        given => given.clone(),
    }
}
