//! Makes an entry, or changes the one that is there, whichever it takes.

use uuid::Uuid;

use super::{create::create_from, update::update};
use crate::{
    domain::{
        Result,
        access::Permission,
        change::Changed,
        entry::{CreateEntry, FieldsChange, UpdateEntry, UpsertEntry},
    },
    service::{Caller, Joint, Services, Unit},
    store::entry_origin,
};

/// Makes the entry, as a draft, or changes the one that has its id at the source, or its type, slug and locale.
///
/// # Errors
/// As those of creating and updating; `CONFLICT` where a version was expected and there is none, or none was and there is one.
pub async fn upsert(services: &Services, caller: &Caller, command: UpsertEntry) -> Result<Changed> {
    upsert_as(services, caller, None, command).await
}

/// The same under an id that was given out already, where the entry is made.
///
/// # Errors
/// As [`upsert`].
pub async fn upsert_as(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: UpsertEntry,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::EntryWrite)?;
    let joint = Unit::joint(services).await?;
    let found = joint.directly(async |tx| entry_origin::find(tx, &grant, &command).await).await?;
    let within = services.within(&joint);
    let changed = match found {
        Some(found) => update(&within, caller, changing(found, command)).await?,
        None => {
            if let Some(expected) = command.expected_version.filter(|expected| *expected != 0) {
                return Err(entry_origin::unexpected(expected));
            }
            let (origin, command) = (command.origin.clone(), making(command));
            create_from(&within, caller, id, origin, command).await?
        }
    };
    joint.commit(services).await?;
    Ok(changed)
}

/// Keeps others from upserting the same until the transaction ends. Whoever upserts several in one transaction does this first: two
/// that met them in different orders would wait for each other.
///
/// # Errors
/// `TIMEOUT` where another transaction keeps one of them for longer than a statement may take.
pub async fn hold_upserts(joint: &Joint, caller: &Caller, wanted: &[&UpsertEntry]) -> Result<()> {
    // Who may not upsert is told so by each of them.
    let Ok(grant) = caller.actor.grant(Permission::EntryWrite) else { return Ok(()) };
    if wanted.len() < 2 {
        return Ok(());
    }
    joint.directly(async |tx| entry_origin::hold(tx, &grant, wanted).await).await
}

fn changing(id: Uuid, command: UpsertEntry) -> UpdateEntry {
    UpdateEntry {
        id,
        expected_version: command.expected_version,
        slug: Some(command.slug),
        title: Some(command.title),
        fields: FieldsChange::Replace(command.fields),
        tags: command.tags,
        categories: command.categories,
    }
}

fn making(command: UpsertEntry) -> CreateEntry {
    CreateEntry {
        content_type_id: command.content_type_id,
        slug: command.slug,
        title: command.title,
        locale: command.locale,
        fields: command.fields,
        tags: command.tags.unwrap_or_default(),
        categories: command.categories.unwrap_or_default(),
        translation_of: None,
    }
}
