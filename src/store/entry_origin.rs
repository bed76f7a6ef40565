//! Finds an entry by what names it outside of brandgraph, and keeps others from making one of that name meanwhile.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::{Tx, entry::Row, slug::SAME_SLUG, sql};
use crate::domain::{
    Code, Error, Result,
    access::Grant,
    entry::{Origin, UpsertEntry},
};

/// What an upsert means, as far as it can be said before anybody looks for it.
#[derive(Debug, Clone)]
pub struct Meant {
    brand: Uuid,
    kind: Uuid,
    locale: String,
    slug: String,
    origin: Option<Origin>,
}

impl Meant {
    /// What it is called: others who mean the same wait for these names. Whoever says what a source calls it gives it a slug too,
    /// and meets those who know it by that.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let Self { kind, locale, slug, .. } = self;
        let by_origin = self
            .origin
            .as_ref()
            .map(|Origin { source_id, external_id }| format!("upsert/{source_id}/{locale}/{external_id}"));
        by_origin.into_iter().chain([format!("upsert/{kind}/{locale}/{slug}")])
    }
}

/// What upserts mean, each where the grant reaches.
///
/// # Errors
/// As the database refuses; `NOT_FOUND` inside for a type or a source that the brand of the grant does not have.
pub async fn meant(tx: &Tx, grant: &Grant, wanted: &[&UpsertEntry]) -> Result<Vec<Result<Meant>>> {
    let types: Vec<Uuid> = wanted.iter().map(|one| one.content_type_id).collect();
    let of_types = "select t.id, t.brand_id, b.default_locale from content_type t join brand b on b.id = t.brand_id \
        and b.deleted_at is null where t.id = any($1)";
    let mut defaults: HashMap<Uuid, (Uuid, String)> = HashMap::new();
    for row in sql::rows(tx, of_types, [types.into()]).await? {
        defaults
            .insert(sql::get(&row, "id")?, (sql::get(&row, "brand_id")?, sql::get(&row, "default_locale")?));
    }
    let origins: Vec<Uuid> =
        wanted.iter().filter_map(|one| one.origin.as_ref()).map(|origin| origin.source_id).collect();
    let mut sources: HashMap<Uuid, Uuid> = HashMap::new();
    if !origins.is_empty() {
        let of_sources = "select id, brand_id from source where id = any($1)";
        for row in sql::rows(tx, of_sources, [origins.into()]).await? {
            sources.insert(sql::get(&row, "id")?, sql::get(&row, "brand_id")?);
        }
    }
    let each = wanted.iter().map(|one| {
        let missing = || Error::not_found("the content type");
        let (brand, default) = defaults.get(&one.content_type_id).ok_or_else(missing)?;
        grant.covers(*brand, "the content type")?;
        if one.origin.as_ref().is_some_and(|origin| sources.get(&origin.source_id) != Some(brand)) {
            return Err(Error::not_found("the source"));
        }
        Ok(Meant {
            brand: *brand,
            kind: one.content_type_id,
            locale: one.locale.as_ref().map_or_else(|| default.clone(), |locale| locale.as_str().to_owned()),
            slug: one.slug.as_str().to_owned(),
            origin: one.origin.clone(),
        })
    });
    Ok(each.collect())
}

/// Keeps all others from looking for the same until the transaction ends, in an order that everybody keeps, so that nobody waits in
/// a circle.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps one of them for longer than a statement may take.
pub async fn hold(tx: &Tx, meant: impl IntoIterator<Item = &Meant>) -> Result<()> {
    let names: BTreeSet<String> = meant.into_iter().flat_map(Meant::names).collect();
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    let locks = "select pg_advisory_xact_lock(hashtextextended(key, 0)) from unnest($1::text[]) as k(key)";
    sql::rows(tx, locks, [names.into()]).await.map(drop)
}

/// An entry that an upsert means.
#[derive(Debug, Clone, Copy)]
pub struct Met {
    /// The entry, whoever sees it.
    pub id: Uuid,
    /// Whether it is of the type that the upsert says.
    pub same_type: bool,
}

