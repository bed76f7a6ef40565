//! Finds an entry by what names it outside of brandgraph, and keeps others from making one of that name meanwhile.

use std::collections::{BTreeSet, HashMap};

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
    let (statement, values) = match &wanted.origin {
        Some(Origin { source_id, external_id }) => {
            let known = "select exists (select from source where id = $1 and brand_id = $2) as known";
            let known = sql::row(tx, known, [(*source_id).into(), brand.into()]).await?;
            if !sql::get::<bool>(&known, "known")? {
                return Err(Error::not_found("the source"));
            }
            lock(tx, [name(wanted, &locale)].into()).await?;
            let statement = "select id, content_type_id from entry where source_id = $1 and external_id = $2 and locale = $3 \
                and deleted_at is null";
            (statement, vec![(*source_id).into(), external_id.as_str().into(), locale.into()])
        }
        None => {
            let slug = wanted.slug.as_str();
            lock(tx, [name(wanted, &locale)].into()).await?;
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

/// Keeps all others from looking for what these upserts mean until the transaction ends. What the grant does not reach is left
/// out: it is refused when its turn comes.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps one of them for longer than a statement may take.
pub async fn hold(tx: &Tx, grant: &Grant, wanted: &[&UpsertEntry]) -> Result<()> {
    let types: Vec<Uuid> = wanted.iter().map(|one| one.content_type_id).collect();
    let of_types = "select t.id, t.brand_id, b.default_locale from content_type t join brand b on b.id = t.brand_id \
        and b.deleted_at is null where t.id = any($1)";
    let mut defaults: HashMap<Uuid, (Uuid, String)> = HashMap::new();
    for row in sql::rows(tx, of_types, [types.into()]).await? {
        let brand = sql::get(&row, "brand_id")?;
        if grant.covers(brand, "the content type").is_ok() {
            defaults.insert(sql::get(&row, "id")?, (brand, sql::get(&row, "default_locale")?));
        }
    }
    let origins: Vec<Uuid> =
        wanted.iter().filter_map(|one| one.origin.as_ref()).map(|origin| origin.source_id).collect();
    let mut sources: HashMap<Uuid, Uuid> = HashMap::new();
    if !origins.is_empty() {
        for row in
            sql::rows(tx, "select id, brand_id from source where id = any($1)", [origins.into()]).await?
        {
            sources.insert(sql::get(&row, "id")?, sql::get(&row, "brand_id")?);
        }
    }
    let names: BTreeSet<String> = wanted
        .iter()
        .filter_map(|one| {
            let (brand, default) = defaults.get(&one.content_type_id)?;
            let known = |origin: &Origin| sources.get(&origin.source_id) == Some(brand);
            let locale = one.locale.as_ref().map_or(default.as_str(), |locale| locale.as_str());
            one.origin.as_ref().is_none_or(known).then(|| name(one, locale))
        })
        .collect();
    if names.is_empty() { Ok(()) } else { lock(tx, names).await }
}

/// What an upsert looks for, as a name that others wait for.
fn name(wanted: &UpsertEntry, locale: &str) -> String {
    match &wanted.origin {
        Some(Origin { source_id, external_id }) => format!("upsert/{source_id}/{locale}/{external_id}"),
        None => format!("upsert/{}/{locale}/{}", wanted.content_type_id, wanted.slug.as_str()),
    }
}

/// Takes the locks of these names, in an order that everybody keeps, so that nobody waits in a circle.
async fn lock(tx: &Tx, names: BTreeSet<String>) -> Result<()> {
    let names: Vec<String> = names.into_iter().collect();
    let locks = "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as k(key)";
    sql::rows(tx, locks, [names.into()]).await.map(drop)
}

/// What is said where an entry that was to be there is not, or the other way round.
#[must_use]
pub fn unexpected(expected: i32) -> Error {
    let message = format!("version {expected} was expected, but there is no such entry");
    Error::new(Code::Conflict, message).with_details(serde_json::json!({"expected": expected, "current": 0}))
}
