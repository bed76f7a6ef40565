//! What is made of the installation's secret: a key for each purpose, so that none of them tells about another.

use secrecy::{ExposeSecret, SecretString};

use uuid::Uuid;

use crate::kit::secret::Key;

/// The keys for what is kept in the database.
#[derive(Debug, Clone)]
pub struct Vault {
    /// What secrets of credentials are hashed with.
    pub(super) pepper: Key,
    /// What private keys are encrypted with.
    pub(super) sealing: Key,
}

impl Vault {
    /// The keys of this secret. Without one they are of chance, and what is made with them is good for this process alone.
    #[must_use]
    pub fn of(secret: Option<&SecretString>) -> Self {
        let chance = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes).concat();
        let secret = secret.map_or(chance.as_slice(), |secret| secret.expose_secret().as_bytes());
        Self {
            pepper: Key::derive(secret, "brandgraph credential"),
            sealing: Key::derive(secret, "brandgraph signing key"),
        }
    }
}
