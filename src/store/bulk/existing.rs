//! What is there already: entries and assets to refer to, who has a slug.

use sea_orm::{FromQueryResult, Value};
use uuid::Uuid;

use super::texts;
use crate::{
    domain::Result,
    store::{
        Tx,
        slug::SAME_SLUG,
        sql::{execute, query},
    },
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
    /// Its content type.
    pub content_type_id: Uuid,
}

/// Which of the entries asked for are there, in every language.
///
/// # Errors
/// As the database refuses.
pub async fn known_entries(tx: &Tx, translations: Vec<Uuid>) -> Result<Vec<Known>> {
    let sql = "select id, translation_id, locale, content_type_id from entry where translation_id = any($1) \
               and deleted_at is null";
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

/// A slug that an entry is to have.
#[derive(Debug, Clone, Copy)]
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

/// Which entries cannot have the slug that they claim, because another of their type and locale has it and does not claim
/// another one itself; and whether some can because of that, so that slugs have to be given up first.
///
/// # Errors
/// As the database refuses.
pub async fn taken_slugs(tx: &Tx, brand: Uuid, claims: &[SlugClaim<'_>]) -> Result<(Vec<Uuid>, bool)> {
    #[derive(FromQueryResult)]
    struct Row {
        id: Uuid,
        leaving: bool,
    }
    let sql = format!("{} select id, leaving from met", claimed());
    let rows: Vec<Row> = query(tx, &sql, said(brand, claims)).await?;
    let leaving = rows.iter().any(|row| row.leaving);
    Ok((rows.into_iter().filter(|row| !row.leaving).map(|row| row.id).collect(), leaving))
}

/// Takes from entries the slugs that others of the same set claim; they are written with their own claims right after. The
/// index on slugs looks at one row after the other, so that two entries could not swap theirs otherwise.
///
/// # Errors
/// As the database refuses.
pub async fn give_up_slugs(tx: &Tx, brand: Uuid, claims: &[SlugClaim<'_>]) -> Result<()> {
    let sql = format!("{} update entry e set slug = e.id::text from met where met.holder = e.id", claimed());
    execute(tx, &sql, said(brand, claims)).await.map(|_| ())
}

fn said(brand: Uuid, claims: &[SlugClaim<'_>]) -> [Value; 5] {
    let ids = |id: fn(&SlugClaim<'_>) -> Uuid| claims.iter().map(id).collect::<Vec<_>>().into();
    [
        brand.into(),
        ids(|claim| claim.id),
        ids(|claim| claim.content_type_id),
        texts(claims.iter().map(|claim| Some(claim.locale))),
        texts(claims.iter().map(|claim| Some(claim.slug))),
    ]
}

/// Who claims a slug that another entry has, and whether that one claims another slug.
fn claimed() -> String {
    format!(
        "with claimed as ( \
           select i.id, $1::uuid as brand, i.kind, i.locale, i.slug \
           from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[]) as i(id, kind, locale, slug) \
         ), met as ( \
           select w.id, e.id as holder, exists (select from claimed o where o.id = e.id \
             and (o.kind, o.slug) <> (w.kind, w.slug)) as leaving \
           from claimed w \
           cross join lateral (select id from entry where {SAME_SLUG} and id <> w.id offset 0) e \
         )"
    )
}
