//! Adds records, all of a transaction in one statement.

use super::super::{Tx, sql};
use crate::domain::{Error, Result, audit::Record};

/// Who changed something, for the history of entries.
#[derive(Debug, Clone, Copy)]
pub struct Author<'a> {
    /// The actor's label.
    pub actor: &'a str,
    /// The request, where there is one.
    pub request_id: Option<&'a str>,
}

/// What is written of a record, in the order of the columns; position and transaction are the database's to give.
const COLUMNS: &str = "id uuid, created_at timestamptz, actor text, credential text, kind text, outcome text, reason text, \
    node text, brand uuid, ip text, user_agent text, request_id text, count integer, before jsonb, after jsonb, detail jsonb";

/// Adds records in one statement.
///
/// # Errors
/// As the database refuses.
pub async fn append(tx: &Tx, records: &[Record]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = COLUMNS.split(", ").filter_map(|column| column.split(' ').next()).collect();
    let names = names.join(", ");
    let statement = format!(
        "insert into audit_record ({names}) select {names} from jsonb_to_recordset($1) as r({COLUMNS})"
    );
    let rows = serde_json::to_value(records).map_err(Error::internal)?;
    sql::execute(tx, &statement, [rows.into()]).await.map(|_| ())
}
