//! Custom fields that are unique among the entries of a type.
//!
//! Held by an advisory lock on the value and a look at the table, not by a unique index: it then holds from the moment a
//! schema asks for it, while the index that makes the look fast is still being built, and the refusal names the field.

use uuid::Uuid;

use super::{Tx, covered, entry::Row, path, sql};
use crate::domain::{
    Code, Error, Result,
    access::Grant,
    fields::{FieldPath, Kind, Unique},
};

/// Makes sure that no other entry of the type, but translations of this one, holds one of the values.
///
/// # Errors
/// `CONFLICT` with `{path}` for the first value that another entry holds.
pub async fn claim(tx: &Tx, grant: &Grant, row: &Row, values: &[Unique<'_>]) -> Result<()> {
    grant.covers(row.brand_id, "the entry")?;
    if values.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<String> = values.iter().map(|unique| unique.lock_key(row.content_type_id)).collect();
    // Everybody takes the locks in the same order, so that nobody waits in a circle.
    keys.sort_unstable();
    let locks = "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as k(key)";
    sql::rows(tx, locks, [keys.into()]).await?;
    for unique in values {
        let value = path::expression("e", unique.path, unique.kind);
        let (operand, text) = match unique.kind {
            Kind::Number => ("$4::text::numeric", unique.value.to_string()),
            Kind::Boolean => ("$4::text::boolean", unique.value.to_string()),
            Kind::Moment => ("bg_moment($4::text)", unique.value.as_str().unwrap_or_default().to_owned()),
            Kind::Text | Kind::List => ("$4::text", unique.value.as_str().unwrap_or_default().to_owned()),
        };
        let statement = format!(
            "select (select e.id from entry e where e.content_type_id = $1 and e.deleted_at is null \
             and e.id <> $2 and e.translation_id <> $3 and {value} is not null and {value} = {operand} limit 1) as holder"
        );
        let values = [row.content_type_id.into(), row.id.into(), row.translation_id.into(), text.into()];
        let holder: Option<Uuid> = sql::get(&sql::row(tx, &statement, values).await?, "holder")?;
        if let Some(holder) = holder {
            let taken = taken(unique.path);
            // The record of refusals is told where the caller does not see the other one.
            let unseen = covered::unseen(tx, grant, row.brand_id, vec![holder]).await?;
            return Err(if unseen.is_empty() { taken } else { taken.about_unseen(row.brand_id) });
        }
    }
    Ok(())
}

/// What is said where another entry holds a value.
#[must_use]
pub fn taken(path: &FieldPath) -> Error {
    let message = format!("another entry of this type has this value of `{path}`");
    let at = format!("fields{}", path.pointer());
    Error::new(Code::Conflict, message).with_details(serde_json::json!({"path": at}))
}
