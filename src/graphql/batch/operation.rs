//! The operations of a batch, as clients give them: the inputs of the mutations of the same names.

use async_graphql::{ID, InputObject, OneofObject};

use crate::{
    domain::{
        Result,
        batch::{One, Operation},
        entry::{ChangeStatus, OneEntry, Transition},
        node::Kind,
    },
    graphql::{
        asset::{CreateAssetInput, UpdateAssetInput},
        brand::{CreateBrandInput, UpdateBrandInput},
        change::Wrong,
        content_type::{CreateContentTypeInput, UpdateContentTypeInput},
        entry::{
            CreateEntryInput, OneEntryInput, RevertEntryInput, ScheduleEntryInput, SetEntryCategoriesInput,
            SetEntryTagsInput, UpdateEntryInput, UpsertEntryInput,
        },
        taxonomy::{
            CreateCategoryInput, CreateTagInput, MoveCategoryInput, UpdateCategoryInput, UpdateTagInput,
        },
    },
};

/// A node, and the version of it that you have seen.
#[derive(Debug, InputObject)]
pub(super) struct BatchNodeInput {
    /// The node.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
}

impl BatchNodeInput {
    fn parse(&self, kind: Kind) -> Result<One> {
        let mut wrong = Wrong::default();
        let id = wrong.key(kind, &self.id, "id");
        wrong.finish(id.map(|id| OneEntry { id, expected_version: self.expected_version }))
    }
}

