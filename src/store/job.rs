//! The table of jobs.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::Value;

use super::{error::from_orm, tx::Tx};
use crate::{domain::Result, kit::id};

/// A job that is to be stored.
#[derive(Debug, Clone, Copy)]
pub struct NewRow<'a> {
    /// Which handler takes it.
    pub kind: &'static str,
    /// What the handler needs to know.
    pub payload: &'a Value,
    /// Two waiting jobs of one kind with the same key are one job.
    pub dedupe_key: Option<&'a str>,
    /// Not before.
    pub run_at: DateTime<Utc>,
}

/// Stores jobs in one statement.
///
/// # Errors
/// As the database refuses.
pub async fn insert(tx: &Tx, jobs: &[NewRow<'_>], now: DateTime<Utc>) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let rows: Vec<Value> = jobs
        .iter()
        .map(|job| {
            serde_json::json!({
                "id": id::new(now), "kind": job.kind, "payload": job.payload,
                "dedupe_key": job.dedupe_key, "run_at": job.run_at,
            })
        })
        .collect();
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "insert into job (id, kind, payload, dedupe_key, run_at, created_at) \
         select id, kind, payload, dedupe_key, run_at, $2 \
         from jsonb_to_recordset($1) as j(id uuid, kind text, payload jsonb, dedupe_key text, run_at timestamptz) \
         on conflict (kind, dedupe_key) where state = 'ready' do nothing",
        [Value::Array(rows).into(), now.into()],
    );
    tx.connection().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}
