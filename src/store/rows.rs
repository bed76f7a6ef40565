//! Keeps rows of any kind as they are, in an order that everybody keeps.

use sea_orm::Value;
use uuid::Uuid;

use super::{Tx, sql};
use crate::domain::{
    Result,
    access::{BrandScope, Grant},
    node::Kind,
};

/// Keeps others from changing rows of one kind until the transaction ends, one after the other by id, so that nobody waits in a
/// circle. What is in none of the brands is left alone: it is refused when its turn comes.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps one of them for longer than a statement may take.
pub async fn hold_all(tx: &Tx, grants: &[Grant], kind: Kind, ids: Vec<Uuid>) -> Result<()> {
    let (table, brand) = match kind {
        Kind::Brand => ("brand", "id"),
        Kind::ContentType => ("content_type", "brand_id"),
        Kind::Entry => ("entry", "brand_id"),
        Kind::Tag => ("tag", "brand_id"),
        Kind::Category => ("category", "brand_id"),
        Kind::Asset => ("asset", "brand_id"),
        _ => return Ok(()),
    };
    let Some((within, brands)) = within(grants, brand) else { return Ok(()) };
    let statement =
        format!("select id from {table} where id = any($1){within} order by id for no key update");
    let values = std::iter::once(ids.into()).chain(brands);
    sql::rows(tx, &statement, values).await.map(drop)
}

/// The condition that a row is in one of the brands of grants, and its value; none where there is no grant.
pub(super) fn within(grants: &[Grant], brand: &str) -> Option<(String, Option<Value>)> {
    match grants.iter().map(|grant| grant.brands().clone()).reduce(BrandScope::or)? {
        BrandScope::All => Some((String::new(), None)),
        BrandScope::Only(brands) => Some((format!(" and {brand} = any($2)"), Some(brands.into()))),
    }
}
