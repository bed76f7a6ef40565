//! Changing entries.

mod input;
mod lifecycle;
mod links;
mod mutation;

pub(super) use input::{CreateEntryInput, OneEntryInput, UpdateEntryInput};
pub(super) use lifecycle::{EntryLifecycleMutation, ScheduleEntryInput};
pub(super) use links::{EntryLinkMutation, SetEntryCategoriesInput, SetEntryTagsInput};
pub(super) use mutation::{EntryMutation, RevertEntryInput};
