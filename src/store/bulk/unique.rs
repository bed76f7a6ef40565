//! Custom values that no two entries of a type may share, translations of one another aside.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    domain::{
        Error, Result,
        fields::{COMPARED, FieldPath, Kind},
    },
    store::{
        Tx, path,
        sql::{execute, query},
    },
};

/// A value that an entry is to hold.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Shared by the entry's translations.
    pub translation_id: Uuid,
    /// The value, as text.
    pub value: String,
}

/// Keeps everybody else, one by one or in bulk, from writing the same unique values until the transaction ends. `keys` are
/// those of [`crate::store::unique`].
///
/// # Errors
/// As the database refuses.
pub async fn lock_values(tx: &Tx, mut keys: Vec<String>) -> Result<()> {
    // Everybody takes the locks in the same order, so that nobody waits in a circle.
    keys.sort_unstable();
    keys.dedup();
    let sql = "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as k(key)";
    execute(tx, sql, [keys.into()]).await.map(|_| ())
}

/// Which of the claims, by their place, another entry of the type has already, and which entry that is.
///
/// # Errors
/// As the database refuses.
pub async fn taken_values(
    tx: &Tx,
    brand: Uuid,
    content_type: Uuid,
    field: (&FieldPath, Kind),
    claims: &[Claim],
) -> Result<Vec<(usize, Uuid)>> {
    #[derive(FromQueryResult)]
    struct Row {
        place: i64,
        id: Uuid,
    }
    let (path, kind) = field;
    let operand = match kind {
        Kind::Text | Kind::List => format!("left(i.value, {COMPARED})"),
        Kind::Number => "i.value::numeric".to_owned(),
        Kind::Boolean => "i.value::boolean".to_owned(),
        Kind::Moment => "bg_moment(i.value)".to_owned(),
    };
    let sql = format!(
        "select i.place, e.id from unnest($3::text[], $4::uuid[]) with ordinality as i(value, translation_id, place) \
         join entry e on {} = {operand} and e.translation_id <> i.translation_id \
         where e.brand_id = $1 and e.content_type_id = $2 and e.deleted_at is null",
        path::expression("e", path, kind)
    );
    let values = [
        brand.into(),
        content_type.into(),
        claims.iter().map(|claim| claim.value.clone()).collect::<Vec<_>>().into(),
        claims.iter().map(|claim| claim.translation_id).collect::<Vec<_>>().into(),
    ];
    let rows: Vec<Row> = query(tx, &sql, values).await?;
    rows.into_iter()
        .map(|row| Ok((usize::try_from(row.place - 1).map_err(Error::internal)?, row.id)))
        .collect()
}
