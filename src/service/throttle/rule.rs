//! The rules that requests are charged by: what a bucket is of.

use crate::domain::quota::Window;

/// What a bucket is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Requests without credentials, and logins that fail, of one address.
    Anonymous,
    /// All requests of one address.
    Address,
    /// Requests with a token, of one subject of one issuer.
    User,
    /// Requests with one API key.
    ApiKey,
    /// Requests with the tokens of one application.
    Client,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Self; 5] = [Self::Anonymous, Self::Address, Self::User, Self::ApiKey, Self::Client];

    /// The rule of that number.
    pub(super) fn of(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    pub(super) fn number(self) -> usize {
        self as usize
    }

    /// The name in configuration, headers and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Address => "address",
            Self::User => "user",
            Self::ApiKey => "api_key",
            Self::Client => "client",
        }
    }

    /// The name of its quota in headers, errors and metrics.
    pub(super) const fn quota_name(self, window: Window) -> &'static str {
        match (self, window) {
            (Self::User, Window::Day) => "user_day",
            (Self::User, Window::Month) => "user_month",
            (Self::ApiKey, Window::Day) => "api_key_day",
            (Self::ApiKey, Window::Month) => "api_key_month",
            (Self::Client, Window::Day) => "client_day",
            (Self::Client, Window::Month) => "client_month",
            // They have none.
            (Self::Anonymous | Self::Address, _) => self.name(),
        }
    }

    pub(super) const fn about(self) -> &'static str {
        match self {
            Self::Anonymous => "requests without credentials from this address",
            Self::Address => "requests from this address",
            Self::User => "this user",
            Self::ApiKey => "this API key",
            Self::Client => "this application",
        }
    }
}
