//! Runs a written statement within a transaction: the short way to say what the mapper cannot.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement, TryGetable, Value};

use sqlx::{Arguments, Encode, Postgres, Type, postgres::PgArguments};

use super::{Tx, error::from_orm};
use crate::domain::{Error, Result};

/// The values of a statement that goes to the connections for reads.
///
/// # Errors
/// `INTERNAL` for a value that cannot be written down for PostgreSQL.
pub(super) fn bound<'v, T>(values: impl IntoIterator<Item = T>) -> Result<PgArguments>
where
    T: Encode<'v, Postgres> + Type<Postgres> + 'v,
{
    let mut bound = PgArguments::default();
    for value in values {
        bound.add(value).map_err(Error::internal)?;
    }
    Ok(bound)
}

/// Runs a statement; how many rows it changed.
pub(super) async fn execute(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<u64> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    Ok(tx.connection().execute_raw(statement).await.map_err(from_orm)?.rows_affected())
}

/// Runs a query.
pub(super) async fn rows(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    tx.connection().query_all_raw(statement).await.map_err(from_orm)
}

/// Runs a query and reads its rows into a type.
pub(super) async fn query<T: FromQueryResult>(
    tx: &Tx,
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<T>> {
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    T::find_by_statement(statement).all(tx.connection()).await.map_err(from_orm)
}

/// Runs a query that always has one row.
pub(super) async fn row(tx: &Tx, sql: &str, values: impl IntoIterator<Item = Value>) -> Result<QueryResult> {
    rows(tx, sql, values)
        .await?
        .pop()
        .ok_or_else(|| Error::internal("a query that always has a row had none"))
}

/// One column of a row.
pub(super) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T> {
    row.try_get("", column).map_err(from_orm)
}
