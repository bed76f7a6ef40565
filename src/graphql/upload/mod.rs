//! Uploading files.

mod input;
mod mutation;
mod parts;

pub(super) use mutation::UploadMutation;
pub(super) use parts::{UploadParts, upload_parts};
