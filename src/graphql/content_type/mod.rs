//! Changing content types.

mod input;
mod mutation;
mod report;

pub(super) use mutation::ContentTypeMutation;
