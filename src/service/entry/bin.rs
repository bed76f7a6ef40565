//! Deletes entries and brings them back.

use super::{
    Opened, content, finish, may_change, open, status,
    taken::{self, Wanted},
};
use crate::{
    domain::{
        Result,
        access::Permission,
        change::Changed,
        entry::{OneEntry, Status},
    },
    service::{Caller, Services},
    store::{self, Life, entry::Changes, entry_origin, reference::Missing},
};

/// Puts an entry out of sight; it can be restored. What refers to it keeps doing so.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version; `FORBIDDEN` where it is public or scheduled and the caller may not publish.
pub async fn delete(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    let Opened { unit, grant, row } =
        open(services, caller, Permission::EntryDelete, entry, Life::Live).await?;
    may_change(&unit, caller, &row).await?;
    let changes = Changes { deleted_at: Some(Some(unit.now())), ..Changes::default() };
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, &grant, &row, "entry.deleted", "deleted").await
}

/// Brings a deleted entry back into the present: what is derived from its fields is derived as its type says now. One that was
/// scheduled comes back as a draft, since its moment may have passed. What it referred to and is gone meanwhile is left out.
///
/// # Errors
/// `NOT_FOUND` where none was deleted, `INVALID` where its brand no longer speaks its locale or its fields no longer fit its
/// type, `CONFLICT` for another version, or where its slug, locale, a unique field or its name at its source was taken meanwhile; `FORBIDDEN` where it
/// was public or scheduled and the caller may not publish.
pub async fn restore(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    match bring_back(services, caller, entry).await {
        Err(error) => {
            let wanted = Wanted::Of(entry.id, None);
            Err(taken::tell(services, &caller.actor, Permission::EntryDelete, wanted, error).await)
        }
        restored => restored,
    }
}

async fn bring_back(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Changed> {
    let Opened { unit, grant, row } =
        open(services, caller, Permission::EntryDelete, entry, Life::Deleted).await?;
    may_change(&unit, caller, &row).await?;
    let brand = store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    let locales = store::brand::locales(unit.tx(), &brand).await?;
    let kind = store::content_type::hold(unit.tx(), &grant, row.content_type_id).await?;
    let schema = content::schema(services, &kind).await?;
    let mut violations = content::violations(&schema, &row.fields);
    violations.extend(content::unknown_locale(&locales, &row.locale));
    content::refuse(violations, &grant, row.brand_id)?;
    entry_origin::claim(unit.tx(), &row).await?;
    let search_text = schema.search_text(&row.fields);
    let mut changes = Changes {
        deleted_at: Some(None),
        fields: Some((row.fields.clone(), search_text)),
        ..Changes::default()
    };
    if status(&row)? == Status::Scheduled {
        changes.status = Some(Status::Draft);
        changes.scheduled_at = Some(None);
    }
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    content::follow(&unit, &grant, &row, &schema, Missing::LeftOut).await?;
    finish(unit, &grant, &row, "entry.restored", "restored").await
}
