//! Sources, and the record of each pull from them.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{db::Db, error::from_orm, image::Imaged, tx::Tx};
use crate::{
    domain::{
        Result,
        source::{NewSource, RunStatus, RunTally, Source},
    },
    kit::masked::Masked,
};

/// What the record of changes shows of a source. The text of a connector file is nobody's but its operator's.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(skip)]
    id: Uuid,
    name: &'a str,
    connector: Masked<&'a str>,
    address: &'a str,
}

impl Imaged for Told<'_> {
    fn key(&self) -> Uuid {
        self.id
    }
}

fn told(id: Uuid, new: &NewSource) -> Told<'_> {
    Told { id, name: &new.name, connector: Masked(&new.connector), address: &new.base_url }
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    brand_id: Uuid,
    name: String,
    connector: String,
    base_url: String,
    version: i32,
}

impl From<Row> for Source {
    fn from(row: Row) -> Self {
        let Row { id, brand_id, name, connector, base_url, version } = row;
        Self { id, brand_id, name, connector, base_url, version }
    }
}

fn statement(sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

async fn run(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<()> {
    tx.connection().execute_raw(statement(sql, values)).await.map(|_| ()).map_err(from_orm)
}

/// The source of that name.
///
/// # Errors
/// As the database refuses.
pub async fn find(db: &Db, name: &str) -> Result<Option<Source>> {
    let sql = "select id, brand_id, name, connector, base_url, version from source where name = $1";
    let row = Row::find_by_statement(statement(sql, [name.into()])).one(db.orm()).await;
    Ok(row.map_err(from_orm)?.map(Source::from))
}

/// The source of that name, locked against changes until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn lock(tx: &Tx, name: &str) -> Result<Option<Source>> {
    let sql =
        "select id, brand_id, name, connector, base_url, version from source where name = $1 for update";
    let row = Row::find_by_statement(statement(sql, [name.into()])).one(tx.connection()).await;
    let found = row.map_err(from_orm)?.map(Source::from);
    Ok(found.inspect(|Source { id, name, connector, base_url, .. }| {
        tx.saw(&Told { id: *id, name, connector: Masked(connector), address: base_url });
    }))
}

/// How many references of a source's entries wait for what they lead to.
///
/// # Errors
/// As the database refuses.
pub async fn count_waiting(db: &Db, source: Uuid) -> Result<u64> {
    #[derive(FromQueryResult)]
    struct Waiting {
        count: i64,
    }
    let sql = "select count(*) as count from pending_reference p join entry e on e.id = p.entry_id \
               where e.source_id = $1";
    let row = Waiting::find_by_statement(statement(sql, [source.into()])).one(db.orm()).await;
    Ok(row.map_err(from_orm)?.map_or(0, |row| u64::try_from(row.count).unwrap_or_default()))
}

/// Adds a source.
///
/// # Errors
/// `CONFLICT` where the name is taken.
pub async fn insert(tx: &Tx, id: Uuid, new: &NewSource, now: DateTime<Utc>) -> Result<()> {
    let sql = "insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) \
               values ($1, $2, $3, $4, $5, $6, $6)";
    let (name, connector, base_url) = (new.name.as_str(), new.connector.as_str(), new.base_url.as_str());
    let values = [id.into(), new.brand_id.into(), name.into(), connector.into(), base_url.into(), now.into()];
    run(tx, sql, values).await?;
    tx.wrote(&told(id, new));
    Ok(())
}

/// Changes how a source is read and where it is.
///
/// # Errors
/// As the database refuses.
pub async fn update(tx: &Tx, id: Uuid, new: &NewSource, now: DateTime<Utc>) -> Result<()> {
    let sql = "update source set connector = $2, base_url = $3, updated_at = $4, version = version + 1 where id = $1";
    run(tx, sql, [id.into(), new.connector.as_str().into(), new.base_url.as_str().into(), now.into()])
        .await?;
    tx.wrote(&told(id, new));
    Ok(())
}

/// Begins a run. Runs of the source that never ended are marked as failed: their process is gone.
///
/// # Errors
/// As the database refuses.
pub async fn begin_run(tx: &Tx, id: Uuid, source: Uuid, now: DateTime<Utc>) -> Result<()> {
    let interrupted = "update sync_run set status = 'failed', error_code = 'INTERNAL', \
                       error = 'the pull was interrupted', finished_at = $2 \
                       where source_id = $1 and status = 'running'";
    run(tx, interrupted, [source.into(), now.into()]).await?;
    let sql = "insert into sync_run (id, source_id, status, started_at) values ($1, $2, 'running', $3)";
    run(tx, sql, [id.into(), source.into(), now.into()]).await
}

/// Notes how far a run has come.
///
/// # Errors
/// As the database refuses.
pub async fn note_run(
    tx: &Tx,
    id: Uuid,
    status: RunStatus,
    tally: &RunTally,
    error: Option<(&str, &str)>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "update sync_run set status = $2, seen = $3, created = $4, updated = $5, unchanged = $6, failed = $7, \
               failures = $8, error_code = $9, error = $10, finished_at = $11 where id = $1";
    let count = |count: u64| Value::from(i32::try_from(count).unwrap_or(i32::MAX));
    let failures = serde_json::to_value(&tally.failures).unwrap_or_default();
    let values = [
        id.into(),
        status.name().into(),
        count(tally.seen),
        count(tally.created),
        count(tally.updated),
        count(tally.unchanged),
        count(tally.failed),
        failures.into(),
        error.map(|(code, _)| code.to_owned()).into(),
        error.map(|(_, message)| message.to_owned()).into(),
        Some(now).filter(|_| status != RunStatus::Running).into(),
    ];
    run(tx, sql, values).await
}
