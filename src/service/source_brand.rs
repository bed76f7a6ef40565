//! The brand that a source is for: found by its slug, or made.

use uuid::Uuid;

use super::{Caller, Services, brand};
use crate::{
    domain::{
        Result,
        brand::{CreateBrand, LocaleInput, Locales},
        text::{Locale, Name, Slug},
    },
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
    let new = CreateBrand { slug, name: Name::parse(&name, "brand")?, locales };
    brand::create(services, caller, new).await.map(|made| made.id)
}
