//! How requests prove who they are: secrets are named here and kept elsewhere.

use serde::Deserialize;

/// The kind of proof. A `credential` is the name of a secret that the source holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthSpec {
    /// Open to everybody.
    #[default]
    None,
    /// `Authorization: Bearer …`.
    Bearer(BearerSpec),
    /// `Authorization: Basic …`.
    Basic(BasicSpec),
    /// A header of the platform's own.
    Header(HeaderSpec),
}

/// `Authorization: Bearer …`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BearerSpec {
    /// The secret that is the token.
    pub credential: String,
}

/// `Authorization: Basic …`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSpec {
    /// The secret that is the user's name.
    pub username: String,
    /// The secret that is the password.
    pub password: String,
}

/// A header of the platform's own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderSpec {
    /// The header's name.
    pub name: String,
    /// The secret that is its value.
    pub credential: String,
    /// What stands before the secret, a space included (`Token `).
    #[serde(default)]
    pub prefix: String,
}

impl AuthSpec {
    /// The names of the secrets that a source must hold.
    #[must_use]
    pub fn credentials(&self) -> Vec<&str> {
        match self {
            Self::None => Vec::new(),
            Self::Bearer(bearer) => vec![&bearer.credential],
            Self::Basic(basic) => vec![&basic.username, &basic.password],
            Self::Header(header) => vec![&header.credential],
        }
    }
}
