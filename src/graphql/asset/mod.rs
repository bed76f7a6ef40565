//! Changing assets.

mod about;
mod input;
mod mutation;

pub(super) use about::AssetAboutInput;
pub(super) use input::{CreateAssetInput, UpdateAssetInput};
pub(super) use mutation::AssetMutation;
