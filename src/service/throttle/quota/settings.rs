//! What callers may spend in a day and in a month, as it is configured.

use serde::Deserialize;

use super::super::rule::Rule;
use crate::domain::{Error, Result, Violation, quota::Window};

/// The section `quotas` of the configuration.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Requests with a token, of one subject of one issuer.
    pub user: Bounds,
    /// Requests with one API key.
    pub api_key: Bounds,
    /// Requests with the tokens of one application.
    pub client: Bounds,
}

/// What one caller may spend; 0 is no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bounds {
    /// Points in a day of the calendar, by UTC.
    pub day: u64,
    /// Points in a month of the calendar, by UTC.
    pub month: u64,
}

/// Beyond that a number in JSON is not exact for everybody who reads it.
const MOST: u64 = 1 << 53;

impl Settings {
    /// The quotas of callers of that kind that are in force.
    pub(super) fn of(&self, rule: Rule) -> impl Iterator<Item = (Window, u64)> + use<> {
        let Bounds { day, month } = match rule {
            Rule::User => self.user,
            Rule::ApiKey => self.api_key,
            Rule::Client => self.client,
            Rule::Anonymous | Rule::Address => Bounds::default(),
        };
        [(Window::Day, day), (Window::Month, month)].into_iter().filter(|(_, bound)| *bound > 0)
    }

    /// What nobody could count.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let all = Rule::ALL.into_iter().flat_map(|rule| self.of(rule).map(move |of| (rule, of)));
        let wrong: Vec<_> = all
            .filter(|(_, (_, bound))| *bound > MOST)
            .map(|(rule, (window, _))| {
                let path = format!("quotas.{}.{}", rule.name(), window.name());
                Violation::new(path, "maximum", format!("must be at most {MOST}; 0 sets no quota"))
            })
            .collect();
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}
