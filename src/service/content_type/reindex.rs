//! Brings what is derived from custom fields (searched text, references) in line with a changed schema.

use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{Code, Result, access::Permission, fields::Target},
    queue::NewJob,
    service::{Caller, Services, Unit},
    store::{self, reference::Missing},
};

/// The job that does a page of a type's entries; its payload is `{contentType, after}`.
pub const REINDEX: &str = "content_type.reindex";

/// How many entries are done in one transaction.
const PAGE: u64 = 100;

/// The job for the entries after one of them, in the order of their ids.
pub(super) fn job(content_type: Uuid, after: Option<Uuid>) -> NewJob {
    NewJob {
        kind: REINDEX,
        payload: json!({"contentType": content_type, "after": after}),
        dedupe_key: Some(format!("{content_type}/{}", after.unwrap_or_default())),
        run_at: None,
    }
}

/// Does one page and enqueues the next. Versions and history stay: what the entries say has not changed.
///
/// # Errors
/// As the database refuses. A type that is gone is nothing to do.
pub async fn reindex(
    services: &Services,
    caller: &Caller,
    content_type: Uuid,
    after: Option<Uuid>,
) -> Result<()> {
    let grant = caller.actor.grant(Permission::TypeWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = match store::content_type::hold(unit.tx(), &grant, content_type).await {
        Ok(row) => row,
        Err(error) if error.code() == Code::NotFound => return unit.rollback().await,
        Err(error) => return Err(error),
    };
    let schema = services.schemas.get(row.id, row.version, &row.schema).await?;
    let page = store::content_type::page(unit.tx(), &grant, &row, after, PAGE, true).await?;
    let texts: Vec<(Uuid, String)> =
        page.iter().map(|entry| (entry.id, schema.search_text(&entry.fields))).collect();
    // What no longer fits was let through by force; it refers to nothing until it is mended.
    let references: Vec<(Uuid, Vec<Target<'_>>)> =
        page.iter().map(|entry| (entry.id, schema.references(&entry.fields).unwrap_or_default())).collect();
    store::entry::set_search_texts(unit.tx(), &grant, row.brand_id, &texts).await?;
    store::reference::replace(unit.tx(), &grant, row.brand_id, &references, Missing::LeftOut).await?;
    if let Some(last) = page.last() {
        unit.enqueue(job(content_type, Some(last.id)));
    }
    unit.commit().await
}
