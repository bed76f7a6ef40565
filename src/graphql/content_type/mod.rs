//! Changing content types.

mod input;
mod mutation;
mod report;

pub(super) use input::{CreateContentTypeInput, UpdateContentTypeInput};
pub(super) use mutation::ContentTypeMutation;
