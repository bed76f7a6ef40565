//! Objects that are kept, one for the same bytes of a brand.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use super::{Db, Tx, error::from_orm, sql};
use crate::domain::{Result, access::Grant};

/// An object as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// The brand that it belongs to.
    pub brand_id: Uuid,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its key in the store.
    pub key: String,
    /// Bytes.
    pub byte_size: i64,
    /// What kind of file it is.
    pub media_type: String,
}

/// Adds an object, or finds the one that has the same bytes in the brand; it stays until the transaction ends.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` for a brand outside of the grant.
pub async fn ensure(tx: &Tx, grant: &Grant, new: &Row, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(new.brand_id, "the brand")?;
    let text = "insert into stored_object (id, brand_id, sha256, key, byte_size, media_type, created_at) \
        values ($1, $2, $3, $4, $5, $6, $7) \
        on conflict (brand_id, sha256) do update set sha256 = excluded.sha256 \
        returning id, brand_id, sha256, key, byte_size, media_type";
    let values = [
        new.id.into(),
        new.brand_id.into(),
        new.sha256.clone().into(),
        new.key.clone().into(),
        new.byte_size.into(),
        new.media_type.clone().into(),
        now.into(),
    ];
    let mut rows: Vec<Row> = sql::query(tx, text, values).await?;
    rows.pop().ok_or_else(|| crate::domain::Error::internal("an object was neither added nor found"))
}

/// Removes at most so many objects that no asset has, and tells their keys. Their bytes are still there.
///
/// # Errors
/// As the database refuses.
pub async fn remove_unused(tx: &Tx, most: u32) -> Result<Vec<String>> {
    let text = "delete from stored_object where id in (select o.id from stored_object o \
        where not exists (select from asset a where a.object_id = o.id) \
        limit $1 for update of o skip locked) returning key";
    let rows = sql::rows(tx, text, [i64::from(most).into()]).await?;
    rows.iter().map(|row| sql::get(row, "key")).collect()
}

/// Which of these keys somebody needs: an object that is kept, or an upload on its way. Asked in one statement, so that none is
/// missed that becomes the one while the other is looked for.
///
/// # Errors
/// As the database refuses.
pub async fn needed(db: &Db, keys: &[String], uploads: &[Uuid]) -> Result<(Vec<String>, Vec<Uuid>)> {
    let text = "select key, null::uuid as id from stored_object where key = any($1) union all \
        select null, id from upload where id = any($2) and state in ('pending', 'verifying')";
    let values = [keys.to_vec().into(), uploads.to_vec().into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
    let (mut kept, mut waiting) = (Vec::new(), Vec::new());
    for row in db.orm().query_all_raw(statement).await.map_err(from_orm)? {
        kept.extend(sql::get::<Option<String>>(&row, "key")?);
        waiting.extend(sql::get::<Option<Uuid>>(&row, "id")?);
    }
    Ok((kept, waiting))
}
