//! Keeps the first answer to a request under its caller's key, in the transaction that it tells of.

use chrono::{DateTime, Utc};

use super::{Tx, sql};
use crate::domain::{Error, Result};

/// What is kept of an earlier request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What the request was, as a keyed hash.
    pub fingerprint: Vec<u8>,
    /// What it was answered, encrypted.
    pub answer: Vec<u8>,
}

/// Takes a key until the transaction ends, or gives what is kept under it. Whoever comes second waits for the first to end: it
/// then finds the answer, or, where there is none, has the key itself. What has expired is no more.
///
/// # Errors
/// `TIMEOUT` where the first takes longer than a statement may.
pub async fn claim(
    tx: &Tx,
    (caller, key): (&[u8], &str),
    fingerprint: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Option<Kept>> {
    let statement = "insert into idempotency_key as k (caller, key, fingerprint, created_at, expires_at) \
        values ($1, $2, $3, $4, $5) on conflict (caller, key) do update set fingerprint = excluded.fingerprint, answer = null, \
        created_at = excluded.created_at, expires_at = excluded.expires_at where k.expires_at <= excluded.created_at";
    let values = [caller.into(), key.into(), fingerprint.into(), now.into(), expires_at.into()];
    if sql::execute(tx, statement, values).await? > 0 {
        return Ok(None);
    }
    let statement = "select fingerprint, answer from idempotency_key where caller = $1 and key = $2";
    let row = sql::row(tx, statement, [caller.into(), key.into()]).await?;
    let answer: Option<Vec<u8>> = sql::get(&row, "answer")?;
    let answer = answer.ok_or_else(|| Error::internal("a key was committed without an answer"))?;
    Ok(Some(Kept { fingerprint: sql::get(&row, "fingerprint")?, answer }))
}

/// Keeps the answer under the key that this transaction took.
///
/// # Errors
/// As the database refuses.
pub async fn answer(tx: &Tx, (caller, key): (&[u8], &str), answer: Vec<u8>) -> Result<()> {
    let statement = "update idempotency_key set answer = $3 where caller = $1 and key = $2";
    sql::execute(tx, statement, [caller.into(), key.into(), answer.into()]).await.map(|_| ())
}

/// Removes at most so many keys that have expired; how many were.
///
/// # Errors
/// As the database refuses.
pub async fn sweep(tx: &Tx, now: DateTime<Utc>, most: u32) -> Result<u64> {
    let statement = "delete from idempotency_key where (caller, key) in (\
        select caller, key from idempotency_key where expires_at <= $1 limit $2 for update skip locked)";
    sql::execute(tx, statement, [now.into(), i64::from(most).into()]).await
}
