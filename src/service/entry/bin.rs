//! Deletes entries and brings them back.

use super::{Opened, content, finish, open, status};
use crate::{
    domain::{
        Result,
        access::Permission,
        change::Changed,
        entry::{OneEntry, Status},
    },
    service::{Caller, Services},
    store::{self, Life, entry::Changes},
};

/// Puts an entry out of sight; it can be restored. What refers to it keeps doing so.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version.
pub async fn delete(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    let Opened { unit, grant, row } =
        open(services, caller, Permission::EntryDelete, entry, Life::Live).await?;
    let changes = Changes { deleted_at: Some(Some(unit.now())), ..Changes::default() };
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, &grant, &row, "entry.deleted", "deleted").await
}

/// Brings a deleted entry back as it was; one that was scheduled comes back as a draft, since its moment may have passed.
///
/// # Errors
/// `NOT_FOUND` where none was deleted, `CONFLICT` for another version, or where its slug, locale or a unique field was taken
/// meanwhile.
pub async fn restore(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    let Opened { unit, grant, row } =
        open(services, caller, Permission::EntryDelete, entry, Life::Deleted).await?;
    let kind = store::content_type::hold(unit.tx(), &grant, row.content_type_id).await?;
    let schema = content::schema(services, &kind)?;
    let mut changes = Changes { deleted_at: Some(None), ..Changes::default() };
    // What no longer fits may come back to be mended, but not into the public.
    let fits = content::violations(&schema, &row.fields).is_empty();
    if status(&row)? == Status::Scheduled || (status(&row)? == Status::Published && !fits) {
        changes.status = Some(Status::Draft);
        changes.scheduled_at = Some(None);
    }
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    if fits {
        store::unique::claim(unit.tx(), &grant, &row, &schema.uniques(&row.fields)?).await?;
    }
    finish(unit, &grant, &row, "entry.restored", "restored").await
}
