//! What a rule of access looks at: the brand of a node, and of an entry what roles are restricted by.

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, Select, Statement};
use uuid::Uuid;

use super::{
    Db,
    entity::{brand, content_type, entry, entry_version},
    error::from_orm,
    sql,
};
use crate::domain::{Result, access::Facts, node::Kind};

/// An entry, and the key of its type.
#[derive(Debug, Clone)]
pub struct Found {
    row: entry::Model,
    type_key: String,
}

/// Where an entry stands among others, deleted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its type.
    pub kind: Uuid,
    /// What it shares with its translations.
    pub translation: Uuid,
    /// Its language.
    pub locale: String,
    /// Its slug.
    pub slug: String,
}

impl Found {
    /// What of it decides.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        super::covered::facts(&self.row, &self.type_key)
    }
}

/// The brand of a node that is there and not deleted, for a look that shows nothing else of it.
///
/// # Errors
/// As the database refuses.
pub async fn brand_of(db: &Db, kind: Kind, id: Uuid) -> Result<Option<Uuid>> {
    Ok(brands_of(db, kind, vec![id]).await?.pop().map(|(_, brand)| brand))
}

/// The brands of those nodes of a kind that are there and not deleted, each with its id.
///
/// # Errors
/// As the database refuses.
pub async fn brands_of(db: &Db, kind: Kind, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
    let from = match kind {
        Kind::Brand => "select id, id as brand from brand where id = any($1)",
        Kind::ContentType => "select id, brand_id as brand from content_type where id = any($1)",
        Kind::Entry => "select id, brand_id as brand from entry where id = any($1) and deleted_at is null",
        Kind::Tag => "select id, brand_id as brand from tag where id = any($1)",
        Kind::Category => "select id, brand_id as brand from category where id = any($1)",
        Kind::Asset => "select id, brand_id as brand from asset where id = any($1) and deleted_at is null",
        Kind::Upload => "select id, brand_id as brand from upload where id = any($1)",
        Kind::Source => "select id, brand_id as brand from source where id = any($1)",
        Kind::SyncRun => {
            "select r.id, s.brand_id as brand from sync_run r join source s on s.id = r.source_id \
             where r.id = any($1)"
        }
        Kind::Role => "select id, brand_id as brand from role where id = any($1)",
        Kind::Member => "select id, brand_id as brand from member where id = any($1)",
        Kind::AuditRecord | Kind::ApiKey | Kind::Application => return Ok(Vec::new()),
    };
    let text = format!(
        "select f.id, f.brand from ({from}) f join brand b on b.id = f.brand and b.deleted_at is null"
    );
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, text, [ids.into()]);
    let rows = db.orm().query_all_raw(statement).await.map_err(from_orm)?;
    rows.iter().map(|row| Ok((sql::get(row, "id")?, sql::get(row, "brand")?))).collect()
}

/// The place of an entry, with the slug that it had in a version where one is given.
///
/// # Errors
/// As the database refuses.
pub async fn place(db: &Db, id: Uuid, version: Option<i32>) -> Result<Option<Place>> {
    let Some(row) = entry::Entity::find_by_id(id).one(db.orm()).await.map_err(from_orm)? else {
        return Ok(None);
    };
    let slug = match version {
        None => row.slug,
        Some(version) => {
            let then = entry_version::Entity::find_by_id((id, version)).one(db.orm()).await;
            match then.map_err(from_orm)? {
                Some(then) => then.slug,
                None => return Ok(None),
            }
        }
    };
    let (kind, translation) = (row.content_type_id, row.translation_id);
    Ok(Some(Place { kind, translation, locale: row.locale, slug }))
}

/// The entries of a type that are translations of one another, in the language of that name or in the brand's first, each with its brand.
///
/// # Errors
/// As the database refuses.
pub async fn translations(
    db: &Db,
    content_type_id: Uuid,
    translation: Uuid,
    locale: Option<&str>,
) -> Result<Vec<(Uuid, Found)>> {
    let asked = entry::Entity::find().filter(entry::Column::TranslationId.eq(translation));
    those(db, asked, content_type_id, locale).await
}

/// The entries of a type that have a slug, in the language of that name or in the brand's first, each with its brand.
///
/// # Errors
/// As the database refuses.
pub async fn with_slug(
    db: &Db,
    content_type_id: Uuid,
    slug: &str,
    locale: Option<&str>,
) -> Result<Vec<(Uuid, Found)>> {
    let asked = entry::Entity::find().filter(entry::Column::Slug.eq(slug));
    those(db, asked, content_type_id, locale).await
}

async fn those(
    db: &Db,
    asked: Select<entry::Entity>,
    content_type_id: Uuid,
    locale: Option<&str>,
) -> Result<Vec<(Uuid, Found)>> {
    let kind = content_type::Entity::find_by_id(content_type_id).one(db.orm()).await.map_err(from_orm)?;
    let Some(kind) = kind else { return Ok(Vec::new()) };
    let first = match locale {
        Some(_) => None,
        None => brand::Entity::find_by_id(kind.brand_id).one(db.orm()).await.map_err(from_orm)?,
    };
    let Some(locale) = locale.or(first.as_ref().map(|brand| brand.default_locale.as_str())) else {
        return Ok(Vec::new());
    };
    let asked = asked
        .filter(entry::Column::ContentTypeId.eq(content_type_id))
        .filter(entry::Column::DeletedAt.is_null())
        .filter(entry::Column::Locale.eq(locale));
    let rows = asked.all(db.orm()).await.map_err(from_orm)?;
    Ok(rows.into_iter().map(|row| (row.brand_id, Found { row, type_key: kind.key.clone() })).collect())
}

/// The key of a content type.
///
/// # Errors
/// As the database refuses.
pub async fn type_key(db: &Db, id: Uuid) -> Result<Option<String>> {
    let found = content_type::Entity::find_by_id(id).one(db.orm()).await.map_err(from_orm)?;
    Ok(found.map(|kind| kind.key))
}

/// An entry that is there and not deleted.
///
/// # Errors
/// As the database refuses.
pub async fn entry(db: &Db, id: Uuid) -> Result<Option<Found>> {
    let found = entry::Entity::find_by_id(id)
        .filter(entry::Column::DeletedAt.is_null())
        .one(db.orm())
        .await
        .map_err(from_orm)?;
    let Some(row) = found else { return Ok(None) };
    let kind = content_type::Entity::find_by_id(row.content_type_id).one(db.orm()).await.map_err(from_orm)?;
    Ok(kind.map(|kind| Found { row, type_key: kind.key }))
}
