//! The keys that tokens of applications are signed with; of the private ones there is only what is sealed.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;
use sqlx::postgres::PgArguments;
use uuid::Uuid;

use super::{Db, Tx, image::Imaged, sql};
use crate::{domain::Result, kit::masked::Masked};

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, FromQueryResult)]
pub struct Row {
    /// Its id, which is the `kid` of its tokens.
    pub id: Uuid,
    /// The public key: 32 bytes of Ed25519.
    pub public_key: Vec<u8>,
    /// The private key, sealed.
    pub sealed_key: Vec<u8>,
    /// From when on it signs, until a later one does.
    pub signs_from: DateTime<Utc>,
}

/// What the record of changes shows of a key.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(skip)]
    id: Uuid,
    private_key: Masked<&'a [u8]>,
    signs_from: DateTime<Utc>,
}

impl Imaged for Told<'_> {
    fn key(&self) -> Uuid {
        self.id
    }
}

fn told(key: &Row) -> Told<'_> {
    Told { id: key.id, private_key: Masked(&key.sealed_key), signs_from: key.signs_from }
}

const ALL: &str = "select id, public_key, sealed_key, signs_from from signing_key order by signs_from, id";

/// Every key, the oldest first: those that signed, the one that signs, the one that will.
///
/// # Errors
/// As the database refuses.
pub async fn load(db: &Db) -> Result<Vec<Row>> {
    db.look_up(ALL, PgArguments::default()).await
}

/// Every key, and nobody else changes them until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn lock(tx: &Tx) -> Result<Vec<Row>> {
    sql::execute(tx, "lock table signing_key in share row exclusive mode", []).await?;
    let keys: Vec<Row> = sql::query(tx, ALL, []).await?;
    keys.iter().for_each(|key| tx.saw(&told(key)));
    Ok(keys)
}

/// Adds a key.
///
/// # Errors
/// As the database refuses.
pub async fn insert(tx: &Tx, key: &Row, now: DateTime<Utc>) -> Result<()> {
    let text = "insert into signing_key (id, public_key, sealed_key, signs_from, created_at) values ($1, $2, $3, $4, $5)";
    let values = [
        key.id.into(),
        key.public_key.clone().into(),
        key.sealed_key.clone().into(),
        key.signs_from.into(),
        now.into(),
    ];
    sql::execute(tx, text, values).await?;
    tx.wrote(&told(key));
    Ok(())
}

/// Removes a key.
///
/// # Errors
/// As the database refuses.
pub async fn delete(tx: &Tx, id: Uuid) -> Result<()> {
    sql::execute(tx, "delete from signing_key where id = $1", [id.into()]).await?;
    tx.removed(id);
    Ok(())
}
