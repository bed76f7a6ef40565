//! The table of jobs.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use serde_json::Value;
use uuid::Uuid;

use super::{db::Db, error::from_orm, sql, tx::Tx};
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

/// Stores jobs in one statement. One that waits already stands for the new one too: it is locked until this transaction ends,
/// since a claim that did not wait would run it before what it is for is there, and it runs at the earlier of both moments.
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
    let statement = "insert into job (id, kind, payload, dedupe_key, run_at, created_at) \
         select distinct on (kind, coalesce(dedupe_key, id::text)) id, kind, payload, dedupe_key, run_at, $2 \
         from jsonb_to_recordset($1) as j(id uuid, kind text, payload jsonb, dedupe_key text, run_at timestamptz) \
         order by kind, coalesce(dedupe_key, id::text), run_at \
         on conflict (kind, dedupe_key) where state = 'ready' do update set run_at = least(job.run_at, excluded.run_at)";
    sql::execute(tx, statement, [Value::Array(rows).into(), now.into()]).await.map(|_| ())
}

/// A job that was claimed.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: Uuid,
    /// Which handler takes it.
    pub kind: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// How often it was claimed, this time included; also the proof that the claim is still this one.
    pub attempts: i32,
    /// How often it may be claimed.
    pub max_attempts: i32,
}

/// Claims jobs that are due, or that somebody claimed and never settled, until `locked_until`.
///
/// # Errors
/// As the database refuses.
pub async fn claim(
    db: &Db,
    kinds: &[&str],
    most: u32,
    now: DateTime<Utc>,
    locked_until: DateTime<Utc>,
) -> Result<Vec<Row>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let sql = "update job set state = 'running', attempts = attempts + 1, locked_until = $4 where id in (\
        select id from job where state in ('ready', 'running') and run_at <= $3 \
        and (state = 'ready' or locked_until < $3) and attempts < max_attempts and kind = any($1) \
        order by run_at, id limit $2 for update skip locked) \
        returning id, kind, payload, attempts, max_attempts";
    let values = [kinds.into(), i64::from(most).into(), now.into(), locked_until.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let rows = db.orm().query_all_raw(statement).await.map_err(from_orm)?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Row> {
    Ok(Row {
        id: sql::get(row, "id")?,
        kind: sql::get(row, "kind")?,
        payload: sql::get(row, "payload")?,
        attempts: sql::get(row, "attempts")?,
        max_attempts: sql::get(row, "max_attempts")?,
    })
}

/// Makes a claim last until `locked_until`, unless the job was claimed anew meanwhile.
///
/// # Errors
/// As the database refuses.
pub async fn renew(db: &Db, job: &Row, locked_until: DateTime<Utc>) -> Result<()> {
    let sql = "update job set locked_until = $3 where id = $1 and attempts = $2 and state = 'running'";
    let values = [job.id.into(), job.attempts.into(), locked_until.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    db.orm().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// Ends every claim on jobs of these kinds, so that they are claimed anew at once.
///
/// # Errors
/// As the database refuses.
pub async fn let_go(tx: &Tx, kinds: &[&str], now: DateTime<Utc>) -> Result<u64> {
    let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    let text = "update job set locked_until = $2::timestamptz - interval '1 second' \
        where state = 'running' and locked_until >= $2 and kind = any($1)";
    sql::execute(tx, text, [kinds.into(), now.into()]).await
}

/// What becomes of a claimed job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// It is done.
    Done,
    /// It is tried again, not before the moment.
    Again(DateTime<Utc>, String),
    /// It comes back at the moment, as if it had not been claimed.
    Postponed(DateTime<Utc>),
    /// It is given up, and kept to be looked at.
    Buried(String),
}

/// Settles a claim, unless the job was claimed anew meanwhile.
///
/// # Errors
/// As the database refuses; the job is then claimed anew when the claim has run out.
pub async fn settle(db: &Db, job: &Row, settlement: &Settlement, now: DateTime<Utc>) -> Result<()> {
    // Where the same work was enqueued again meanwhile, the waiting job stands for this one too.
    let waiting = "case when dedupe_key is not null and exists (select from job o where o.kind = job.kind \
        and o.dedupe_key = job.dedupe_key and o.state = 'ready') then 'done' else 'ready' end";
    let (state, given_back, run_at, error): (&str, i32, _, Option<&str>) = match settlement {
        Settlement::Done => ("'done'", 0, None, None),
        Settlement::Again(at, error) => (waiting, 0, Some(*at), Some(error)),
        Settlement::Postponed(at) => (waiting, 1, Some(*at), None),
        Settlement::Buried(error) => ("'buried'", 0, None, Some(error)),
    };
    let finished = matches!(settlement, Settlement::Done | Settlement::Buried(_)).then_some(now);
    let sql = format!(
        "update job set state = {state}, attempts = attempts - $3, run_at = coalesce($4, run_at), \
         last_error = $5, finished_at = $6, locked_until = null \
         where id = $1 and attempts = $2 and state = 'running'"
    );
    let values = [
        job.id.into(),
        job.attempts.into(),
        given_back.into(),
        run_at.into(),
        error.map(str::to_owned).into(),
        finished.into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    db.orm().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// Buries jobs whose every claim ran out without an answer, and removes what was done before a moment.
///
/// # Errors
/// As the database refuses.
pub async fn sweep(db: &Db, done_before: DateTime<Utc>, now: DateTime<Utc>) -> Result<()> {
    let sql = "with lost as (update job set state = 'buried', finished_at = $2, \
        last_error = 'every attempt ended without an answer' \
        where state = 'running' and locked_until < $2 and attempts >= max_attempts) \
        delete from job where state = 'done' and finished_at < $1";
    let statement =
        Statement::from_sql_and_values(DbBackend::Postgres, sql, [done_before.into(), now.into()]);
    db.orm().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// How many jobs stand in each state, for those who watch.
///
/// # Errors
/// As the database refuses.
pub async fn count_by_state(db: &Db) -> Result<Vec<(String, i64)>> {
    let sql = "select state, count(*) as count from job where state <> 'done' group by state order by state";
    let statement = Statement::from_string(DbBackend::Postgres, sql.to_owned());
    let rows = db.orm().query_all_raw(statement).await.map_err(from_orm)?;
    rows.iter().map(|row| Ok((sql::get(row, "state")?, sql::get(row, "count")?))).collect()
}
