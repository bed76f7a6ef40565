//! Whether a slug that is taken is that of an entry which the caller does not see: the record of refusals is told, the caller is not.

use uuid::Uuid;

use crate::{
    domain::{
        Code, Error,
        access::{Actor, Permission},
    },
    service::Services,
    store,
};

/// Where a slug was chosen.
pub(super) enum Chosen {
    /// For a new entry of a type, in a language or in the brand's first.
    New(Uuid, Option<String>),
    /// For an entry that is there.
    Of(Uuid),
}

/// The error of a change, told of as concealed where it is a conflict with an entry out of the caller's sight. Called when the
/// change has let go of its transaction.
pub(super) async fn tell(
    services: &Services,
    actor: &Actor,
    chosen: Chosen,
    slug: &str,
    error: Error,
) -> Error {
    if error.code() != Code::Conflict || error.conceals().is_some() {
        return error;
    }
    match holder(services, actor, chosen, slug).await {
        Ok(Some(brand)) => error.about_unseen(brand),
        Ok(None) => error,
        Err(failed) => {
            tracing::warn!(error = %failed, "whose slug was guessed could not be looked up");
            error
        }
    }
}

/// The brand of the entry that has the slug, where the caller does not see it.
async fn holder(
    services: &Services,
    actor: &Actor,
    chosen: Chosen,
    slug: &str,
) -> Result<Option<Uuid>, Error> {
    let grant = actor.grant(Permission::EntryWrite)?;
    let (kind, locale) = match chosen {
        Chosen::New(kind, locale) => (kind, locale),
        Chosen::Of(id) => match store::explain::entry(&services.db, id).await? {
            Some(found) => (found.place().0, Some(found.place().1.to_owned())),
            None => return Ok(None),
        },
    };
    let found = store::explain::with_slug(&services.db, kind, slug, locale.as_deref()).await?;
    let unseen = found
        .into_iter()
        .find(|(brand, entry)| !grant.unrestricted_in(*brand) && !grant.sees(*brand, &entry.facts()));
    Ok(unseen.map(|(brand, _)| brand))
}
