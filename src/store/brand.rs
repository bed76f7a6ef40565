//! Writes brands and their locales.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

use super::{
    Db, Life, Tx,
    entity::{brand, entry, locale},
    error::from_orm,
};
use crate::domain::{
    Error, Result,
    access::Grant,
    brand::{CreateBrand, LocaleInput, Locales},
    text::Locale,
};
pub use crate::store::entity::brand::Model as Row;

const WHAT: &str = "the brand";

/// Finds a brand and keeps others from changing it until the transaction ends.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn lock(tx: &Tx, grant: &Grant, id: Uuid, life: Life) -> Result<Row> {
    grant.covers(id, WHAT)?;
    brand::Entity::find_by_id(id)
        .filter(life.condition(brand::Column::DeletedAt))
        .lock(LockType::NoKeyUpdate)
        .one(tx.connection())
        .await
        .map_err(from_orm)?
        .ok_or_else(|| Error::not_found(WHAT))
        .inspect(|row| tx.saw(row))
}

/// Makes sure that a brand stays as it is until the transaction ends; others may do the same meanwhile.
///
/// # Errors
/// `NOT_FOUND` where there is none, or none within the grant.
pub async fn hold(tx: &Tx, grant: &Grant, id: Uuid) -> Result<Row> {
    grant.covers(id, WHAT)?;
    brand::Entity::find_by_id(id)
        .filter(brand::Column::DeletedAt.is_null())
        .lock(LockType::Share)
        .one(tx.connection())
        .await
        .map_err(from_orm)?
        .ok_or_else(|| Error::not_found(WHAT))
}

/// The languages of a brand, in its order.
///
/// # Errors
/// As the database refuses.
pub async fn locales(tx: &Tx, row: &Row) -> Result<Locales> {
    let rows = locale::Entity::find()
        .filter(locale::Column::BrandId.eq(row.id))
        .order_by_asc(locale::Column::Position)
        .all(tx.connection())
        .await
        .map_err(from_orm)?;
    let parse = |text: &str| Locale::parse(text, "locale");
    let wanted = rows
        .iter()
        .map(|row| {
            let fallback = row.fallback.as_deref().map(parse).transpose()?;
            Ok(LocaleInput { code: parse(&row.code)?, fallback })
        })
        .collect::<Result<_>>()?;
    Locales::parse(parse(&row.default_locale)?, wanted)
}

/// Adds a brand.
///
/// # Errors
/// `FORBIDDEN` where the grant is for some brands only, `CONFLICT` where the slug is taken.
pub async fn insert(
    tx: &Tx,
    grant: &Grant,
    id: Uuid,
    brand: &CreateBrand,
    now: DateTime<Utc>,
) -> Result<Row> {
    grant.covers_all("creating brands")?;
    let row = brand::ActiveModel {
        id: Set(id),
        slug: Set(brand.slug.as_str().to_owned()),
        name: Set(brand.name.as_str().to_owned()),
        default_locale: Set(brand.locales.default().as_str().to_owned()),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
        deleted_at: Set(None),
    };
    let row = row.insert(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    replace_locales(tx, grant, id, &brand.locales).await?;
    Ok(row)
}

/// What is to change about a brand's row.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Another slug.
    pub slug: Option<String>,
    /// Another name.
    pub name: Option<String>,
    /// Another default locale.
    pub default_locale: Option<String>,
    /// Another time of deletion, or none.
    pub deleted_at: Option<Option<DateTime<Utc>>>,
}

/// Changes a brand that was locked; its version rises.
///
/// # Errors
/// `CONFLICT` where the slug is taken.
pub async fn update(tx: &Tx, grant: &Grant, row: &Row, changes: Changes, now: DateTime<Utc>) -> Result<Row> {
    grant.covers(row.id, WHAT)?;
    let mut next = brand::ActiveModel {
        id: Unchanged(row.id),
        version: Set(row.version.saturating_add(1)),
        updated_at: Set(now),
        ..Default::default()
    };
    next.slug = changes.slug.map_or(next.slug, Set);
    next.name = changes.name.map_or(next.name, Set);
    next.default_locale = changes.default_locale.map_or(next.default_locale, Set);
    next.deleted_at = changes.deleted_at.map_or(next.deleted_at, Set);
    let row = next.update(tx.connection()).await.map_err(from_orm)?;
    tx.wrote(&row);
    Ok(row)
}

/// Puts other languages in place of those that a brand has.
///
/// # Errors
/// As the database refuses.
pub async fn replace_locales(tx: &Tx, grant: &Grant, id: Uuid, locales: &Locales) -> Result<()> {
    grant.covers(id, WHAT)?;
    let mut gone = locale::Entity::delete_many()
        .filter(locale::Column::BrandId.eq(id))
        .exec_with_returning(tx.connection())
        .await
        .map_err(from_orm)?;
    let rows = locales.all().iter().zip(0..).map(|(one, position)| locale::ActiveModel {
        brand_id: Set(id),
        code: Set(one.code.as_str().to_owned()),
        fallback: Set(one.fallback.as_ref().map(|code| code.as_str().to_owned())),
        chain: Set(one.chain.iter().map(|code| code.as_str().to_owned()).collect()),
        position: Set(position),
    });
    locale::Entity::insert_many(rows).exec_without_returning(tx.connection()).await.map_err(from_orm)?;
    gone.sort_unstable_by_key(|one| one.position);
    let before = gone.iter().map(|one| (one.code.as_str(), one.fallback.as_deref()));
    let after = locales.all().iter();
    let after = after.map(|one| (one.code.as_str(), one.fallback.as_ref().map(Locale::as_str)));
    tx.part(id, "locales", told(before), told(after));
    Ok(())
}

/// Languages as the record of changes shows them.
fn told<'a>(locales: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> serde_json::Value {
    locales.map(|(code, fallback)| serde_json::json!({"code": code, "fallback": fallback})).collect()
}

/// The locales, other than those given, that entries of the brand are written in.
///
/// # Errors
/// As the database refuses.
pub async fn locales_in_use_beside(tx: &Tx, grant: &Grant, id: Uuid, kept: &Locales) -> Result<Vec<String>> {
    grant.covers(id, WHAT)?;
    let kept: Vec<&str> = kept.all().iter().map(|locale| locale.code.as_str()).collect();
    entry::Entity::find()
        .select_only()
        .column(entry::Column::Locale)
        .distinct()
        .filter(entry::Column::BrandId.eq(id))
        .filter(entry::Column::DeletedAt.is_null())
        .filter(entry::Column::Locale.is_not_in(kept))
        .order_by_asc(entry::Column::Locale)
        .into_tuple()
        .all(tx.connection())
        .await
        .map_err(from_orm)
}

/// The id of the brand with a slug, for the operator and for what runs by itself: there is no grant.
///
/// # Errors
/// As the database refuses.
pub async fn find_id(db: &Db, slug: &str) -> Result<Option<Uuid>> {
    brand::Entity::find()
        .select_only()
        .column(brand::Column::Id)
        .filter(brand::Column::Slug.eq(slug))
        .filter(brand::Column::DeletedAt.is_null())
        .into_tuple()
        .one(db.orm())
        .await
        .map_err(from_orm)
}
