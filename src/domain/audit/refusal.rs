//! Why something was refused: the closed set of reasons that the record and the counters name.

use std::borrow::Cow;

use uuid::Uuid;

use crate::domain::{Code, Error};

/// The most characters of what was asked for that the record keeps.
const MAX_WHAT: usize = 120;

/// Why something was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A credential was not good, for the reason of that constant name.
    Login(&'static str),
    /// Nothing was sent where a credential is needed.
    Unauthenticated,
    /// No role of the caller allows it.
    Forbidden,
    /// It belongs to another brand, or is out of the roles' reach: the caller was told that it is not there.
    Concealed,
    /// A page of another site asked.
    Origin,
    /// The document is none of those that are trusted.
    Untrusted,
    /// Too many requests in a short time.
    RateLimited,
    /// The day's or the month's share is used up.
    Quota,
    /// The request is larger, deeper or dearer than one may be.
    TooCostly,
}

impl Reason {
    /// Every reason but those for which a credential is not good.
    pub const ALL: [Self; 8] = [
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Concealed,
        Self::Origin,
        Self::Untrusted,
        Self::RateLimited,
        Self::Quota,
        Self::TooCostly,
    ];

    /// The constant name: the `reason` of a record, and a label of the counter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login(name) => name,
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::Concealed => "concealed",
            Self::Origin => "origin",
            Self::Untrusted => "untrusted",
            Self::RateLimited => "rate_limited",
            Self::Quota => "quota",
            Self::TooCostly => "too_costly",
        }
    }

    /// The `kind` of the records that it leaves, and a label of the counter.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Login(_) => "login.refused",
            Self::Unauthenticated | Self::Forbidden | Self::Concealed | Self::Origin | Self::Untrusted => {
                "access.refused"
            }
            Self::RateLimited | Self::Quota | Self::TooCostly => "request.limited",
        }
    }

    /// The reason that an error tells of, where it is one of these.
    #[must_use]
    pub const fn of(code: Code) -> Option<Self> {
        match code {
            Code::Unauthenticated => Some(Self::Unauthenticated),
            Code::Forbidden => Some(Self::Forbidden),
            Code::LimitExceeded => Some(Self::TooCostly),
            Code::RateLimited => Some(Self::RateLimited),
            _ => None,
        }
    }
}

/// Something that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub reason: Reason,
    /// What was asked for: the root field, the route. Nothing that a client can make up at will, but its beginning.
    pub what: Cow<'static, str>,
    /// Who it claimed to be, where that was not proven: the id of a key, the subject of a token.
    pub claimed: Option<String>,
    /// The brand that it was about, where that is known.
    pub brand_id: Option<Uuid>,
}

impl Refusal {
    /// A refusal of which nothing else is known.
    #[must_use]
    pub fn new(reason: Reason, what: impl Into<Cow<'static, str>>) -> Self {
        Self { reason, what: bounded(what.into()), claimed: None, brand_id: None }
    }

    /// The refusal that an error tells of, or hides, where it is one; `what` was asked for.
    #[must_use]
    pub fn of(error: &Error, what: &str) -> Option<Self> {
        if let Some(brand_id) = error.conceals() {
            return Some(Self { brand_id, ..Self::new(Reason::Concealed, what.to_owned()) });
        }
        Reason::of(error.code()).map(|reason| Self::new(reason, what.to_owned()))
    }

    /// The same with who it claimed to be.
    #[must_use]
    pub fn claiming(mut self, who: impl Into<String>) -> Self {
        self.claimed = Some(bounded(Cow::Owned(who.into())).into_owned());
        self
    }

    /// The same in a brand.
    #[must_use]
    pub fn within(mut self, brand: Uuid) -> Self {
        self.brand_id = Some(brand);
        self
    }
}

fn bounded(text: Cow<'static, str>) -> Cow<'static, str> {
    let fits = text.len() <= MAX_WHAT && !text.contains(char::is_control);
    if fits {
        text
    } else {
        text.chars().filter(|c| !c.is_control()).take(MAX_WHAT).collect::<String>().into()
    }
}
