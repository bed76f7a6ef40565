//! Entries: pieces of content in one locale, and what may be done to them.

mod command;
mod status;
mod upsert;

pub use command::{
    ChangeStatus, CreateEntry, FieldsChange, LinkMode, MAX_CATEGORIES, MAX_TAGS, OneEntry, RevertEntry,
    SetLinks, UpdateEntry, merge,
};
pub use status::{Status, Transition};
pub use upsert::{MAX_EXTERNAL_ID, Origin, UpsertEntry};
