//! How fast callers may spend, as it is configured.

use serde::Deserialize;

use super::rule::Rule;
use crate::{
    cache::Rate,
    domain::{Error, Result, Violation},
};

/// The section `rate_limits` of the configuration.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether anybody is charged at all. Unset: not where the database is embedded.
    pub enabled: Option<bool>,
    /// Requests without credentials, and logins that fail, of one address.
    pub anonymous: Bound,
    /// All requests of one address.
    pub address: Bound,
    /// Requests with a token, of one subject of one issuer.
    pub user: Bound,
    /// Requests with one API key.
    pub api_key: Bound,
    /// Requests with the tokens of one application.
    pub client: Bound,
}

/// How fast points come back and how many can be spent at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bound {
    /// Points that come back in a minute; 0: there is no limit. Unset: as the rule has it.
    pub points_per_minute: Option<u32>,
    /// Points that can be spent at once. Unset: as many as come back in a minute.
    pub burst: Option<u32>,
}

impl Default for Settings {
    fn default() -> Self {
        let bound = |rule: Rule| Bound { points_per_minute: Some(default_of(rule)), burst: None };
        Self {
            enabled: None,
            anonymous: bound(Rule::Anonymous),
            address: bound(Rule::Address),
            user: bound(Rule::User),
            api_key: bound(Rule::ApiKey),
            client: bound(Rule::Client),
        }
    }
}

/// Points that come back in a minute, where nothing else is said.
const fn default_of(rule: Rule) -> u32 {
    match rule {
        Rule::Anonymous => ANONYMOUS,
        Rule::Address => ADDRESS,
        Rule::User => USER,
        Rule::ApiKey | Rule::Client => PROGRAM,
    }
}

/// What comes back to those without credentials in a minute.
const ANONYMOUS: u32 = 6_000;
/// What comes back to one user in a minute: 475 lists of 20 rows a second, or 35 of the heaviest benchmark query.
const USER: u32 = 600_000;
/// What comes back to one API key or application in a minute: five times as much, about a third of what a server of two cores can
/// do.
const PROGRAM: u32 = 3_000_000;
/// What comes back to all of one address in a minute, which may be an office or a proxy that nobody named: about what a server of
/// two cores can do at all.
const ADDRESS: u32 = 12_000_000;
/// The fastest that points can come back: faster than one in a microsecond is not counted.
const MAX_RATE: u32 = 60_000_000;

impl Settings {
    /// Settings by which nobody is charged.
    #[must_use]
    pub fn off() -> Self {
        Self { enabled: Some(false), ..Self::default() }
    }

    /// The rate of a rule that is in force.
    #[must_use]
    pub fn rate(&self, rule: Rule) -> Option<Rate> {
        let rate = self.configured(rule);
        (self.enabled != Some(false) && rate.points_per_minute > 0).then_some(rate)
    }

    fn configured(&self, rule: Rule) -> Rate {
        let bound = self.bound(rule);
        let points_per_minute = bound.points_per_minute.unwrap_or(default_of(rule));
        Rate { points_per_minute, burst: bound.burst.unwrap_or(points_per_minute) }
    }

    fn bound(&self, rule: Rule) -> Bound {
        match rule {
            Rule::Anonymous => self.anonymous,
            Rule::Address => self.address,
            Rule::User => self.user,
            Rule::ApiKey => self.api_key,
            Rule::Client => self.client,
        }
    }

    /// What nobody could be charged by.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for rule in Rule::ALL {
            let Rate { points_per_minute, burst } = self.configured(rule);
            let name = rule.name();
            if points_per_minute > MAX_RATE {
                let message = format!("must be at most {MAX_RATE}; 0 sets no limit");
                wrong.push(Violation::new(
                    format!("rate_limits.{name}.points_per_minute"),
                    "maximum",
                    message,
                ));
            }
            if points_per_minute > 0 && burst == 0 {
                let message = "must be at least 1 where points come back: nothing could ever be spent";
                wrong.push(Violation::new(format!("rate_limits.{name}.burst"), "minimum", message));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}
