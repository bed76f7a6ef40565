//! The mutation type: the mutations of every noun.

use async_graphql::MergedObject;

use super::{
    access::AccessMutation,
    asset::AssetMutation,
    batch::BatchMutation,
    brand::BrandMutation,
    content_type::ContentTypeMutation,
    credential::CredentialMutation,
    entry::{EntryLifecycleMutation, EntryLinkMutation, EntryMutation, EntryUpsertMutation},
    taxonomy::{CategoryMutation, TagMutation},
    upload::UploadMutation,
};

/// Everything that changes something. Each mutation takes one `input`, happens as a whole or not at all, and gives the changed
/// node.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    BrandMutation,
    ContentTypeMutation,
    EntryMutation,
    EntryLifecycleMutation,
    EntryLinkMutation,
    EntryUpsertMutation,
    TagMutation,
    CategoryMutation,
    AssetMutation,
    UploadMutation,
    CredentialMutation,
    AccessMutation,
    BatchMutation,
);
