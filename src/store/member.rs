//! Writes who holds which role in a brand, and looks up what somebody holds.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::LockType,
};
use uuid::Uuid;

use super::{
    Db, Tx,
    entity::{member, role},
    error::from_orm,
    role::{COLUMNS, rule},
    sql,
};
use crate::domain::{
    Error, Result,
    access::{BrandScope, Grant, Membership, Role},
    role::GrantRole,
};
pub use crate::store::entity::member::Model as Row;

const WHAT: &str = "the member";

/// What somebody holds, in whichever brand, for the check of a credential: there is no grant yet.
///
/// # Errors
/// As the database refuses.
pub async fn memberships(db: &Db, issuer: &str, subject: &str) -> Result<Vec<Membership>> {
    let text = "select id, brand_id, issuer, subject, role, own_role, version, created_at, updated_at \
        from member where issuer = $1 and subject = $2";
    let rows: Vec<Row> = db.look_up(text, sql::bound([issuer, subject])?).await?;
    let brands: Vec<Uuid> =
        rows.iter().filter(|row| row.own_role.is_some()).map(|row| row.brand_id).collect();
    let mut own = HashMap::new();
    if !brands.is_empty() {
        let text = format!("select {COLUMNS} from role where brand_id = any($1)");
        for row in db.look_up::<role::Model>(&text, sql::bound([brands])?).await? {
            own.insert((row.brand_id, row.name.clone()), std::sync::Arc::new(rule(&row)?));
        }
    }
    let held = rows.into_iter().filter_map(|row| {
        let brands = BrandScope::Only(vec![row.brand_id]);
        match row.own_role {
            None => Role::find(&row.role).map(|role| role.within(brands)),
            Some(name) => own.get(&(row.brand_id, name)).cloned().map(|role| Membership { role, brands }),
        }
    });
    Ok(held.collect())
}

/// Somebody's membership, by its key.
///
/// # Errors
/// As the database refuses.
pub async fn find(db: &Db, id: Uuid) -> Result<Option<Row>> {
    member::Entity::find_by_id(id).one(db.orm()).await.map_err(from_orm)
}

/// Finds a member and keeps others from removing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let found =
        member::Entity::find_by_id(id).lock(LockType::Update).one(tx.connection()).await.map_err(from_orm)?;
    let row = found.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// How many members of a brand hold a role.
///
/// # Errors
/// As the database refuses.
pub async fn count(tx: &Tx, grant: &Grant, brand_id: Uuid, role: &str) -> Result<u64> {
    grant.covers(brand_id, "the brand")?;
    member::Entity::find()
        .filter(member::Column::BrandId.eq(brand_id))
        .filter(member::Column::Role.eq(role))
        .count(tx.connection())
        .await
        .map_err(from_orm)
}

/// Adds a member; `own` says that the role is the brand's own.
///
/// # Errors
/// `CONFLICT` where they hold the role already.
pub async fn insert(
    tx: &Tx,
    grant: &Grant,
    id: Uuid,
    (new, own): (GrantRole, bool),
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers(new.brand_id, "the brand")?;
    let row = member::ActiveModel {
        id: Set(id),
        brand_id: Set(new.brand_id),
        issuer: Set(new.issuer.into()),
        subject: Set(new.subject.into()),
        own_role: Set(own.then(|| new.role.clone())),
        role: Set(new.role),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Removes a member that was locked.
///
/// # Errors
/// As the database refuses.
pub async fn delete(tx: &Tx, grant: &Grant, row: &Row) -> Result<()> {
    grant.covers(row.brand_id, WHAT)?;
    member::Entity::delete_by_id(row.id).exec(tx.connection()).await.map_err(from_orm)?;
    tx.removed(row.id);
    Ok(())
}
