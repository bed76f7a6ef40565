//! Makes an entry, or changes the one that is there, whichever it takes.

use uuid::Uuid;

use super::{create::create_from, update::update};
use crate::{
    domain::{
        Error, Result,
        access::{Grant, Permission},
        change::Changed,
        entry::{CreateEntry, FieldsChange, UpdateEntry, UpsertEntry},
    },
    service::{Caller, Services, Unit},
    store::{Tx, entry_origin},
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
    let found = joint.directly(async |tx| find(tx, &grant, &command).await).await?;
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

async fn find(tx: &Tx, grant: &Grant, command: &UpsertEntry) -> Result<Option<Uuid>> {
    let missing = || Error::internal("an upsert was not looked for");
    let meant = entry_origin::meant(tx, grant, &[command]).await?.pop().ok_or_else(missing)??;
    entry_origin::hold(tx, [&meant]).await?;
    entry_origin::find(tx, &[&meant]).await?.pop().ok_or_else(missing)?
}

pub(super) fn changing(id: Uuid, command: UpsertEntry) -> UpdateEntry {
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

pub(super) fn making(command: UpsertEntry) -> CreateEntry {
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
