//! What clients give to change tags and categories.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::{
    domain::{
        Result,
        node::{Kind, NodeId},
        taxonomy::{CreateCategory, CreateTag, MoveCategory, UpdateCategory, UpdateTag},
        text::{Name, Slug},
    },
    graphql::change::Wrong,
};

/// A tag that is to be made.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateTagInput {
    /// The brand that it belongs to.
    brand_id: ID,
    /// The part of an address that names it, 1 to 200 characters; unique in the brand.
    slug: String,
    /// What people call it, 1 to 200 characters.
    name: String,
}

/// What is to change about a tag; what is left out stays.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateTagInput {
    /// The tag.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another slug.
    slug: MaybeUndefined<String>,
    /// Another name.
    name: MaybeUndefined<String>,
}

/// A category that is to be made.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateCategoryInput {
    /// The brand that it belongs to.
    brand_id: ID,
    /// The category, of the same brand, that it is under; at the top where it is left out. The tree is at most 16 deep.
    parent_id: Option<ID>,
    /// The part of an address that names it, 1 to 200 characters; unique under its parent.
    slug: String,
    /// What people call it, 1 to 200 characters.
    name: String,
    /// Its place among its siblings, lower first.
    #[graphql(default)]
    position: i32,
}

/// What is to change about a category; what is left out stays. `moveCategory` moves it.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateCategoryInput {
    /// The category.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another slug.
    slug: MaybeUndefined<String>,
    /// Another name.
    name: MaybeUndefined<String>,
    /// Another place among its siblings, lower first.
    position: MaybeUndefined<i32>,
}

/// A category, and where it is to be.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct MoveCategoryInput {
    /// The category; everything below it comes along.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// The category that it is to be under, neither itself nor one below it; at the top where it is null, as before where it is left out.
    parent_id: MaybeUndefined<ID>,
    /// Its place among its new siblings, lower first; as before where it is left out.
    position: Option<i32>,
}

impl CreateTagInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateTag> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let slug = wrong.take(Slug::parse(&self.slug, "slug"));
        let name = wrong.take(Name::parse(&self.name, "name"));
        let command = (|| Some(CreateTag { brand_id: brand_id?, slug: slug?, name: name? }))();
        wrong.finish(command)
    }
}

impl UpdateTagInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateTag> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Tag, &self.id, "id");
        let slug = wrong.change(self.slug, "slug", |text, at| Slug::parse(&text, at));
        let name = wrong.change(self.name, "name", |text, at| Name::parse(&text, at));
        let expected_version = self.expected_version;
        wrong.finish(id.map(|id| UpdateTag { id, expected_version, slug, name }))
    }
}

impl CreateCategoryInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateCategory> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let parent_id = self.parent_id.and_then(|id| wrong.key(Kind::Category, &id, "parentId"));
        let slug = wrong.take(Slug::parse(&self.slug, "slug"));
        let name = wrong.take(Name::parse(&self.name, "name"));
        let position = self.position;
        let command =
            (|| Some(CreateCategory { brand_id: brand_id?, parent_id, slug: slug?, name: name?, position }))(
            );
        wrong.finish(command)
    }
}

impl UpdateCategoryInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateCategory> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Category, &self.id, "id");
        let slug = wrong.change(self.slug, "slug", |text, at| Slug::parse(&text, at));
        let name = wrong.change(self.name, "name", |text, at| Name::parse(&text, at));
        let position = wrong.change(self.position, "position", |position, _| Ok(position));
        let expected_version = self.expected_version;
        wrong.finish(id.map(|id| UpdateCategory { id, expected_version, slug, name, position }))
    }
}

impl MoveCategoryInput {
    pub(in crate::graphql) fn parse(self) -> Result<MoveCategory> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Category, &self.id, "id");
        let parent_id =
            wrong.patch(self.parent_id, "parentId", |id, at| NodeId::parse_as(Kind::Category, &id, at));
        let (expected_version, position) = (self.expected_version, self.position);
        wrong.finish(id.map(|id| MoveCategory { id, expected_version, parent_id, position }))
    }
}
