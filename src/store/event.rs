//! Writes the record of changes.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{error::from_orm, tx::Tx};
use crate::{
    domain::{Result, event::Event},
    kit::id,
};

/// Who changed something, for the record.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The actor's label.
    pub actor: &'a str,
    /// The request, where there is one.
    pub request_id: Option<&'a str>,
}

/// Adds the events of one unit in one statement.
///
/// # Errors
/// As the database refuses.
pub async fn append(tx: &Tx, events: &[Event], author: Author<'_>, now: DateTime<Utc>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<serde_json::Value> = events
        .iter()
        .map(|event| {
            serde_json::json!({
                "id": id::new(now), "brand_id": event.brand_id, "kind": event.kind,
                "subject_id": event.subject_id, "detail": event.detail,
            })
        })
        .collect();
    let statement = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "insert into event (id, brand_id, kind, subject_id, actor, request_id, detail, created_at) \
         select id, brand_id, kind, subject_id, $2, $3, detail, $4 \
         from jsonb_to_recordset($1) as e(id uuid, brand_id uuid, kind text, subject_id uuid, detail jsonb)",
        [
            serde_json::Value::Array(rows).into(),
            author.actor.into(),
            author.request_id.map(str::to_owned).into(),
            now.into(),
        ],
    );
    tx.connection().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}
