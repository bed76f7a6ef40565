//! Changing brands.

mod input;
mod mutation;

pub(super) use input::{CreateBrandInput, UpdateBrandInput};
pub(super) use mutation::BrandMutation;
