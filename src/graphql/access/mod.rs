//! Roles and members: their inputs and mutations.

mod explain;
mod input;
mod mutation;

pub(super) use explain::{Access, explain};
pub(super) use mutation::AccessMutation;
