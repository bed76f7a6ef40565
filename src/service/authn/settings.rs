//! What an operator may set about who is let in.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::rules::{IssuerSettings, MAX_LEEWAY_SECONDS, Rules};
use crate::domain::{Error, Result, Violation};

/// The shortest secret, in bytes: as long as the output of the hash (RFC 7518, 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// The section `auth` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What cursors and development tokens are signed with, and the keys of everything secret in the database come from:
    /// at least 32 bytes. Required, except where the database is embedded.
    pub secret: Option<SecretString>,
    /// The issuer that a development token must name (`iss`).
    pub issuer: String,
    /// The audience that a token made here must name (`aud`).
    pub audience: String,
    /// How far the clocks of issuer and server may differ, in seconds; 600 at the most.
    pub leeway_seconds: u32,
    /// Whether development tokens (`brandgraph token mint`) are taken. Unset: only where the database is embedded.
    pub development: Option<bool>,
    /// The address of this server as its clients know it: what tokens of applications name as their issuer. Unset: `http://` and
    /// the address it listens on.
    pub public_url: Option<String>,
    /// OpenID Connect issuers whose tokens are taken.
    pub issuers: Vec<IssuerSettings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            secret: None,
            issuer: "brandgraph".to_owned(),
            audience: "brandgraph".to_owned(),
            leeway_seconds: 30,
            development: None,
            public_url: None,
            issuers: Vec::new(),
        }
    }
}

impl Settings {
    /// What is wrong with what is given; that there must be a secret is [`super::Authn::new`]'s to say.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let secret = self.secret.as_ref().map(|secret| long_enough(secret.expose_secret().as_bytes()));
        let mut wrong: Vec<Violation> = Vec::new();
        if let Some(Err(error)) = secret {
            wrong.extend(error.violations().to_vec());
        }
        if self.leeway_seconds > MAX_LEEWAY_SECONDS {
            let message = format!("must be {MAX_LEEWAY_SECONDS} at the most: clocks differ by seconds");
            wrong.push(Violation::new("auth.leeway_seconds", "range", message));
        }
        if let Err(error) = self.public_url() {
            wrong.extend(error.violations().to_vec());
        }
        if let Err(error) = self.rules() {
            wrong.extend(error.violations().to_vec());
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }

    /// The address of this server, without a slash at its end.
    ///
    /// # Errors
    /// `INVALID` naming `auth.public_url`.
    pub(super) fn public_url(&self) -> Result<String> {
        let given = self.public_url.as_deref().unwrap_or("http://localhost");
        let parsed = Url::parse(given).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.origin().ascii_serialization() == url.as_str().trim_end_matches('/')
        });
        let url = parsed.ok_or_else(|| {
            let message = format!("{given:?} must be scheme and host, as in https://graph.acme.example");
            Error::invalid("auth.public_url", "url", message)
        })?;
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }

    /// Whether tokens of our own name this issuer.
    fn ours(&self, issuer: &str) -> bool {
        issuer == self.issuer || self.public_url().is_ok_and(|own| own == issuer)
    }

    /// The issuers, parsed.
    ///
    /// # Errors
    /// `INVALID` naming each setting that is wrong.
    pub(super) fn rules(&self) -> Result<Vec<Rules>> {
        let mut rules: Vec<Rules> = Vec::with_capacity(self.issuers.len());
        let mut wrong = Vec::new();
        for (index, settings) in self.issuers.iter().enumerate() {
            let key = format!("auth.issuers.{index}");
            match settings.parse(&key) {
                Err(error) => wrong.extend(error.violations().to_vec()),
                Ok(parsed)
                    if self.ours(&parsed.issuer) || rules.iter().any(|one| one.issuer == parsed.issuer) =>
                {
                    let message = format!("{:?} is an issuer already", parsed.issuer);
                    wrong.push(Violation::new(format!("{key}.issuer"), "unique", message));
                }
                Ok(parsed) => rules.push(parsed),
            }
        }
        if wrong.is_empty() { Ok(rules) } else { Err(Error::violated(wrong)) }
    }
}

pub(super) fn long_enough(secret: &[u8]) -> Result<()> {
    if secret.len() >= MIN_SECRET_BYTES {
        return Ok(());
    }
    let message = format!("must have at least {MIN_SECRET_BYTES} bytes, but has {}", secret.len());
    Err(Error::invalid("auth.secret", "min_length", message))
}
