//! The section `audit` of the configuration.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::{
    Error, Result,
    audit::{SealKey, SealKeys},
};

/// How records are sealed.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What seals are made with, at least 32 bytes: who has the database alone can then make no other chain.
    pub seal_key: Option<SecretString>,
    /// What seals were made with before, one a line as `NUMBER:KEY`: the number of the last seal with that key.
    pub previous_seal_keys: Option<SecretString>,
    /// How often records are sealed, in seconds.
    pub seal_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { seal_key: None, previous_seal_keys: None, seal_seconds: 5 }
    }
}

impl Settings {
    /// The key, where one is given.
    ///
    /// # Errors
    /// `INVALID` naming `audit.seal_key`.
    pub fn key(&self) -> Result<Option<SealKey>> {
        let given = self.seal_key.as_ref().filter(|secret| !secret.expose_secret().is_empty());
        given.map(|secret| SealKey::new(secret.clone())).transpose()
    }

    /// All keys of the chain.
    ///
    /// # Errors
    /// `INVALID` naming the setting.
    pub fn keys(&self) -> Result<SealKeys> {
        let keys = SealKeys::new(self.key()?, Vec::new());
        self.previous_seal_keys.iter().try_fold(keys, SealKeys::with_previous)
    }

    /// What is wrong with these settings.
    ///
    /// # Errors
    /// `INVALID` naming the setting.
    pub fn check(&self) -> Result<()> {
        if self.seal_seconds == 0 {
            return Err(Error::invalid("audit.seal_seconds", "minimum", "must be at least 1"));
        }
        self.keys().map(|_| ())
    }
}
