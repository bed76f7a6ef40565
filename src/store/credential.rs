//! API keys and applications: two tables of one shape.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value, sea_query::ArrayType};
use serde::Serialize;
use uuid::Uuid;

use super::{Db, Tx, error::from_orm, image::Imaged, sql};
use crate::{
    domain::{
        Error, Result,
        access::{BrandScope, Grant},
        credential::{Family, NewCredential, owner},
    },
    kit::{masked::Masked, secret::Tag},
};

/// A credential as it is stored: of its secrets there are keyed hashes only.
#[derive(Clone, PartialEq, FromQueryResult)]
pub struct Row {
    /// Its key.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// The names of its roles.
    pub roles: Vec<String>,
    /// The brands it is limited to; none is every brand.
    pub brands: Option<Vec<Uuid>>,
    /// The hash of its secret.
    pub secret_hash: Vec<u8>,
    /// The hash of the secret before that.
    pub previous_hash: Option<Vec<u8>>,
    /// How long the secret before that is still good.
    pub previous_until: Option<DateTime<Utc>>,
    /// When it ends, if ever.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Goes up with every change.
    pub version: i32,
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Row {
    /// Where its roles hold.
    #[must_use]
    pub fn scope(&self) -> BrandScope {
        self.brands.clone().map_or(BrandScope::All, BrandScope::Only)
    }
}

/// What the record of changes shows of a credential.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    #[serde(skip)]
    id: Uuid,
    name: &'a str,
    roles: &'a [String],
    brands: Option<&'a [Uuid]>,
    secret: Masked<&'a [u8]>,
    previous_until: Option<DateTime<Utc>>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    version: i32,
}

impl Imaged for Told<'_> {
    fn key(&self) -> Uuid {
        self.id
    }
}

fn told(row: &Row) -> Told<'_> {
    Told {
        id: row.id,
        name: &row.name,
        roles: &row.roles,
        brands: row.brands.as_deref(),
        secret: Masked(&row.secret_hash),
        previous_until: row.previous_until,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        version: row.version,
    }
}

const COLUMNS: &str =
    "id, name, roles, brands, secret_hash, previous_hash, previous_until, expires_at, revoked_at, version";

const fn table(family: Family) -> &'static str {
    match family {
        Family::ApiKey => "api_key",
        Family::Application => "application",
    }
}

const fn what(family: Family) -> &'static str {
    match family {
        Family::ApiKey => "the key",
        Family::Application => "the application",
    }
}

/// Finds a credential by what its bearer says: there is no grant yet.
///
/// # Errors
/// As the database refuses.
pub async fn find(db: &Db, family: Family, id: Uuid) -> Result<Option<Row>> {
    let text = format!("select {COLUMNS} from {} where id = $1", table(family));
    Ok(db.look_up(&text, sql::bound([id])?).await?.pop())
}

/// Notes when a credential was used, unless something later is noted already. It is no change of the credential.
///
/// # Errors
/// As the database refuses.
pub async fn note_use(db: &Db, family: Family, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let text = format!(
        "update {} set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at < $2)",
        table(family)
    );
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, [id.into(), at.into()]);
    db.orm().execute_raw(statement).await.map(|_| ()).map_err(from_orm)
}

/// Adds a credential.
///
/// # Errors
/// `NOT_FOUND` for a brand that is not within the grant.
pub async fn insert(
    tx: &Tx,
    grant: &Grant,
    family: Family,
    id: Uuid,
    new: &NewCredential,
    hash: Tag,
    now: DateTime<Utc>,
) -> Result<Row> {
    let brands = match &new.brands {
        BrandScope::All => None,
        BrandScope::Only(brands) => Some(brands.clone()),
    };
    covers(grant, brands.as_deref(), family)?;
    let text = format!(
        "insert into {} (id, owner_id, name, roles, brands, secret_hash, expires_at, created_at, updated_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8) returning {COLUMNS}",
        table(family)
    );
    let values = [
        id.into(),
        owner(&new.brands).into(),
        new.name.as_str().into(),
        new.roles.clone().into(),
        match brands {
            Some(brands) => brands.into(),
            None => Value::Array(ArrayType::Uuid, None),
        },
        hash.to_vec().into(),
        new.expires_at.into(),
        now.into(),
    ];
    let row = one(tx, &text, values).await?;
    tx.wrote(&told(&row));
    Ok(row)
}