/// What a create gives beside its own input.
macro_rules! keyed {
    ($($(#[doc = $about:literal])* $name:ident = $input:ident;)*) => {$(
        $(#[doc = $about])*
        #[derive(Debug, InputObject)]
        pub(super) struct $name {
            /// What later operations of this batch call it: where they take an id, they may give `@` and this key instead. 1 to
            /// 64 of `A-Z a-z 0-9 _ - .`, once in a batch.
            #[graphql(name = "key")]
            key: Option<String>,
            #[graphql(flatten)]
            input: $input,
        }
    )*};
}

keyed! {
    /// A brand that is to be made, and what the batch calls it.
    BatchCreateBrandInput = CreateBrandInput;
    /// An entry that is to be made, as a draft, and what the batch calls it.
    BatchCreateEntryInput = CreateEntryInput;
    /// An entry as it is to be, whether it is there already or not, and what the batch calls it.
    BatchUpsertEntryInput = UpsertEntryInput;
    /// A tag that is to be made, and what the batch calls it.
    BatchCreateTagInput = CreateTagInput;
    /// A category that is to be made, and what the batch calls it.
    BatchCreateCategoryInput = CreateCategoryInput;
    /// An asset that is to be made, and what the batch calls it.
    BatchCreateAssetInput = CreateAssetInput;
}

/// A content type that is to be made, and what the batch calls it.
#[derive(Debug, InputObject)]
pub(super) struct BatchCreateContentTypeInput {
    /// What later operations of this batch call it: as `key` of the others, a name that a content type has for its own.
    #[graphql(name = "clientKey")]
    client_key: Option<String>,
    #[graphql(flatten)]
    input: CreateContentTypeInput,
}

/// One change of content: exactly one of these, each with the input, the permission and the outcome of the mutation of that name.
#[derive(Debug, OneofObject)]
pub(super) enum BatchOperation {
    /// Makes a brand. Needs `brand:write` in every brand.
    CreateBrand(BatchCreateBrandInput),
    /// Changes a brand. Needs `brand:write`.
    UpdateBrand(UpdateBrandInput),
    /// Puts a brand out of sight. Needs `brand:write`.
    DeleteBrand(BatchNodeInput),
    /// Brings a deleted brand back. Needs `brand:write`.
    RestoreBrand(BatchNodeInput),
    /// Makes a content type. Needs `type:write`.
    CreateContentType(BatchCreateContentTypeInput),
    /// Changes a content type. Needs `type:write`.
    UpdateContentType(UpdateContentTypeInput),
    /// Removes a content type. Needs `type:write`.
    DeleteContentType(BatchNodeInput),
    /// Makes an entry, as a draft. Needs `entry:write`.
    CreateEntry(BatchCreateEntryInput),
    /// Changes an entry. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    UpdateEntry(UpdateEntryInput),
    /// Makes an entry, or changes the one that is there. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    UpsertEntry(BatchUpsertEntryInput),
    /// Takes an entry back to an earlier version. Needs `entry:write`, and `entry:publish` where it is public or scheduled.
    RevertEntry(RevertEntryInput),
    /// Makes an entry public. Needs `entry:publish`.
    PublishEntry(OneEntryInput),
    /// Makes an entry a draft again. Needs `entry:publish`.
    UnpublishEntry(OneEntryInput),
    /// Has an entry published at a moment. Needs `entry:publish`.
    ScheduleEntry(ScheduleEntryInput),
    /// Puts an entry away. Needs `entry:publish`.
    ArchiveEntry(OneEntryInput),
    /// Sets, adds or takes off tags. Needs `entry:write`, and `entry:publish` where the entry is public or scheduled.
    SetEntryTags(SetEntryTagsInput),
    /// Sets, adds or takes off categories. Needs `entry:write`, and `entry:publish` where the entry is public or scheduled.
    SetEntryCategories(SetEntryCategoriesInput),
    /// Puts an entry out of sight. Needs `entry:delete`, and `entry:publish` where it is public or scheduled.
    DeleteEntry(OneEntryInput),
    /// Brings a deleted entry back. Needs `entry:delete`, and `entry:publish` where it was public or scheduled.
    RestoreEntry(OneEntryInput),
    /// Removes a deleted entry for good. Needs `entry:purge`.
    PurgeEntry(OneEntryInput),
    /// Makes a tag. Needs `taxonomy:write`.
    CreateTag(BatchCreateTagInput),
    /// Changes a tag. Needs `taxonomy:write`.
    UpdateTag(UpdateTagInput),
    /// Removes a tag. Needs `taxonomy:write`.
    DeleteTag(BatchNodeInput),
    /// Makes a category. Needs `taxonomy:write`.
    CreateCategory(BatchCreateCategoryInput),
    /// Changes a category. Needs `taxonomy:write`.
    UpdateCategory(UpdateCategoryInput),
    /// Moves a category. Needs `taxonomy:write`.
    MoveCategory(MoveCategoryInput),
    /// Removes a category. Needs `taxonomy:write`.
    DeleteCategory(BatchNodeInput),
    /// Makes an asset. Needs `asset:write`.
    CreateAsset(BatchCreateAssetInput),
    /// Changes an asset. Needs `asset:write`.
    UpdateAsset(UpdateAssetInput),
    /// Puts an asset out of sight. Needs `asset:write`.
    DeleteAsset(BatchNodeInput),
    /// Brings a deleted asset back. Needs `asset:write`.
    RestoreAsset(BatchNodeInput),
}

impl BatchOperation {
    /// The operation, with everything that is wrong with it at once.
    pub(super) fn parse_all(self) -> Result<Operation> {
        let status = |one: OneEntryInput, transition| {
            one.parse().map(|entry| Operation::ChangeStatus(ChangeStatus { entry, transition }))
        };
        match self {
            Self::CreateBrand(one) => one.input.parse().map(Operation::CreateBrand),
            Self::UpdateBrand(one) => one.parse().map(Operation::UpdateBrand),
            Self::DeleteBrand(one) => one.parse(Kind::Brand).map(Operation::DeleteBrand),
            Self::RestoreBrand(one) => one.parse(Kind::Brand).map(Operation::RestoreBrand),
            Self::CreateContentType(one) => one.input.parse().map(Operation::CreateContentType),
            Self::UpdateContentType(one) => one.parse().map(Operation::UpdateContentType),
            Self::DeleteContentType(one) => one.parse(Kind::ContentType).map(Operation::DeleteContentType),
            Self::CreateEntry(one) => one.input.parse().map(Operation::CreateEntry),
            Self::UpdateEntry(one) => one.parse().map(Operation::UpdateEntry),
            Self::UpsertEntry(one) => one.input.parse().map(Operation::UpsertEntry),
            Self::RevertEntry(one) => one.parse().map(Operation::RevertEntry),
            Self::PublishEntry(one) => status(one, Transition::Publish),
            Self::UnpublishEntry(one) => status(one, Transition::Unpublish),
            Self::ScheduleEntry(one) => one.parse().map(Operation::ChangeStatus),
            Self::ArchiveEntry(one) => status(one, Transition::Archive),
            Self::SetEntryTags(one) => one.parse().map(Operation::SetEntryTags),
            Self::SetEntryCategories(one) => one.parse().map(Operation::SetEntryCategories),
            Self::DeleteEntry(one) => one.parse().map(Operation::DeleteEntry),
            Self::RestoreEntry(one) => one.parse().map(Operation::RestoreEntry),
            Self::PurgeEntry(one) => one.parse().map(Operation::PurgeEntry),
            Self::CreateTag(one) => one.input.parse().map(Operation::CreateTag),
            Self::UpdateTag(one) => one.parse().map(Operation::UpdateTag),
            Self::DeleteTag(one) => one.parse(Kind::Tag).map(Operation::DeleteTag),
            Self::CreateCategory(one) => one.input.parse().map(Operation::CreateCategory),
            Self::UpdateCategory(one) => one.parse().map(Operation::UpdateCategory),
            Self::MoveCategory(one) => one.parse().map(Operation::MoveCategory),
            Self::DeleteCategory(one) => one.parse(Kind::Category).map(Operation::DeleteCategory),
            Self::CreateAsset(one) => one.input.parse().map(Operation::CreateAsset),
            Self::UpdateAsset(one) => one.parse().map(Operation::UpdateAsset),
            Self::DeleteAsset(one) => one.parse(Kind::Asset).map(Operation::DeleteAsset),
            Self::RestoreAsset(one) => one.parse(Kind::Asset).map(Operation::RestoreAsset),
        }
    }
}

/// What an operation of that name makes, where it makes something that can be called by a key, and the argument that gives it.
pub(super) fn makes(name: &str) -> Option<(Kind, &'static str)> {
    match name {
        "createBrand" => Some((Kind::Brand, "key")),
        "createContentType" => Some((Kind::ContentType, "clientKey")),
        "createEntry" | "upsertEntry" => Some((Kind::Entry, "key")),
        "createTag" => Some((Kind::Tag, "key")),
        "createCategory" => Some((Kind::Category, "key")),
        "createAsset" => Some((Kind::Asset, "key")),
        _ => None,
    }
}
