//! Which operations can be done at once, and what each of them is to an entry.

use std::borrow::Cow;

use uuid::Uuid;

use super::Wanted;
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        batch::Operation as O,
        entry::{ChangeStatus, CreateEntry, OneEntry, Origin, SetLinks, UpdateEntry, UpsertEntry},
    },
    service::{
        Unit,
        entry::upsert::{changing, making},
    },
    store::{entry_link::Links, entry_origin},
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
    /// Its place among all.
    pub(super) place: usize,
    /// The id that what it makes was given already.
    pub(super) id: Option<Uuid>,
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

/// What operations are to their entries, and the places of those that have to be done alone.
pub(super) async fn tasks<'a>(
    unit: &Unit,
    grant: &Grant,
    wanted: &[Wanted<'a>],
) -> Result<(Vec<Task<'a>>, Vec<usize>)> {
    let upserts: Vec<&UpsertEntry> = wanted.iter().filter_map(|(_, operation)| upserted(operation)).collect();
    let mut found = resolved(unit, grant, &upserts).await?.into_iter();
    let (mut tasks, mut alone) = (Vec::with_capacity(wanted.len()), Vec::new());
    for (place, (id, operation)) in wanted.iter().enumerate() {
        let what = match operation {
            O::CreateEntry(command) => Some(What::Make(Cow::Borrowed(command), None)),
            O::UpdateEntry(command) => Some(What::Change(Cow::Borrowed(command))),
            O::UpsertEntry(command) => found.next().flatten().and_then(|found| upsert(found, command)),
            O::ChangeStatus(command) => Some(What::Status(command)),
            O::SetEntryTags(command) => Some(What::Link(Links::Tags, command)),
            O::SetEntryCategories(command) => Some(What::Link(Links::Categories, command)),
            O::DeleteEntry(entry) => Some(What::Delete(entry)),
            _ => None,
        };
        match what {
            Some(what) => tasks.push(Task { place, id: *id, what }),
            None => alone.push(place),
        }
    }
    Ok((tasks, alone))
}

fn upserted<'a>(operation: &&'a O) -> Option<&'a UpsertEntry> {
    match operation {
        O::UpsertEntry(command) => Some(command),
        _ => None,
    }
}

/// The entry that each upsert means; nothing at all where something is wrong with it, or an earlier one is called the same.
async fn resolved(unit: &Unit, grant: &Grant, upserts: &[&UpsertEntry]) -> Result<Vec<Option<Option<Uuid>>>> {
    if upserts.is_empty() {
        return Ok(Vec::new());
    }
    let meant = entry_origin::meant(unit.tx(), grant, upserts).await?;
    let good: Vec<_> = meant.iter().filter_map(|one| one.as_ref().ok()).collect();
    entry_origin::hold(unit.tx(), good.iter().copied()).await?;
    let mut found = entry_origin::find(unit.tx(), &good).await?.into_iter();
    let mut names = std::collections::HashSet::new();
    let each = meant.iter().map(|one| {
        let one = one.as_ref().ok()?;
        let found = found.next()?;
        if found.is_some_and(|met| !met.same_type) {
            return None;
        }
        let mut new = true;
        one.names().for_each(|name| new &= names.insert(name));
        new.then_some(found.map(|met| met.id))
    });
    Ok(each.collect())
}

fn upsert<'a>(found: Option<Uuid>, command: &UpsertEntry) -> Option<What<'a>> {
    match found {
        Some(id) => Some(What::Change(Cow::Owned(changing(id, command.clone())))),
        None if command.expected_version.is_some_and(|expected| expected != 0) => None,
        None => Some(What::Make(Cow::Owned(making(command.clone())), command.origin.clone())),
    }
}
