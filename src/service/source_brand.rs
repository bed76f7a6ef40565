//! The brand that a source is for: found by its slug, or made.

use uuid::Uuid;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Result,
        access::Permission,
        brand::{CreateBrand, LocaleInput, Locales},
        change::Changed,
        event::Event,
        text::{Locale, Name, Slug},
    },
    kit::id,
    store,
};

/// The brand of that slug; where there is none it is made, with these locales, the default first (`en` where none is
/// given), each falling back to the default.
///
/// # Errors
/// `INVALID` for a slug or a locale that is none, `FORBIDDEN` where the actor may not make brands.
pub async fn ensure(services: &Services, caller: &Caller, slug: &str, locales: &[String]) -> Result<Uuid> {
    let slug = Slug::parse(slug, "brand")?;
    if let Some(known) = store::brand::find_id(&services.db, slug.as_str()).await? {
        return Ok(known);
    }
    let grant = caller.actor.grant(Permission::BrandWrite)?;
    let name = slug.as_str().to_owned();
    let name =
        name.chars().take(1).flat_map(char::to_uppercase).chain(name.chars().skip(1)).collect::<String>();
    let mut codes = Vec::new();
    for (index, code) in locales.iter().enumerate() {
        codes.push(Locale::parse(code, &format!("locales/{index}"))?);
    }
    let default = match codes.first() {
        Some(first) => first.clone(),
        None => Locale::parse("en", "locales")?,
    };
    if codes.is_empty() {
        codes.push(default.clone());
    }
    let input =
        |code: Locale| LocaleInput { fallback: Some(default.clone()).filter(|other| *other != code), code };
    let locales = Locales::parse(default.clone(), codes.into_iter().map(input).collect())?;
    let brand = CreateBrand { slug, name: Name::parse(&name, "brand")?, locales };
    let mut unit = Unit::begin(services, caller).await?;
    let id = id::new(unit.now());
    store::brand::insert(unit.tx(), &grant, id, &brand, unit.now()).await?;
    unit.record(Event::of("brand.created", id, Changed { id, version: 1 }));
    unit.commit().await?;
    Ok(id)
}
