//! What a batch needs to know about its brand.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    domain::Result,
    store::{Tx, sql::query},
};

/// A brand and its locales.
#[derive(Debug, Clone, FromQueryResult)]
pub struct BrandRow {
    /// The locale of what does not say its own.
    pub default_locale: String,
    /// Every locale.
    pub locales: Vec<String>,
    /// For each locale, where to look, best first, joined by a space.
    pub chains: Vec<String>,
}

/// The brand, unless it is deleted.
///
/// # Errors
/// As the database refuses.
pub async fn find_brand(tx: &Tx, brand: Uuid) -> Result<Option<BrandRow>> {
    let rows = query(
        tx,
        "select b.default_locale, \
           coalesce(array_agg(l.code order by l.position) filter (where l.code is not null), '{}') as locales, \
           coalesce(array_agg(array_to_string(l.chain, ' ') order by l.position) filter (where l.code is not null), '{}') \
             as chains \
         from brand b left join locale l on l.brand_id = b.id where b.id = $1 and b.deleted_at is null group by b.id",
        [brand.into()],
    );
    Ok(rows.await?.pop())
}
