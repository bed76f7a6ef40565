//! Indexes over custom fields: which brands want which, and building and dropping them beside the running work.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{Db, Lock, Tx, error::from_orm, error::from_sqlx, path, sql};
use crate::{
    domain::{
        Result,
        access::Grant,
        fields::{FieldIndex, FieldPath, Kind, Purpose},
    },
    kit::id,
};

// One builder at a time over all processes. Tried, never waited for: a session that waits for a lock holds a snapshot, and
// a concurrent build waits for every older snapshot.
const LOCK: i64 = 0x6272_616e_6469_6478;

/// What has to be built or dropped, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Indexes that a brand wants now and did not before.
    pub wanted: Vec<String>,
    /// Indexes that a brand wants no longer; another one may.
    pub unwanted: Vec<String>,
}

/// Lets one transaction at a time decide which indexes a brand wants.
///
/// # Errors
/// As the database refuses.
pub async fn lock_brand(tx: &Tx, brand_id: Uuid) -> Result<()> {
    let statement = "select pg_advisory_xact_lock(hashtextextended('field_index/' || $1::text, 0))";
    sql::execute(tx, statement, [brand_id.to_string().into()]).await.map(|_| ())
}

/// Notes which indexes a brand wants, all of them.
///
/// # Errors
/// As the database refuses.
pub async fn want(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    indexes: &[FieldIndex],
    now: DateTime<Utc>,
) -> Result<Difference> {
    grant.covers(brand_id, "the brand")?;
    let names: Vec<String> = indexes.iter().map(name).collect();
    let gone = sql::rows(
        tx,
        "delete from field_index where brand_id = $1 and name <> all($2) returning name",
        [brand_id.into(), names.clone().into()],
    )
    .await?;
    let rows: Vec<serde_json::Value> = indexes
        .iter()
        .zip(&names)
        .map(|(index, name)| {
            json!({"id": id::new(now), "path": index.path.to_string(), "kind": index.kind.name(),
                   "purpose": index.purpose.name(), "name": name})
        })
        .collect();
    // Where another brand has the index already, it is ready for this one too.
    let statement = "insert into field_index (id, brand_id, path, kind, purpose, name, state, created_at) \
        select w.id, $1, w.path, w.kind, w.purpose, w.name, \
        case when exists (select from field_index o where o.name = w.name and o.state = 'ready') \
        then 'ready' else 'pending' end, $3 \
        from jsonb_to_recordset($2) as w(id uuid, path text, kind text, purpose text, name text) \
        on conflict (brand_id, path, kind, purpose) do nothing returning name";
    let added = sql::rows(tx, statement, [brand_id.into(), json!(rows).into(), now.into()]).await?;
    let names = |rows: &[_]| rows.iter().map(|row| sql::get(row, "name")).collect::<Result<Vec<String>>>();
    Ok(Difference { wanted: names(&added)?, unwanted: names(&gone)? })
}

/// The name of the one index that serves every brand: its brand column comes first.
fn name(index: &FieldIndex) -> String {
    let what = format!("{}\n{}", index.path, index.kind.name());
    let digest = Sha256::digest(what.as_bytes());
    let short: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("entry_field_{}_{short}", index.purpose.name())
}

/// The columns and the condition of an index, equal to the letter to what reads ask for.
fn definition(index: &FieldIndex) -> String {
    let value = path::expression("", &index.path, index.kind);
    match index.purpose {
        Purpose::Filter => format!(
            "(brand_id, ({value}), published_at desc, id desc) where deleted_at is null and {value} is not null"
        ),
        Purpose::Sort => format!("(brand_id, ({value}), id) where deleted_at is null"),
        Purpose::Unique => {
            format!("(content_type_id, ({value})) where deleted_at is null and {value} is not null")
        }
    }
}

/// The index of that name, while any brand wants it.
///
/// # Errors
/// As the database refuses.
pub async fn find(db: &Db, name: &str) -> Result<Option<FieldIndex>> {
    let statement = sea_orm::Statement::from_sql_and_values(
        sea_orm::DbBackend::Postgres,
        "select path, kind, purpose from field_index where name = $1 limit 1",
        [name.into()],
    );
    let Some(row) = db.orm().query_one_raw(statement).await.map_err(from_orm)? else { return Ok(None) };
    let (path, kind, purpose): (String, String, String) =
        (sql::get(&row, "path")?, sql::get(&row, "kind")?, sql::get(&row, "purpose")?);
    let path = FieldPath::parse(&path, "path")?;
    Ok(Kind::find(&kind).zip(Purpose::find(&purpose)).map(|(kind, purpose)| FieldIndex {
        path,
        kind,
        purpose,
    }))
}

/// Notes, for every brand that wants it, whether an index is ready.
///
/// # Errors
/// `FORBIDDEN` where the grant does not cover every brand; as the database refuses.
pub async fn mark(tx: &Tx, grant: &Grant, name: &str, failure: Option<&str>) -> Result<()> {
    grant.covers_all("an index that serves every brand")?;
    let state = if failure.is_none() { "ready" } else { "failed" };
    let statement = "update field_index set state = $2, error = $3 where name = $1";
    sql::execute(tx, statement, [name.into(), state.into(), failure.map(str::to_owned).into()])
        .await
        .map(|_| ())
}

/// Builds and drops indexes; nobody else does while it is open.
#[derive(Debug)]
pub struct Builder(Lock);

impl Builder {
    /// Opens one; none where another process is at it.
    ///
    /// # Errors
    /// `UNAVAILABLE` without a connection.
    pub async fn open(db: &Db) -> Result<Option<Self>> {
        let Some(mut lock) = Lock::take(db, LOCK).await? else { return Ok(None) };
        for setting in ["set statement_timeout = 0", "set lock_timeout = 0"] {
            sqlx::query(setting).execute(lock.connection()).await.map_err(from_sqlx)?;
        }
        Ok(Some(Self(lock)))
    }

    /// Builds an index without blocking writes. One that an interrupted build left half done is built anew.
    ///
    /// # Errors
    /// As the database refuses; what is left of the index is then dropped by the next attempt.
    pub async fn build(&mut self, index: &FieldIndex) -> Result<()> {
        let name = name(index);
        let valid: Option<bool> = sqlx::query_scalar(
            "select i.indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid \
             where c.relname = $1 and c.relnamespace = current_schema()::regnamespace",
        )
        .bind(&name)
        .fetch_optional(self.0.connection())
        .await
        .map_err(from_sqlx)?;
        match valid {
            Some(true) => return Ok(()),
            Some(false) => self.drop_by_name(&name).await?,
            None => {}
        }
        let build = format!("create index concurrently if not exists {name} on entry {}", definition(index));
        // Not prepared: PostgreSQL runs this outside any transaction only as a simple statement.
        sqlx::raw_sql(AssertSqlSafe(build)).execute(self.0.connection()).await.map_err(from_sqlx)?;
        sqlx::raw_sql("analyze entry").execute(self.0.connection()).await.map(|_| ()).map_err(from_sqlx)
    }

    /// Drops an index without blocking writes, where there is one.
    ///
    /// # Errors
    /// As the database refuses.
    pub async fn drop_by_name(&mut self, name: &str) -> Result<()> {
        let ours = name.starts_with("entry_field_")
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !ours {
            return Ok(());
        }
        let drop = format!("drop index concurrently if exists {name}");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(self.0.connection()).await.map(|_| ()).map_err(from_sqlx)
    }

    /// Lets others build.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the connection is lost; others can then build all the same.
    pub async fn close(self) -> Result<()> {
        self.0.release().await
    }
}
