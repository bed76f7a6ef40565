//! Brands and their locales: which languages a brand speaks, and where to look when a text is missing in one.

use std::collections::HashMap;

use uuid::Uuid;

use super::{
    Error, Result, Violation,
    text::{Locale, Name, Slug},
};

/// The most locales of one brand.
pub const MAX_LOCALES: usize = 100;

/// One language of a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandLocale {
    /// The language tag.
    pub code: Locale,
    /// Where to look when there is no text in it.
    pub fallback: Option<Locale>,
    /// The locales to look in, best first, itself included.
    pub chain: Vec<Locale>,
}

/// A language of a brand as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocaleInput {
    /// The language tag.
    pub code: Locale,
    /// Where to look when there is no text in it.
    pub fallback: Option<Locale>,
}

/// The languages of a brand: at least one, none twice, every fallback known and none in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locales {
    default: Locale,
    all: Vec<BrandLocale>,
}

impl Locales {
    /// Checks the languages together and works out their chains.
    ///
    /// # Errors
    /// `INVALID` with everything that is wrong: `unknown_locale`, `duplicate`, `cycle`, `required`, `too_many`.
    pub fn parse(default: Locale, wanted: Vec<LocaleInput>) -> Result<Self> {
        let mut violations = Vec::new();
        if wanted.is_empty() {
            violations.push(Violation::new("locales", "required", "must name at least one locale"));
        }
        if wanted.len() > MAX_LOCALES {
            let message = format!("must name at most {MAX_LOCALES} locales");
            return Err(Error::invalid("locales", "too_many", message));
        }
        let mut fallbacks: HashMap<&Locale, Option<&Locale>> = HashMap::new();
        for (index, locale) in wanted.iter().enumerate() {
            if fallbacks.insert(&locale.code, locale.fallback.as_ref()).is_some() {
                let at = format!("locales/{index}/code");
                violations.push(Violation::new(at, "duplicate", format!("{} is named twice", locale.code)));
            }
        }
        if !fallbacks.contains_key(&default) && !wanted.is_empty() {
            let message = format!("{default} is not among the locales");
            violations.push(Violation::new("defaultLocale", "unknown_locale", message));
        }
        let mut all = Vec::with_capacity(wanted.len());
        for (index, locale) in wanted.iter().enumerate() {
            match chain(&locale.code, &fallbacks) {
                Ok(chain) => all.push(BrandLocale {
                    code: locale.code.clone(),
                    fallback: locale.fallback.clone(),
                    chain,
                }),
                Err((code, message)) => {
                    violations.push(Violation::new(format!("locales/{index}/fallback"), code, message));
                }
            }
        }
        if violations.is_empty() { Ok(Self { default, all }) } else { Err(Error::violated(violations)) }
    }

    /// The locale of what does not say its own.
    #[must_use]
    pub fn default(&self) -> &Locale {
        &self.default
    }

    /// Every locale, in the brand's order.
    #[must_use]
    pub fn all(&self) -> &[BrandLocale] {
        &self.all
    }
}

fn chain(
    start: &Locale,
    fallbacks: &HashMap<&Locale, Option<&Locale>>,
) -> Result<Vec<Locale>, (&'static str, String)> {
    let mut chain = vec![start.clone()];
    let mut here = start;
    while let Some(next) = fallbacks.get(here).copied().flatten() {
        if chain.contains(next) {
            return Err(("cycle", format!("leads from {start} back to {next}")));
        }
        if !fallbacks.contains_key(next) {
            return Err(("unknown_locale", format!("{next} is not among the locales")));
        }
        chain.push(next.clone());
        here = next;
    }
    Ok(chain)
}

/// A brand that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateBrand {
    /// Unique over all brands.
    pub slug: Slug,
    /// What people call it.
    pub name: Name,
    /// What it speaks.
    pub locales: Locales,
}

/// What is to change about a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateBrand {
    /// The brand.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another slug.
    pub slug: Option<Slug>,
    /// Another name.
    pub name: Option<Name>,
    /// Another default among the locales.
    pub default_locale: Option<Locale>,
    /// All locales anew; those that entries are written in must stay.
    pub locales: Option<Vec<LocaleInput>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locale(code: &str) -> Locale {
        Locale::parse(code, "code").unwrap()
    }

    fn wanted(pairs: &[(&str, Option<&str>)]) -> Vec<LocaleInput> {
        let input = |(code, fallback): &(&str, Option<&str>)| LocaleInput {
            code: locale(code),
            fallback: fallback.map(locale),
        };
        pairs.iter().map(input).collect()
    }

    fn refusals(default: &str, pairs: &[(&str, Option<&str>)]) -> Vec<(String, &'static str)> {
        let error = Locales::parse(locale(default), wanted(pairs)).unwrap_err();
        error.violations().iter().map(|v| (v.path.clone(), v.code)).collect()
    }

    #[test]
    fn chains_follow_the_fallbacks() {
        let locales =
            Locales::parse(locale("en"), wanted(&[("en", None), ("pt", Some("en")), ("pt-BR", Some("pt"))]))
                .unwrap();
        assert_eq!(locales.all()[2].chain, [locale("pt-BR"), locale("pt"), locale("en")]);
        assert_eq!(locales.all()[0].chain, [locale("en")]);
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        assert_eq!(
            refusals("de", &[("en", Some("fr")), ("it", Some("es")), ("es", Some("it")), ("en", None)]),
            [
                ("locales/3/code".to_owned(), "duplicate"),
                ("defaultLocale".to_owned(), "unknown_locale"),
                ("locales/1/fallback".to_owned(), "cycle"),
                ("locales/2/fallback".to_owned(), "cycle"),
            ]
        );
        assert_eq!(
            refusals("en", &[("en", Some("fr"))]),
            [("locales/0/fallback".to_owned(), "unknown_locale")]
        );
        assert_eq!(refusals("en", &[]), [("locales".to_owned(), "required")]);
    }
}
