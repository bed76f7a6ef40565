//! One operation of a batch: what the mutation of the same name does, in a part of the transaction.

use uuid::Uuid;

use super::Outcome;
use crate::{
    domain::{
        Result,
        batch::{One, Operation as O},
        change::Changed,
    },
    service::{Caller, Services, asset, bin, brand, category, content_type, entry, tag},
};

/// Runs one operation; what fails is taken back alone.
///
/// # Errors
/// Where others stood in the way: that is no fault of the operation, and the whole is run anew.
pub(super) async fn run(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    operation: O,
) -> Result<Outcome> {
    let kind = operation.kind();
    match done(services, caller, id, operation).await {
        Ok(changed) => Ok(Outcome::Done(kind, changed)),
        Err(error) if error.contended() => Err(error),
        Err(error) => Ok(Outcome::Failed(error)),
    }
}

async fn done(services: &Services, caller: &Caller, id: Option<Uuid>, operation: O) -> Result<Changed> {
    let (s, c) = (services, caller);
    match operation {
        O::CreateBrand(command) => brand::create_as(s, c, id, command).await,
        O::UpdateBrand(command) => brand::update(s, c, command).await,
        O::DeleteBrand(One { id, expected_version }) => brand::delete(s, c, id, expected_version).await,
        O::RestoreBrand(One { id, expected_version }) => brand::restore(s, c, id, expected_version).await,
        O::CreateContentType(command) => content_type::create_as(s, c, id, command).await,
        O::UpdateContentType(command) => {
            content_type::update(s, c, command).await.map(|updated| updated.changed)
        }
        O::DeleteContentType(One { id, expected_version }) => {
            content_type::delete(s, c, id, expected_version).await
        }
        O::CreateEntry(command) => entry::create_as(s, c, id, command).await,
        O::UpdateEntry(command) => entry::update(s, c, command).await,
        O::UpsertEntry(command) => entry::upsert_as(s, c, id, command).await,
        O::RevertEntry(command) => entry::revert(s, c, command).await,
        O::ChangeStatus(command) => entry::change_status(s, c, command).await,
        O::SetEntryTags(command) => entry::set_tags(s, c, command).await,
        O::SetEntryCategories(command) => entry::set_categories(s, c, command).await,
        O::DeleteEntry(one) => entry::delete(s, c, one).await,
        O::RestoreEntry(one) => entry::restore(s, c, one).await,
        O::PurgeEntry(one) => bin::purge(s, c, one).await,
        O::CreateTag(command) => tag::create_as(s, c, id, command).await,
        O::UpdateTag(command) => tag::update(s, c, command).await,
        O::DeleteTag(One { id, expected_version }) => tag::delete(s, c, id, expected_version).await,
        O::CreateCategory(command) => category::create_as(s, c, id, command).await,
        O::UpdateCategory(command) => category::update(s, c, command).await,
        O::MoveCategory(command) => category::relocate(s, c, command).await,
        O::DeleteCategory(One { id, expected_version }) => category::delete(s, c, id, expected_version).await,
        O::CreateAsset(command) => asset::create_as(s, c, id, command).await,
        O::UpdateAsset(command) => asset::update(s, c, command).await,
        O::DeleteAsset(One { id, expected_version }) => asset::delete(s, c, id, expected_version).await,
        O::RestoreAsset(One { id, expected_version }) => asset::restore(s, c, id, expected_version).await,
    }
}
