//! What every field of the query and mutation types needs, in one table: a contract prints it, a test holds the graph to it.

use super::select::Root;
use crate::domain::{
    Result,
    access::{Permission, Permission as P},
    catalog::Catalog,
};

/// What a root field needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may ask.
    Nothing,
    /// A credential, whatever it gives.
    Credential,
    /// What the kind of node needs that an id is of; null without it.
    Node,
    /// A permission, in the brand that it is about.
    In(Permission),
    /// What each of the changes in it needs.
    Each,
    /// A permission that holds in every brand.
    Everywhere(Permission),
}

impl Needs {
    /// The permission, where it is one.
    #[must_use]
    pub const fn permission(self) -> Option<Permission> {
        match self {
            Self::In(permission) | Self::Everywhere(permission) => Some(permission),
            Self::Nothing | Self::Credential | Self::Node | Self::Each => None,
        }
    }
}

/// The mutations.
pub const MUTATIONS: [(&str, Needs); 46] = [
    ("createBrand", Needs::Everywhere(P::BrandWrite)),
    ("updateBrand", Needs::In(P::BrandWrite)),
    ("deleteBrand", Needs::In(P::BrandWrite)),
    ("restoreBrand", Needs::In(P::BrandWrite)),
    ("createContentType", Needs::In(P::TypeWrite)),
    ("updateContentType", Needs::In(P::TypeWrite)),
    ("deleteContentType", Needs::In(P::TypeWrite)),
    ("createEntry", Needs::In(P::EntryWrite)),
    ("updateEntry", Needs::In(P::EntryWrite)),
    ("upsertEntry", Needs::In(P::EntryWrite)),
    ("revertEntry", Needs::In(P::EntryWrite)),
    ("deleteEntry", Needs::In(P::EntryDelete)),
    ("purgeEntry", Needs::In(P::EntryPurge)),
    ("restoreEntry", Needs::In(P::EntryDelete)),
    ("publishEntry", Needs::In(P::EntryPublish)),
    ("unpublishEntry", Needs::In(P::EntryPublish)),
    ("scheduleEntry", Needs::In(P::EntryPublish)),
    ("archiveEntry", Needs::In(P::EntryPublish)),
    ("setEntryTags", Needs::In(P::EntryWrite)),
    ("setEntryCategories", Needs::In(P::EntryWrite)),
    ("createTag", Needs::In(P::TaxonomyWrite)),
    ("updateTag", Needs::In(P::TaxonomyWrite)),
    ("deleteTag", Needs::In(P::TaxonomyWrite)),
    ("createCategory", Needs::In(P::TaxonomyWrite)),
    ("updateCategory", Needs::In(P::TaxonomyWrite)),
    ("moveCategory", Needs::In(P::TaxonomyWrite)),
    ("deleteCategory", Needs::In(P::TaxonomyWrite)),
    ("createAsset", Needs::In(P::AssetWrite)),
    ("updateAsset", Needs::In(P::AssetWrite)),
    ("deleteAsset", Needs::In(P::AssetWrite)),
    ("restoreAsset", Needs::In(P::AssetWrite)),
    ("requestUpload", Needs::In(P::AssetWrite)),
    ("completeUpload", Needs::In(P::AssetWrite)),
    ("abortUpload", Needs::In(P::AssetWrite)),
    ("createApiKey", Needs::In(P::AccessManage)),
    ("rotateApiKey", Needs::In(P::AccessManage)),
    ("revokeApiKey", Needs::In(P::AccessManage)),
    ("createApplication", Needs::In(P::AccessManage)),
    ("rotateApplicationSecret", Needs::In(P::AccessManage)),
    ("revokeApplication", Needs::In(P::AccessManage)),
    ("createRole", Needs::In(P::AccessManage)),
    ("updateRole", Needs::In(P::AccessManage)),
    ("deleteRole", Needs::In(P::AccessManage)),
    ("grantRole", Needs::In(P::AccessManage)),
    ("revokeRole", Needs::In(P::AccessManage)),
    ("batch", Needs::Each),
];

/// The fields of the query type.
///
/// # Errors
/// `INTERNAL` where a root field reads a noun that the catalog does not have.
pub fn queries(catalog: &Catalog) -> Result<Vec<(&'static str, Needs)>> {
    let mut queries = Vec::with_capacity(Root::ALL.len() + 3);
    for (name, root) in Root::ALL {
        let needs = match root {
            Root::Node | Root::Nodes => Needs::Node,
            Root::One(noun) | Root::Page(noun) => Needs::In(catalog.noun(noun)?.read),
        };
        queries.push((name, needs));
    }
    queries.extend([
        ("viewer", Needs::Nothing),
        ("explainAccess", Needs::Credential),
        ("uploadParts", Needs::In(P::AssetWrite)),
    ]);
    Ok(queries)
}
