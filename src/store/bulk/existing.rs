//! What is there already: entries and assets to refer to, when entries were published, who has a slug.

use chrono::{DateTime, Utc};
use sea_orm::FromQueryResult;
use serde::Serialize;
use uuid::Uuid;

use super::json;
use crate::{
    domain::Result,
    store::{Tx, sql::query},
};

/// An entry that can be referred to.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Known {
    /// The entry.
    pub id: Uuid,
    /// Shared by its translations.
    pub translation_id: Uuid,
    /// Its language.
    pub locale: String,
}

/// Which of the entries asked for are there, in every language.
///
/// # Errors
/// As the database refuses.
pub async fn known_entries(tx: &Tx, translations: Vec<Uuid>) -> Result<Vec<Known>> {
    let sql =
        "select id, translation_id, locale from entry where translation_id = any($1) and deleted_at is null";
    query(tx, sql, [translations.into()]).await
}

/// Which of the assets asked for are there.
///
/// # Errors
/// As the database refuses.
pub async fn known_assets(tx: &Tx, assets: Vec<Uuid>) -> Result<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
    }
    let sql = "select id from asset where id = any($1) and deleted_at is null";
    let rows: Vec<Row> = query(tx, sql, [assets.into()]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// An entry that is there, and when it was published.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct Published {
    /// The entry.
    pub id: Uuid,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// When each of the entries was published, where it was: a platform that does not say is not to move that moment with
/// every pull.
///
/// # Errors
/// As the database refuses.
pub async fn load_published(tx: &Tx, entries: Vec<Uuid>) -> Result<Vec<Published>> {
    let sql = "select id, published_at from entry where id = any($1) and published_at is not null";
    query(tx, sql, [entries.into()]).await
}

/// A slug that an entry is to have.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct SlugClaim<'a> {
    /// The entry.
    pub id: Uuid,
    /// Its content type.
    pub content_type_id: Uuid,
    /// Its language.
    pub locale: &'a str,
    /// The slug.
    pub slug: &'a str,
}

/// Which entries cannot have the slug that they claim, because another of their type and locale has it.
///
/// # Errors
/// As the database refuses.
pub async fn taken_slugs(tx: &Tx, brand: Uuid, claims: &[SlugClaim<'_>]) -> Result<Vec<Uuid>> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
    }
    let sql = "select i.id \
               from jsonb_to_recordset($2::text::jsonb) as i(id uuid, content_type_id uuid, locale text, slug text) \
               join entry e on e.brand_id = $1 and e.content_type_id = i.content_type_id and e.locale = i.locale \
               and e.slug = i.slug and e.deleted_at is null and e.id <> i.id";
    let rows: Vec<Row> = query(tx, sql, [brand.into(), json(claims)?]).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
