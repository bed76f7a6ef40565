//! Creates, changes, deletes and restores brands.

use uuid::Uuid;

use super::{Caller, Services, Unit, entry::publication};
use crate::{
    domain::{
        Code, Error, Result, Violation,
        access::{BrandScope, Permission},
        brand::{CreateBrand, LocaleInput, Locales, UpdateBrand},
        change::{Changed, check_version},
        event::Event,
    },
    kit::id,
    store::{
        self, Life,
        brand::{Changes, Row},
    },
};

/// Creates a brand with its locales.
///
/// # Errors
/// `FORBIDDEN` without the right in every brand, `CONFLICT` where the slug is taken.
pub async fn create(services: &Services, caller: &Caller, command: CreateBrand) -> Result<Changed> {
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
    command: CreateBrand,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::BrandWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let id = id.unwrap_or_else(|| id::new(unit.now()));
    let row = store::brand::insert(unit.tx(), &grant, id, &command, unit.now()).await?;
    finish(unit, "brand.created", &row).await
}

/// Changes what is given of a brand. Locales that entries are written in must stay.
///
/// # Errors
/// `FORBIDDEN` for another slug without the right in every brand, `INVALID` for locales that do not fit together,
/// `CONFLICT` for another version, a slug that is taken or a locale in use.
pub async fn update(services: &Services, caller: &Caller, command: UpdateBrand) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::BrandWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::brand::lock(unit.tx(), &grant, command.id, Life::Live).await?;
    check_version(command.expected_version, row.version)?;
    let mut changes = Changes {
        slug: command.slug.map(Into::into),
        name: command.name.map(Into::into),
        ..Changes::default()
    };
    let same = |given: &Option<String>, held: &String| given.as_ref().is_none_or(|given| given == held);
    let locales = command.default_locale.is_some() || command.locales.is_some();
    if !locales && same(&changes.slug, &row.slug) && same(&changes.name, &row.name) {
        return unit.unchanged(row.id, row.version).await;
    }
    // A slug is unique over all brands: whether it is taken is for nobody to try whose sight ends at some of them.
    if !same(&changes.slug, &row.slug) && *grant.brands() != BrandScope::All {
        let message = "only somebody who is not limited to brands may give a brand another slug";
        return Err(Error::new(Code::Forbidden, message));
    }
    if command.default_locale.is_some() || command.locales.is_some() {
        let before = store::brand::locales(unit.tx(), &row).await?;
        let default = command.default_locale.unwrap_or_else(|| before.default().clone());
        let wanted = command.locales.unwrap_or_else(|| {
            let keep = |locale: &crate::domain::brand::BrandLocale| LocaleInput {
                code: locale.code.clone(),
                fallback: locale.fallback.clone(),
            };
            before.all().iter().map(keep).collect()
        });
        let locales = Locales::parse(default, wanted)?;
        let stranded = store::brand::locales_in_use_beside(unit.tx(), &grant, row.id, &locales).await?;
        if !stranded.is_empty() {
            let message = format!("must keep {}: entries are written in it", stranded.join(", "));
            return Err(Error::violated(vec![Violation::new("locales", "locale_in_use", message)]));
        }
        store::brand::replace_locales(unit.tx(), &grant, row.id, &locales).await?;
        changes.default_locale = Some(locales.default().as_str().to_owned());
    }
    let row = store::brand::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, "brand.updated", &row).await
}

/// Puts a brand, with everything in it, out of sight; it can be restored.
///
/// # Errors
/// `NOT_FOUND` where there is none, `CONFLICT` for another version.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::BrandWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::brand::lock(unit.tx(), &grant, id, Life::Live).await?;
    check_version(expected_version, row.version)?;
    let changes = Changes { deleted_at: Some(Some(unit.now())), ..Changes::default() };
    let row = store::brand::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, "brand.deleted", &row).await
}

/// Brings a deleted brand back, with everything in it; what should have been published meanwhile is published then.
///
/// # Errors
/// `NOT_FOUND` where none was deleted, `CONFLICT` for another version.
pub async fn restore(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::BrandWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::brand::lock(unit.tx(), &grant, id, Life::Deleted).await?;
    check_version(expected_version, row.version)?;
    let changes = Changes { deleted_at: Some(None), ..Changes::default() };
    let row = store::brand::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    for (entry, at) in store::entry::scheduled(unit.tx(), &grant, row.id).await? {
        unit.enqueue(publication(entry, at));
    }
    finish(unit, "brand.restored", &row).await
}

async fn finish(mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.id, changed));
    unit.commit().await?;
    Ok(changed)
}
