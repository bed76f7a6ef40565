//! Creates entries, as drafts, and translations of entries.

use uuid::Uuid;

use super::{
    content, finish,
    taken::{self, Wanted},
};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Grant, Permission},
        change::{Changed, distinct},
        entry::{CreateEntry, LinkMode, MAX_CATEGORIES, MAX_TAGS, Origin},
    },
    kit::id,
    service::{Caller, Services, Unit},
    store::{
        self, Life,
        content_type::Row as TypeRow,
        entry::New,
        entry_link::{Links, change},
        reference::Missing,
    },
};

/// Creates an entry as a draft.
///
/// # Errors
/// `NOT_FOUND` for an unknown type or original, `INVALID` with everything that is wrong with the fields, the locale, the tags
/// or the categories, `CONFLICT` where the slug, the locale among the translations, or a unique field is taken.
pub async fn create(services: &Services, caller: &Caller, command: CreateEntry) -> Result<Changed> {
    create_as(services, caller, None, command).await
}

/// The same under an id that was given out already; under a new one where there is none.
///
/// # Errors
/// As [`create`].
pub async fn create_as(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: CreateEntry,
) -> Result<Changed> {
    let wanted = Wanted::new(&command);
    match insert(services, caller, id, command).await {
        Err(error) => Err(taken::tell(services, &caller.actor, Permission::EntryWrite, wanted, error).await),
        created => created,
    }
}

async fn insert(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: CreateEntry,
) -> Result<Changed> {
    create_from(services, caller, id, None, command).await
}

/// The same for one that comes from a source, of which the caller has seen that it is the brand's.
pub(super) async fn create_from(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    origin: Option<Origin>,
    command: CreateEntry,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::EntryWrite)?;
    let tags = distinct(command.tags, MAX_TAGS, "tags")?;
    let categories = distinct(command.categories, MAX_CATEGORIES, "categories")?;
    let unit = Unit::begin(services, caller).await?;
    let kind = store::content_type::hold(unit.tx(), &grant, command.content_type_id).await?;
    grant.covers_type(kind.brand_id, &kind.key)?;
    let brand = store::brand::hold(unit.tx(), &grant, kind.brand_id).await?;
    let locales = store::brand::locales(unit.tx(), &brand).await?;
    let schema = content::schema(services, &kind).await?;

    let mut violations = content::violations(&schema, &command.fields);
    let locale = command.locale.unwrap_or_else(|| locales.default().clone());
    violations.extend(content::unknown_locale(&locales, locale.as_str()));
    content::refuse(violations, &grant, kind.brand_id)?;

    let id = id.unwrap_or_else(|| id::new(unit.now()));
    let translation_id = match command.translation_of {
        Some(original) => translation(&unit, &grant, &kind, original).await?,
        None => id,
    };
    let new = New {
        id,
        brand_id: kind.brand_id,
        content_type_id: kind.id,
        translation_id,
        slug: command.slug.into(),
        locale: locale.into(),
        title: command.title.into(),
        search_text: schema.search_text(&command.fields),
        fields: command.fields,
        origin,
    };
    let row = store::entry::insert(unit.tx(), &grant, new, unit.now()).await?;
    content::follow(&unit, &grant, &row, &schema, Missing::Refused).await?;
    for (links, ids) in [(Links::Tags, &tags), (Links::Categories, &categories)] {
        if !ids.is_empty() {
            change(unit.tx(), &grant, &row, links, LinkMode::Add, ids).await?;
        }
    }
    finish(unit, &grant, &row, "entry.created", "created").await
}

/// What an entry shares with its translations.
async fn translation(unit: &Unit, grant: &Grant, kind: &TypeRow, original: Uuid) -> Result<Uuid> {
    let original = store::entry::lock(unit.tx(), grant, original, Life::Live).await.map_err(|error| {
        if error.code() == Code::NotFound { error.calling_it("the entry to translate") } else { error }
    })?;
    if original.content_type_id != kind.id {
        let message = "must be an entry of the same content type";
        return Err(Error::invalid("translationOf", "content_type", message));
    }
    Ok(original.translation_id)
}
