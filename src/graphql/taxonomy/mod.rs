//! Changing tags and categories.

mod category;
mod input;
mod tag;

pub(super) use category::CategoryMutation;
pub(super) use input::{
    CreateCategoryInput, CreateTagInput, MoveCategoryInput, UpdateCategoryInput, UpdateTagInput,
};
pub(super) use tag::TagMutation;
