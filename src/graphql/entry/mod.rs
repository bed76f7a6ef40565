//! Changing entries.

mod input;
mod lifecycle;
mod links;
mod mutation;
mod upsert;

pub(super) use input::{CreateEntryInput, OneEntryInput, UpdateEntryInput};
pub(super) use lifecycle::{EntryLifecycleMutation, ScheduleEntryInput};
pub(super) use links::{EntryLinkMutation, SetEntryCategoriesInput, SetEntryTagsInput};
pub(super) use mutation::{EntryMutation, RevertEntryInput};
pub(super) use upsert::{EntryUpsertMutation, UpsertEntryInput};