/// Whether a credential that is good, or may yet be used, names the role in the brand. Credentials keep names, so that whoever makes
/// or removes a role of that name waits here for those who make credentials in the brand.
///
/// # Errors
/// As the database refuses.
pub async fn names_role(
    tx: &Tx,
    grant: &Grant,
    brand_id: Uuid,
    role: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    grant.covers(brand_id, "the brand")?;
    sql::rows(tx, &format!("select pg_advisory_xact_lock({NAMES})"), [brand_id.into()]).await?;
    let among = |family| {
        format!(
            "exists (select from {} where revoked_at is null and (expires_at is null or expires_at > $3) \
             and $2 = any(roles) and $1 = any(brands))",
            table(family)
        )
    };
    let text = format!("select {} or {} as named", among(Family::ApiKey), among(Family::Application));
    sql::get(&sql::row(tx, &text, [brand_id.into(), role.into(), now.into()]).await?, "named")
}

/// Keeps the roles of these brands from being made or removed until the transaction ends.
///
/// # Errors
/// As the database refuses.
pub async fn hold_names(tx: &Tx, brands: &[Uuid]) -> Result<()> {
    let mut brands = brands.to_vec();
    // Everybody takes the locks in the same order, so that nobody waits in a circle.
    brands.sort_unstable();
    for brand in brands {
        sql::rows(tx, &format!("select pg_advisory_xact_lock_shared({NAMES})"), [brand.into()]).await?;
    }
    Ok(())
}

/// The number of the lock on the names of a brand's roles.
const NAMES: &str = "hashtextextended('role:' || $1::uuid::text, 0)";

/// Finds a credential that was not taken back, and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, family: Family, id: Uuid) -> Result<Row> {
    let text =
        format!("select {COLUMNS} from {} where id = $1 and revoked_at is null for update", table(family));
    let found = sql::query::<Row>(tx, &text, [id.into()]).await?.pop();
    let row = found.ok_or_else(|| Error::not_found(what(family)))?;
    covers(grant, row.brands.as_deref(), family)
        .map_err(|refused| Error::concealed(what(family), refused.conceals().flatten()))?;
    tx.saw(&told(&row));
    Ok(row)
}

/// Puts another secret in place of the one that a credential has, which stays good until the moment given.
///
/// # Errors
/// As the database refuses.
pub async fn rotate(
    tx: &Tx,
    family: Family,
    row: &Row,
    hash: Tag,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Row> {
    let text = format!(
        "update {} set previous_hash = secret_hash, previous_until = $3, secret_hash = $2, \
         version = version + 1, updated_at = $4 where id = $1 returning {COLUMNS}",
        table(family)
    );
    let row = one(tx, &text, [row.id.into(), hash.to_vec().into(), until.into(), now.into()]).await?;
    tx.wrote(&told(&row));
    Ok(row)
}

/// Takes a credential back.
///
/// # Errors
/// As the database refuses.
pub async fn revoke(tx: &Tx, family: Family, row: &Row, now: DateTime<Utc>) -> Result<Row> {
    let text = format!(
        "update {} set revoked_at = $2, previous_hash = null, previous_until = null, version = version + 1, \
         updated_at = $2 where id = $1 returning {COLUMNS}",
        table(family)
    );
    let row = one(tx, &text, [row.id.into(), now.into()]).await?;
    tx.wrote(&told(&row));
    Ok(row)
}

/// A credential of one brand is looked after in that brand, any other by those who look after all of them.
fn covers(grant: &Grant, brands: Option<&[Uuid]>, family: Family) -> Result<()> {
    match brands {
        Some([one]) => grant.covers(*one, "the brand"),
        _ => grant.covers_all(what(family)),
    }
}

async fn one(tx: &Tx, text: &str, values: impl IntoIterator<Item = Value>) -> Result<Row> {
    let row = sql::query::<Row>(tx, text, values).await?.pop();
    row.ok_or_else(|| Error::internal("a credential that was written is not there"))
}
