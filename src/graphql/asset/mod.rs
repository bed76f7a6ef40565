//! Changing assets.

mod input;
mod mutation;

pub(super) use mutation::AssetMutation;
