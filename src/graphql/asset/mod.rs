//! Changing assets.

mod input;
mod mutation;

pub(super) use input::{CreateAssetInput, UpdateAssetInput};
pub(super) use mutation::AssetMutation;
