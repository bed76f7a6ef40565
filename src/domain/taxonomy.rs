//! Tags and categories: two ways to sort entries, flat and as a tree.

use uuid::Uuid;

use super::{
    change::Patch,
    text::{Name, Slug},
};

/// How deep the tree of categories goes.
pub const MAX_DEPTH: u32 = 16;

/// A tag that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTag {
    /// The brand that it belongs to.
    pub brand_id: Uuid,
    /// Unique in the brand.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
}

/// What is to change about a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateTag {
    /// The tag.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another slug.
    pub slug: Option<Slug>,
    /// Another name.
    pub name: Option<Name>,
}

/// A category that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateCategory {
    /// The brand that it belongs to.
    pub brand_id: Uuid,
    /// The category that it is under; the top where there is none.
    pub parent_id: Option<Uuid>,
    /// Unique under its parent.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
    /// Its place among its siblings, lower first.
    pub position: i32,
}

/// What is to change about a category; [`MoveCategory`] moves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateCategory {
    /// The category.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another slug.
    pub slug: Option<Slug>,
    /// Another name.
    pub name: Option<Name>,
    /// Another place among its siblings.
    pub position: Option<i32>,
}

/// Puts a category, with everything below it, under another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveCategory {
    /// The category.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// The category that it is to be under; the top where it is cleared.
    pub parent_id: Patch<Uuid>,
    /// Its place among its new siblings.
    pub position: Option<i32>,
}
