//! Uploads: files on their way to become assets.

use chrono::{DateTime, Utc};
use sea_orm::{DbBackend, FromQueryResult, Statement};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Db, Tx, error::from_orm, image::Imaged, sql};
use crate::domain::{
    Error, Result,
    access::Grant,
    upload::{Problem, State},
};

const WHAT: &str = "the upload";

const COLUMNS: &str = "id, brand_id, state, filename, media_type, byte_size, sha256, draft, key, session, part_size, \
    part_count, problem_code, problem, asset_id, version, expires_at, claim, joining_until";

/// An upload as it is stored.
#[derive(Debug, Clone, PartialEq, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its id.
    #[serde(skip)]
    pub id: Uuid,
    /// The brand that it is for.
    #[serde(skip)]
    pub brand_id: Uuid,
    /// How far it has come: a name of [`State`].
    pub state: String,
    /// What the file is called.
    pub filename: String,
    /// What kind of file was promised.
    pub media_type: String,
    /// The size that was promised.
    pub byte_size: i64,
    /// The SHA-256 that was promised, in hexadecimal.
    pub sha256: String,
    /// What else the asset is to have.
    #[serde(skip)]
    pub draft: Value,
    /// The key that the file is to have.
    #[serde(skip)]
    pub key: String,
    /// The store's name for the session of parts, where there are parts.
    #[serde(skip)]
    pub session: Option<String>,
    /// The size of every part but the last.
    pub part_size: Option<i64>,
    /// How many parts there are to be.
    pub part_count: Option<i32>,
    /// Why it came to nothing.
    pub problem_code: Option<String>,
    /// The same for a person.
    pub problem: Option<String>,
    /// The asset that was made of it.
    pub asset_id: Option<Uuid>,
    /// Goes up with every change.
    pub version: i32,
    /// When it ends if it is not completed.
    pub expires_at: DateTime<Utc>,
    /// Who looks at it, or did last: one who is not named here has lost it to another.
    #[serde(skip)]
    pub claim: Option<String>,
    /// Until when the store may be putting its parts together.
    #[serde(skip)]
    pub joining_until: Option<DateTime<Utc>>,
}

impl Imaged for Row {
    fn key(&self) -> Uuid {
        self.id
    }
}

impl Row {
    /// How far it has come.
    ///
    /// # Errors
    /// `INTERNAL` where the database holds a state that this version does not know.
    pub fn state(&self) -> Result<State> {
        State::find(&self.state).ok_or_else(|| Error::internal(format!("an upload is {}", self.state)))
    }

    /// The size that was promised, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        u64::try_from(self.byte_size).unwrap_or_default()
    }
}

/// Adds an upload.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` for a brand outside of the grant.
pub async fn insert(tx: &Tx, grant: &Grant, row: &Row, now: DateTime<Utc>) -> Result<()> {
    grant.covers(row.brand_id, "the brand")?;
    let text = format!(
        "insert into upload ({COLUMNS}, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20)"
    );
    let values = [
        row.id.into(),
        row.brand_id.into(),
        row.state.clone().into(),
        row.filename.clone().into(),
        row.media_type.clone().into(),
        row.byte_size.into(),
        row.sha256.clone().into(),
        row.draft.clone().into(),
        row.key.clone().into(),
        row.session.clone().into(),
        row.part_size.into(),
        row.part_count.into(),
        row.problem_code.clone().into(),
        row.problem.clone().into(),
        row.asset_id.into(),
        row.version.into(),
        row.expires_at.into(),
        row.claim.clone().into(),
        row.joining_until.into(),
        now.into(),
    ];
    sql::execute(tx, &text, values).await?;
    tx.wrote(row);
    Ok(())
}

/// An upload.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn get(db: &Db, grant: &Grant, id: Uuid) -> Result<Row> {
    let text = format!("select {COLUMNS} from upload where id = $1");
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, [id.into()]);
    let row = Row::find_by_statement(statement).one(db.orm()).await.map_err(from_orm)?;
    let row = row.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    Ok(row)
}

/// Finds an upload and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    let text = format!("select {COLUMNS} from upload where id = $1 for no key update");
    let row: Option<Row> = sql::query(tx, &text, [id.into()]).await?.pop();
    let row = row.ok_or_else(|| Error::not_found(WHAT))?;
    grant.covers(row.brand_id, WHAT)?;
    tx.saw(&row);
    Ok(row)
}

/// Brings an upload that was locked into another state.
///
/// # Errors
/// As the database refuses.
pub async fn set_state(
    tx: &Tx,
    row: &Row,
    state: State,
    problem: Option<&Problem>,
    asset: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<Row> {
    let next = Row {
        state: state.name().to_owned(),
        problem_code: problem.map(|problem| problem.code.to_owned()),
        problem: problem.map(|problem| problem.message.clone()),
        asset_id: asset,
        version: row.version.saturating_add(1),
        ..row.clone()
    };
    let text = "update upload set state = $2, problem_code = $3, problem = $4, asset_id = $5, version = $6, updated_at = $7 \
        where id = $1";
    let values = [
        next.id.into(),
        next.state.clone().into(),
        next.problem_code.clone().into(),
        next.problem.clone().into(),
        next.asset_id.into(),
        next.version.into(),
        now.into(),
    ];
    sql::execute(tx, text, values).await?;
    tx.wrote(&next);
    Ok(next)
}

/// At most so many uploads that nobody completed in time; nobody else changes them until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn lock_abandoned(tx: &Tx, now: DateTime<Utc>, most: u32) -> Result<Vec<Row>> {
    let text = format!(
        "select {COLUMNS} from upload where state = 'pending' and expires_at <= $1 \
         order by expires_at limit $2 for no key update skip locked"
    );
    let rows: Vec<Row> = sql::query(tx, &text, [now.into(), i64::from(most).into()]).await?;
    rows.iter().for_each(|row| tx.saw(row));
    Ok(rows)
}

/// Writes down who looks at an upload that was locked, in place of who did before.
///
/// # Errors
/// As the database refuses.
pub async fn set_claim(tx: &Tx, row: &Row, claim: &str) -> Result<()> {
    let values = [row.id.into(), claim.to_owned().into()];
    sql::execute(tx, "update upload set claim = $2 where id = $1", values).await.map(drop)
}

/// Writes down until when the store may be putting the parts of an upload that was locked together.
///
/// # Errors
/// As the database refuses.
pub async fn set_joining(tx: &Tx, row: &Row, until: DateTime<Utc>) -> Result<()> {
    let text = "update upload set joining_until = greatest(joining_until, $2) where id = $1";
    sql::execute(tx, text, [row.id.into(), until.into()]).await.map(drop)
}

/// Nobody puts parts together any more: the store ended, and began anew.
///
/// # Errors
/// As the database refuses.
pub async fn end_joining(tx: &Tx) -> Result<()> {
    let text =
        "update upload set joining_until = null where state = 'verifying' and joining_until is not null";
    sql::execute(tx, text, []).await.map(drop)
}

/// At most so many uploads that wait to be looked at although no job of this kind is left that would; nobody else changes them until
/// the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn lock_lost(tx: &Tx, kind: &str, most: u32) -> Result<Vec<Row>> {
    let text = format!(
        "select {COLUMNS} from upload where state = 'verifying' and not exists (select from job \
         where kind = $1 and dedupe_key = upload.id::text and job.state in ('ready', 'running')) \
         order by updated_at limit $2 for no key update skip locked"
    );
    let rows: Vec<Row> = sql::query(tx, &text, [kind.to_owned().into(), i64::from(most).into()]).await?;
    rows.iter().for_each(|row| tx.saw(row));
    Ok(rows)
}