/// The entry that each means, where there is one.
///
/// # Errors
/// As the database refuses.
pub async fn find(tx: &Tx, meant: &[&Meant]) -> Result<Vec<Option<Met>>> {
    let mut found: Vec<Option<(Uuid, Uuid)>> = vec![None; meant.len()];
    for by_origin in [true, false] {
        let these = || meant.iter().enumerate().filter(|(_, one)| one.origin.is_some() == by_origin);
        if these().next().is_none() {
            continue;
        }
        let places: Vec<i64> = these().map(|(place, _)| i64::try_from(place).unwrap_or(i64::MAX)).collect();
        let owners: Vec<Uuid> =
            these().map(|(_, one)| one.origin.as_ref().map_or(one.kind, |origin| origin.source_id)).collect();
        let brands: Vec<Uuid> = these().map(|(_, one)| one.brand).collect();
        let locales: Vec<String> = these().map(|(_, one)| one.locale.clone()).collect();
        let names: Vec<String> = these()
            .map(|(_, one)| {
                one.origin.as_ref().map_or_else(|| one.slug.clone(), |origin| origin.external_id.clone())
            })
            .collect();
        let by_source =
            "source_id = w.source and external_id = w.external and locale = w.locale and deleted_at is null";
        let (columns, same) = if by_origin {
            ("place, source, brand, locale, external", by_source)
        } else {
            ("place, kind, brand, locale, slug", SAME_SLUG)
        };
        let statement = format!(
            "select w.place, e.id, e.content_type_id from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) \
             as w({columns}) cross join lateral (select id, content_type_id from entry where {same} offset 0) e"
        );
        let values = [places.into(), owners.into(), brands.into(), locales.into(), names.into()];
        for row in sql::rows(tx, &statement, values).await? {
            let place: i64 = sql::get(&row, "place")?;
            if let Some(slot) = usize::try_from(place).ok().and_then(|place| found.get_mut(place)) {
                *slot = Some((sql::get(&row, "id")?, sql::get(&row, "content_type_id")?));
            }
        }
    }
    let met = |(found, meant): (Option<(Uuid, Uuid)>, &&Meant)| {
        found.map(|(id, kind)| Met { id, same_type: kind == meant.kind })
    };
    Ok(found.into_iter().zip(meant).map(met).collect())
}

/// What is said where the entry that a source has under this name is of another type.
#[must_use]
pub fn of_another_type() -> Error {
    let message = "must be the type that the entry is of: it does not change";
    Error::invalid("contentTypeId", "content_type", message)
}

/// What is said where an entry that was to be there is not, or the other way round.
#[must_use]
pub fn unexpected(expected: i32) -> Error {
    let message = format!("version {expected} was expected, but there is no such entry");
    Error::new(Code::Conflict, message).with_details(serde_json::json!({"expected": expected, "current": 0}))
}

/// Passes where no other living entry has what the source calls this one, in its language, and keeps others from making one
/// until the transaction ends.
///
/// # Errors
/// `CONFLICT` where one has it; `TIMEOUT` where another transaction keeps the name for longer than a statement may take.
pub async fn claim(tx: &Tx, row: &Row) -> Result<()> {
    let Some((source_id, external_id)) = row.source_id.zip(row.external_id.clone()) else { return Ok(()) };
    let meant = Meant {
        brand: row.brand_id,
        kind: row.content_type_id,
        locale: row.locale.clone(),
        slug: row.slug.clone(),
        origin: Some(Origin { source_id, external_id }),
    };
    hold(tx, [&meant]).await?;
    let other = find(tx, &[&meant]).await?.pop().flatten().is_some_and(|met| met.id != row.id);
    if other { Err(taken()) } else { Ok(()) }
}

/// What is said where another entry has what a source calls this one, or one that the caller does not see.
#[must_use]
pub fn taken() -> Error {
    Error::new(Code::Conflict, "the source has an entry with this external id and locale")
        .with_details(serde_json::json!({"path": "externalId"}))
}
