//! What clients give to change brands.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::{
    domain::{
        Result,
        brand::{CreateBrand, LocaleInput as Wanted, Locales, UpdateBrand},
        node::Kind,
        text::{Locale, Name, Slug},
    },
    graphql::change::Wrong,
};

/// A language of a brand.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct BrandLocaleInput {
    /// The language tag of BCP 47 (`en`, `pt-BR`).
    code: String,
    /// The locale, also of this brand, to look in when there is no text in this one.
    fallback: Option<String>,
}

/// A brand that is to be made.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateBrandInput {
    /// The part of an address that names it; unique over all brands, 1 to 200 characters.
    slug: String,
    /// What people call it, 1 to 200 characters.
    name: String,
    /// The locale of entries that do not say theirs; one of `locales`.
    default_locale: String,
    /// The languages it speaks, 1 to 100.
    locales: Vec<BrandLocaleInput>,
}

/// What is to change about a brand; what is left out stays.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateBrandInput {
    /// The brand.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another slug; only somebody who is not limited to brands may give it.
    slug: MaybeUndefined<String>,
    /// Another name.
    name: MaybeUndefined<String>,
    /// Another default locale.
    default_locale: MaybeUndefined<String>,
    /// All its languages anew; those that entries are written in must stay.
    locales: MaybeUndefined<Vec<BrandLocaleInput>>,
}

impl CreateBrandInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateBrand> {
        let mut wrong = Wrong::default();
        let slug = wrong.take(Slug::parse(&self.slug, "slug"));
        let name = wrong.take(Name::parse(&self.name, "name"));
        let default = wrong.take(Locale::parse(&self.default_locale, "defaultLocale"));
        let wanted = wanted(&mut wrong, &self.locales);
        let locales = match (default, wanted) {
            (Some(default), Some(wanted)) => wrong.take(Locales::parse(default, wanted)),
            _ => None,
        };
        let command = (|| Some(CreateBrand { slug: slug?, name: name?, locales: locales? }))();
        wrong.finish(command)
    }
}

impl UpdateBrandInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateBrand> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Brand, &self.id, "id");
        let slug = wrong.change(self.slug, "slug", |text, at| Slug::parse(&text, at));
        let name = wrong.change(self.name, "name", |text, at| Name::parse(&text, at));
        let default_locale =
            wrong.change(self.default_locale, "defaultLocale", |text, at| Locale::parse(&text, at));
        let locales = wrong.change(self.locales, "locales", |locales, _| Ok(locales));
        let locales = locales.and_then(|locales| wanted(&mut wrong, &locales));
        let command = id.map(|id| UpdateBrand {
            id,
            expected_version: self.expected_version,
            slug,
            name,
            default_locale,
            locales,
        });
        wrong.finish(command)
    }
}

fn wanted(wrong: &mut Wrong, locales: &[BrandLocaleInput]) -> Option<Vec<Wanted>> {
    let mut parsed = Vec::with_capacity(locales.len());
    for (index, locale) in locales.iter().enumerate() {
        let code = wrong.take(Locale::parse(&locale.code, &format!("locales/{index}/code")));
        let fallback = locale
            .fallback
            .as_deref()
            .map(|text| wrong.take(Locale::parse(text, &format!("locales/{index}/fallback"))));
        match (code, fallback) {
            (Some(code), None) => parsed.push(Wanted { code, fallback: None }),
            (Some(code), Some(Some(fallback))) => parsed.push(Wanted { code, fallback: Some(fallback) }),
            _ => {}
        }
    }
    (parsed.len() == locales.len()).then_some(parsed)
}
