//! Many changes as one request: what each of them is.

use serde_json::Value;
use uuid::Uuid;

use super::{
    asset::{CreateAsset, UpdateAsset},
    brand::{CreateBrand, UpdateBrand},
    content_type::{CreateContentType, UpdateContentType},
    entry::{
        ChangeStatus, CreateEntry, FieldsChange, OneEntry, RevertEntry, SetLinks, UpdateEntry, UpsertEntry,
    },
    limits::LIMITS,
    node::{Kind, NodeId},
    taxonomy::{CreateCategory, CreateTag, MoveCategory, UpdateCategory, UpdateTag},
};

/// The most operations of one batch.
pub const MAX_OPERATIONS: u32 = LIMITS.max_operations;
/// The most characters of a client key.
pub const MAX_KEY: usize = 64;

/// A row of any kind, and the version of it that the caller has seen.
pub type One = OneEntry;

/// One change of content: what the mutation of the same name does.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Makes a brand.
    CreateBrand(CreateBrand),
    /// Changes a brand.
    UpdateBrand(UpdateBrand),
    /// Puts a brand out of sight.
    DeleteBrand(One),
    /// Brings a brand back.
    RestoreBrand(One),
    /// Makes a content type.
    CreateContentType(CreateContentType),
    /// Changes a content type.
    UpdateContentType(UpdateContentType),
    /// Removes a content type.
    DeleteContentType(One),
    /// Makes an entry.
    CreateEntry(CreateEntry),
    /// Changes an entry.
    UpdateEntry(UpdateEntry),
    /// Makes an entry, or changes the one that is there.
    UpsertEntry(UpsertEntry),
    /// Takes an entry back to an earlier version.
    RevertEntry(RevertEntry),
    /// Publishes, unpublishes, schedules or archives an entry.
    ChangeStatus(ChangeStatus),
    /// Sets, adds or takes off tags of an entry.
    SetEntryTags(SetLinks),
    /// Sets, adds or takes off categories of an entry.
    SetEntryCategories(SetLinks),
    /// Puts an entry out of sight.
    DeleteEntry(One),
    /// Brings an entry back.
    RestoreEntry(One),
    /// Removes a deleted entry for good.
    PurgeEntry(One),
    /// Makes a tag.
    CreateTag(CreateTag),
    /// Changes a tag.
    UpdateTag(UpdateTag),
    /// Removes a tag.
    DeleteTag(One),
    /// Makes a category.
    CreateCategory(CreateCategory),
    /// Changes a category.
    UpdateCategory(UpdateCategory),
    /// Moves a category.
    MoveCategory(MoveCategory),
    /// Removes a category.
    DeleteCategory(One),
    /// Makes an asset.
    CreateAsset(CreateAsset),
    /// Changes an asset.
    UpdateAsset(UpdateAsset),
    /// Puts an asset out of sight.
    DeleteAsset(One),
    /// Brings an asset back.
    RestoreAsset(One),
}

impl Operation {
    /// The kind of node that it changes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::CreateBrand(_) | Self::UpdateBrand(_) | Self::DeleteBrand(_) | Self::RestoreBrand(_) => {
                Kind::Brand
            }
            Self::CreateContentType(_) | Self::UpdateContentType(_) | Self::DeleteContentType(_) => {
                Kind::ContentType
            }
            Self::CreateEntry(_)
            | Self::UpdateEntry(_)
            | Self::UpsertEntry(_)
            | Self::RevertEntry(_)
            | Self::ChangeStatus(_)
            | Self::SetEntryTags(_)
            | Self::SetEntryCategories(_)
            | Self::DeleteEntry(_)
            | Self::RestoreEntry(_)
            | Self::PurgeEntry(_) => Kind::Entry,
            Self::CreateTag(_) | Self::UpdateTag(_) | Self::DeleteTag(_) => Kind::Tag,
            Self::CreateCategory(_)
            | Self::UpdateCategory(_)
            | Self::MoveCategory(_)
            | Self::DeleteCategory(_) => Kind::Category,
            Self::CreateAsset(_) | Self::UpdateAsset(_) | Self::DeleteAsset(_) | Self::RestoreAsset(_) => {
                Kind::Asset
            }
        }
    }
}

impl Operation {
    /// The entry that it names, and that is there already.
    #[must_use]
    pub fn entry(&self) -> Option<Uuid> {
        match self {
            Self::CreateEntry(command) => command.translation_of,
            Self::UpdateEntry(command) => Some(command.id),
            Self::RevertEntry(command) => Some(command.entry.id),
            Self::ChangeStatus(command) => Some(command.entry.id),
            Self::SetEntryTags(command) | Self::SetEntryCategories(command) => Some(command.entry.id),
            Self::DeleteEntry(one) | Self::RestoreEntry(one) | Self::PurgeEntry(one) => Some(one.id),
            _ => None,
        }
    }

    /// What it changes, where that is there already.
    #[must_use]
    pub fn changes(&self) -> Option<NodeId> {
        let id = match self {
            Self::UpdateBrand(command) => command.id,
            Self::UpdateContentType(command) => command.id,
            Self::UpdateTag(command) => command.id,
            Self::UpdateCategory(command) => command.id,
            Self::MoveCategory(command) => command.id,
            Self::UpdateAsset(command) => command.id,
            Self::DeleteBrand(one)
            | Self::RestoreBrand(one)
            | Self::DeleteContentType(one)
            | Self::DeleteTag(one)
            | Self::DeleteCategory(one)
            | Self::DeleteAsset(one)
            | Self::RestoreAsset(one) => one.id,
            _ => return Some(NodeId::new(Kind::Entry, self.entry()?)),
        };
        Some(NodeId::new(self.kind(), id))
    }

    /// The same, with another entry in place of one: an id that was given out for an entry that turned out to be there already.
    #[must_use]
    pub fn with_entry(mut self, given: Uuid, found: Uuid) -> Self {
        let swap = |id: &mut Uuid| {
            if *id == given {
                *id = found;
            }
        };
        let [from, to] = [given, found].map(|id| NodeId::new(Kind::Entry, id).to_string());
        match &mut self {
            Self::CreateEntry(command) => {
                command.translation_of.iter_mut().for_each(swap);
                swap_texts(&mut command.fields, &from, &to);
            }
            Self::UpdateEntry(command) => {
                swap(&mut command.id);
                match &mut command.fields {
                    FieldsChange::Replace(fields) | FieldsChange::Merge(fields) => {
                        swap_texts(fields, &from, &to);
                    }
                    FieldsChange::Keep => {}
                }
            }
            Self::UpsertEntry(command) => swap_texts(&mut command.fields, &from, &to),
            Self::RevertEntry(command) => swap(&mut command.entry.id),
            Self::ChangeStatus(command) => swap(&mut command.entry.id),
            Self::SetEntryTags(command) | Self::SetEntryCategories(command) => swap(&mut command.entry.id),
            Self::DeleteEntry(one) | Self::RestoreEntry(one) | Self::PurgeEntry(one) => swap(&mut one.id),
            _ => {}
        }
        self
    }
}

/// Puts one text in place of another, wherever a value is that and nothing else. The nesting was bounded when it was read.
fn swap_texts(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::String(text) if text == from => to.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| swap_texts(item, from, to)),
        Value::Object(fields) => fields.values_mut().for_each(|item| swap_texts(item, from, to)),
        _ => {}
    }
}

/// Whether the operations of a batch stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// All of them or none.
    Atomic,
    /// Each on its own.
    PerItem,
}
