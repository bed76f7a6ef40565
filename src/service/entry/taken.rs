//! Whether what is taken is taken by an entry which the caller does not see: the record of refusals is told, the caller is not.
//! Values of unique fields are looked after where they are claimed (`store/unique.rs`).

use uuid::Uuid;

use crate::{
    domain::{
        Code, Error,
        access::{Actor, Permission},
        entry::CreateEntry,
    },
    service::Services,
    store::explain::{self, Found, Place},
};

/// What a change wanted for an entry.
pub(super) enum Wanted {
    /// A new entry.
    New {
        /// Its type.
        kind: Uuid,
        /// Its language; the brand's first where none is given.
        locale: Option<String>,
        /// Its slug.
        slug: String,
        /// The entry that it translates.
        original: Option<Uuid>,
    },
    /// Another slug, or the one it has.
    Of(Uuid, Option<String>),
    /// The slug that it had in a version.
    Version(Uuid, i32),
}

impl Wanted {
    /// What a new entry wants.
    pub(super) fn new(command: &CreateEntry) -> Self {
        Self::New {
            kind: command.content_type_id,
            locale: command.locale.as_ref().map(ToString::to_string),
            slug: command.slug.to_string(),
            original: command.translation_of,
        }
    }
}

/// The error of a change, told of as concealed where it is a conflict with an entry out of the caller's sight. Called when the
/// change has let go of its transaction.
pub(super) async fn tell(
    services: &Services,
    actor: &Actor,
    permission: Permission,
    wanted: Wanted,
    error: Error,
) -> Error {
    if error.code() != Code::Conflict || error.conceals().is_some() {
        return error;
    }
    let constraint = error.details().and_then(|details| details.get("constraint")?.as_str());
    let found = match constraint {
        Some("entry_slug_key") => with_slug(services, wanted).await,
        Some("entry_translation_key") => translation(services, wanted).await,
        _ => return error,
    };
    let found = match found {
        Ok(found) => found,
        Err(failed) => {
            tracing::warn!(error = %failed, "whose slug or locale was guessed could not be looked up");
            return error;
        }
    };
    let Ok(grant) = actor.grant(permission) else { return error };
    let unseen = found
        .into_iter()
        .find(|(brand, entry)| !grant.unrestricted_in(*brand) && !grant.sees(*brand, &entry.facts()));
    match unseen {
        Some((brand, _)) => error.about_unseen(brand),
        None => error,
    }
}

/// The entries that have the slug.
async fn with_slug(services: &Services, wanted: Wanted) -> Result<Vec<(Uuid, Found)>, Error> {
    let db = &services.db;
    let (kind, locale, slug) = match wanted {
        Wanted::New { kind, locale, slug, .. } => (kind, locale, slug),
        Wanted::Of(id, slug) => match explain::place(db, id, None).await? {
            Some(place) => (place.kind, Some(place.locale), slug.unwrap_or(place.slug)),
            None => return Ok(Vec::new()),
        },
        Wanted::Version(id, version) => match explain::place(db, id, Some(version)).await? {
            Some(place) => (place.kind, Some(place.locale), place.slug),
            None => return Ok(Vec::new()),
        },
    };
    explain::with_slug(db, kind, &slug, locale.as_deref()).await
}

/// The translations in the language.
async fn translation(services: &Services, wanted: Wanted) -> Result<Vec<(Uuid, Found)>, Error> {
    let (id, wanted) = match wanted {
        Wanted::New { original: Some(original), locale, .. } => (original, Some(locale)),
        Wanted::New { .. } => return Ok(Vec::new()),
        Wanted::Of(id, _) | Wanted::Version(id, _) => (id, None),
    };
    let place = explain::place(&services.db, id, None).await?;
    let Some(Place { translation, kind, locale, .. }) = place else { return Ok(Vec::new()) };
    let locale = wanted.unwrap_or(Some(locale));
    explain::translations(&services.db, kind, translation, locale.as_deref()).await
}
