//! Makes an entry, or changes the one that is there, whichever it takes.

use uuid::Uuid;

use super::{
    create::create_from,
    taken::{self, Wanted},
    update::update,
};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Grant, Permission},
        change::Changed,
        entry::{CreateEntry, FieldsChange, UpdateEntry, UpsertEntry},
    },
    service::{Caller, Services, Unit},
    store::{
        Life, Tx, entry,
        entry_origin::{self, Met},
    },
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
        Found::Seen(found) => update(&within, caller, changing(found, command)).await?,
        Found::Nothing => {
            let wanted = Wanted::New {
                kind: command.content_type_id,
                locale: command.locale.as_ref().map(ToString::to_string),
                slug: command.slug.to_string(),
                original: None,
            };
            match make(&within, caller, id, command).await {
                Err(error) => {
                    joint.rollback().await?;
                    let permission = Permission::EntryWrite;
                    return Err(taken::tell(services, &caller.actor, permission, wanted, error).await);
                }
                Ok(made) => made,
            }
        }
        // Who does not see it is told what they would be told of one that they make, never that it is there.
        Found::Unseen(brand) => {
            return Err(match make(&within, caller, id, command).await {
                Ok(_) => entry_origin::taken().about_unseen(brand),
                Err(error) if error.code() == Code::Conflict => error.about_unseen(brand),
                Err(error) => error,
            });
        }
    };
    joint.commit(services).await?;
    Ok(changed)
}

/// What an upsert finds.
enum Found {
    Nothing,
    /// The entry, held.
    Seen(Uuid),
    /// An entry of this brand that the caller does not see.
    Unseen(Uuid),
}

async fn find(tx: &Tx, grant: &Grant, command: &UpsertEntry) -> Result<Found> {
    let missing = || Error::internal("an upsert was not looked for");
    let meant = entry_origin::meant(tx, grant, &[command]).await?.pop().ok_or_else(missing)??;
    entry_origin::hold(tx, [&meant]).await?;
    let found = entry_origin::find(tx, &[&meant]).await?.pop().ok_or_else(missing)?;
    let Some(Met { id, same_type }) = found else { return Ok(Found::Nothing) };
    match entry::lock(tx, grant, id, Life::Live).await {
        Ok(_) if same_type => Ok(Found::Seen(id)),
        Ok(_) => Err(entry_origin::of_another_type()),
        Err(error) => match error.conceals() {
            Some(Some(brand)) => Ok(Found::Unseen(brand)),
            // It was deleted since.
            _ if error.code() == Code::NotFound => Ok(Found::Nothing),
            _ => Err(error),
        },
    }
}

async fn make(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: UpsertEntry,
) -> Result<Changed> {
    if let Some(expected) = command.expected_version.filter(|expected| *expected != 0) {
        return Err(entry_origin::unexpected(expected));
    }
    let (origin, command) = (command.origin.clone(), making(command));
    create_from(services, caller, id, origin, command).await
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
