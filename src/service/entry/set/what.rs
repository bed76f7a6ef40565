//! Which operations can be done at once, and what each of them is to an entry.

use std::borrow::Cow;

use uuid::Uuid;

use super::{Fault, Wanted};
use crate::{
    domain::{
        Error, Result,
        access::{Grant, Permission},
        batch::Operation as O,
        entry::{ChangeStatus, CreateEntry, OneEntry, Origin, SetLinks, UpdateEntry, UpsertEntry},
    },
    service::{
        Unit,
        entry::upsert::{changing, making},
    },
    store::{
        entry_link::Links,
        entry_origin::{self, Met},
    },
};

/// The sorts of operations of which those that follow each other can be done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `createEntry`, but of translations.
    Create,
    /// `updateEntry`.
    Update,
    /// `upsertEntry`.
    Upsert,
    /// `publishEntry`, `unpublishEntry`, `scheduleEntry`, `archiveEntry`.
    Status,
    /// Those that set, add and take off tags.
    Tags,
    /// Those that set, add and take off categories.
    Categories,
    /// `deleteEntry`.
    Delete,
}

impl Sort {
    /// What each of them needs.
    pub(super) const fn permission(self) -> Permission {
        match self {
            Self::Create | Self::Update | Self::Upsert | Self::Tags | Self::Categories => {
                Permission::EntryWrite
            }
            Self::Status => Permission::EntryPublish,
            Self::Delete => Permission::EntryDelete,
        }
    }
}

/// The sort of an operation, where there is one.
#[must_use]
pub fn sort(operation: &O) -> Option<Sort> {
    match operation {
        O::CreateEntry(command) if command.translation_of.is_none() => Some(Sort::Create),
        O::UpdateEntry(_) => Some(Sort::Update),
        O::UpsertEntry(_) => Some(Sort::Upsert),
        O::ChangeStatus(_) => Some(Sort::Status),
        O::SetEntryTags(_) => Some(Sort::Tags),
        O::SetEntryCategories(_) => Some(Sort::Categories),
        O::DeleteEntry(_) => Some(Sort::Delete),
        _ => None,
    }
}

/// What is to be done, where it is known whether an upsert makes or changes.
pub(super) struct Task<'a> {
    /// The id that what it makes was given already.
    pub(super) id: Option<Uuid>,
    /// Whether it was found by what it is called: who does not see it must not learn that it is there.
    pub(super) upsert: bool,
    pub(super) what: What<'a>,
}

/// What is to be done with an entry.
pub(super) enum What<'a> {
    Make(Cow<'a, CreateEntry>, Option<Origin>),
    Change(Cow<'a, UpdateEntry>),
    Status(&'a ChangeStatus),
    Link(Links, &'a SetLinks),
    Delete(&'a OneEntry),
}

impl What<'_> {
    /// The entry that it changes.
    pub(super) fn entry(&self) -> Option<OneEntry> {
        match self {
            Self::Make(..) => None,
            Self::Change(command) => {
                Some(OneEntry { id: command.id, expected_version: command.expected_version })
            }
            Self::Status(command) => Some(command.entry),
            Self::Link(_, command) => Some(command.entry),
            Self::Delete(entry) => Some(**entry),
        }
    }

    /// The tags or categories that it names.
    pub(super) fn terms(&self, links: Links) -> &[Uuid] {
        let tags = links == Links::Tags;
        match self {
            Self::Make(command, _) if tags => &command.tags,
            Self::Make(command, _) => &command.categories,
            Self::Change(command) => {
                let ids = if tags { &command.tags } else { &command.categories };
                ids.as_deref().unwrap_or_default()
            }
            Self::Link(which, command) if *which == links => &command.ids,
            _ => &[],
        }
    }
}

/// What each operation is to its entry, or why nothing is to be done.
pub(super) async fn tasks<'a>(
    unit: &Unit,
    grant: &Grant,
    wanted: &[Wanted<'a>],
) -> Result<Vec<Result<Task<'a>, Fault>>> {
    let upserts: Vec<&UpsertEntry> = wanted.iter().filter_map(|(_, operation)| upserted(operation)).collect();
    let mut found = resolved(unit, grant, &upserts).await?.into_iter();
    let each = wanted.iter().map(|(id, operation)| {
        let what = match operation {
            O::CreateEntry(command) => Ok(What::Make(Cow::Borrowed(command), None)),
            O::UpdateEntry(command) => Ok(What::Change(Cow::Borrowed(command))),
            O::UpsertEntry(command) => {
                found.next().unwrap_or(Err(Fault::Alone)).and_then(|found| upsert(found, command))
            }
            O::ChangeStatus(command) => Ok(What::Status(command)),
            O::SetEntryTags(command) => Ok(What::Link(Links::Tags, command)),
            O::SetEntryCategories(command) => Ok(What::Link(Links::Categories, command)),
            O::DeleteEntry(entry) => Ok(What::Delete(entry)),
            _ => Err(Fault::Alone),
        };
        what.map(|what| Task { id: *id, upsert: upserted(operation).is_some(), what })
    });
    Ok(each.collect())
}

fn upserted(operation: &O) -> Option<&UpsertEntry> {
    match operation {
        O::UpsertEntry(command) => Some(command),
        _ => None,
    }
}

/// The entry that each upsert means, where there is one. What an earlier one is called, too, has to come after that.
async fn resolved(
    unit: &Unit,
    grant: &Grant,
    upserts: &[&UpsertEntry],
) -> Result<Vec<Result<Option<Uuid>, Fault>>> {
    if upserts.is_empty() {
        return Ok(Vec::new());
    }
    let meant = entry_origin::meant(unit.tx(), grant, upserts).await?;
    let good: Vec<_> = meant.iter().filter_map(|one| one.as_ref().ok()).collect();
    entry_origin::hold(unit.tx(), good.iter().copied()).await?;
    let mut found = entry_origin::find(unit.tx(), &good).await?.into_iter();
    let mut names = std::collections::HashSet::new();
    let each = meant.iter().map(|one| {
        let one = one.as_ref().map_err(Error::clone)?;
        let found = found.next().ok_or(Fault::Alone)?;
        let mut new = true;
        one.names().for_each(|name| new &= names.insert(name));
        match found {
            Some(Met { same_type: false, .. }) => Err(Fault::Alone),
            found if new => Ok(found.map(|met| met.id)),
            _ => Err(Fault::Alone),
        }
    });
    Ok(each.collect())
}

fn upsert<'a>(found: Option<Uuid>, command: &UpsertEntry) -> Result<What<'a>, Fault> {
    match (found, command.expected_version) {
        (Some(id), _) => Ok(What::Change(Cow::Owned(changing(id, command.clone())))),
        (None, Some(expected)) if expected != 0 => Err(entry_origin::unexpected(expected).into()),
        (None, _) => Ok(What::Make(Cow::Owned(making(command.clone())), command.origin.clone())),
    }
}
