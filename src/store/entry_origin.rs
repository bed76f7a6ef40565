//! Finds an entry by what names it outside of brandgraph, and keeps others from making one of that name meanwhile.

use uuid::Uuid;

use super::{Tx, sql};
use crate::domain::{
    Code, Error, Result,
    access::Grant,
    entry::{Origin, UpsertEntry},
};

/// The entry that an upsert means, where there is one. Until the transaction ends, no other upsert looks for the same.
///
/// # Errors
/// `NOT_FOUND` for a type or a source that the brand of the grant does not have, `INVALID` where the entry is of another type.
pub async fn find(tx: &Tx, grant: &Grant, wanted: &UpsertEntry) -> Result<Option<Uuid>> {
    let kind = wanted.content_type_id;
    let missing = || Error::not_found("the content type");
    let found = "select t.brand_id, b.default_locale from content_type t join brand b on b.id = t.brand_id \
        and b.deleted_at is null where t.id = $1";
    let rows = sql::rows(tx, found, [kind.into()]).await?;
    let row = rows.first().ok_or_else(missing)?;
    let (brand, default): (Uuid, String) = (sql::get(row, "brand_id")?, sql::get(row, "default_locale")?);
    grant.covers(brand, "the content type")?;
    let locale = wanted.locale.as_ref().map_or(default, |locale| locale.as_str().to_owned());
    let lock = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
    let (statement, values) = match &wanted.origin {
        Some(Origin { source_id, external_id }) => {
            let known = "select exists (select from source where id = $1 and brand_id = $2) as known";
            let known = sql::row(tx, known, [(*source_id).into(), brand.into()]).await?;
            if !sql::get::<bool>(&known, "known")? {
                return Err(Error::not_found("the source"));
            }
            let name = format!("upsert/{source_id}/{locale}/{external_id}");
            sql::rows(tx, lock, [name.into()]).await?;
            let statement = "select id, content_type_id from entry where source_id = $1 and external_id = $2 and locale = $3 \
                and deleted_at is null";
            (statement, vec![(*source_id).into(), external_id.as_str().into(), locale.into()])
        }
        None => {
            let slug = wanted.slug.as_str();
            sql::rows(tx, lock, [format!("upsert/{kind}/{locale}/{slug}").into()]).await?;
            let statement = "select id, content_type_id from entry where brand_id = $4 and content_type_id = $1 and slug = $2 \
                and locale = $3 and deleted_at is null";
            (statement, vec![kind.into(), slug.into(), locale.into(), brand.into()])
        }
    };
    let rows = sql::rows(tx, statement, values).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    if sql::get::<Uuid>(row, "content_type_id")? != kind {
        let message = "must be the type that the entry is of: it does not change";
        return Err(Error::invalid("contentTypeId", "content_type", message));
    }
    sql::get(row, "id").map(Some)
}

/// What is said where an entry that was to be there is not, or the other way round.
#[must_use]
pub fn unexpected(expected: i32) -> Error {
    let message = format!("version {expected} was expected, but there is no such entry");
    Error::new(Code::Conflict, message).with_details(serde_json::json!({"expected": expected, "current": 0}))
}
