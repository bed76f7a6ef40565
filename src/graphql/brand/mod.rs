//! Changing brands.

mod input;
mod mutation;

pub(super) use mutation::BrandMutation;
