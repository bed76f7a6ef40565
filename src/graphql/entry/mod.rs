//! Changing entries.

mod input;
mod lifecycle;
mod links;
mod mutation;

pub(super) use lifecycle::EntryLifecycleMutation;
pub(super) use links::EntryLinkMutation;
pub(super) use mutation::EntryMutation;
