//! What callers have spent of their quotas: one row for each caller and window, added to by all processes.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use uuid::Uuid;

use super::{Db, error::from_orm};
use crate::domain::{Result, quota::Window};

/// What a caller has spent in a window.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, FromQueryResult)]
pub struct Row {
    /// The id of an API key or application, or a hash of a user.
    pub caller: Uuid,
    /// Which of them it is.
    pub caller_kind: String,
    /// The window, by its name.
    pub period: String,
    /// The window's first day.
    pub begins_on: NaiveDate,
    /// Points.
    pub used: i64,
}

const COLUMNS: &str = "caller, caller_kind, period, begins_on, used";

/// What a caller has spent in the windows that begin on those days; a window that it spent nothing in is left out.
///
/// # Errors
/// As the database refuses.
pub async fn load(
    db: &Db,
    caller_kind: &str,
    caller: Uuid,
    windows: &[(Window, NaiveDate)],
) -> Result<Vec<Row>> {
    let text = format!(
        "select {COLUMNS} from quota_use where caller = $1 and caller_kind = $2 \
         and (period, begins_on) in (select * from unnest($3::text[], $4::date[]))"
    );
    let periods: Vec<String> = windows.iter().map(|(window, _)| window.name().to_owned()).collect();
    let days: Vec<NaiveDate> = windows.iter().map(|(_, day)| *day).collect();
    let values = [caller.into(), caller_kind.into(), periods.into(), days.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
    Row::find_by_statement(statement).all(db.orm()).await.map_err(from_orm)
}

/// What is summed up now for the callers and windows of these rows; what nobody has spent in is left out.
///
/// # Errors
/// As the database refuses.
pub async fn sums(db: &Db, rows: &[Row]) -> Result<Vec<Row>> {
    let text = format!(
        "select {COLUMNS} from quota_use where (caller, caller_kind, period, begins_on) \
         in (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[]))"
    );
    let values = [
        rows.iter().map(|row| row.caller).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.caller_kind.clone()).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.period.clone()).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.begins_on).collect::<Vec<_>>().into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
    Row::find_by_statement(statement).all(db.orm()).await.map_err(from_orm)
}

/// Adds what was spent, in one statement, and answers what that makes with what other processes have added. The rows are in
/// order, so that two processes never wait for one another crosswise.
///
/// # Errors
/// As the database refuses; nothing was added then.
pub async fn add(db: &Db, rows: &[Row]) -> Result<Vec<Row>> {
    let text = format!(
        "insert into quota_use as held ({COLUMNS}) \
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::bigint[]) \
         on conflict on constraint quota_use_pkey do update set used = held.used + excluded.used returning {COLUMNS}"
    );
    let values = [
        rows.iter().map(|row| row.caller).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.caller_kind.clone()).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.period.clone()).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.begins_on).collect::<Vec<_>>().into(),
        rows.iter().map(|row| row.used).collect::<Vec<_>>().into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
    Row::find_by_statement(statement).all(db.orm()).await.map_err(from_orm)
}

/// Forgets windows of that length that began before a day; how many rows that were.
///
/// # Errors
/// As the database refuses.
pub async fn forget(db: &Db, window: Window, before: NaiveDate) -> Result<u64> {
    let text = "delete from quota_use where period = $1 and begins_on < $2";
    let values = [window.name().into(), before.into()];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, values);
    db.orm().execute_raw(statement).await.map(|done| done.rows_affected()).map_err(from_orm)
}
