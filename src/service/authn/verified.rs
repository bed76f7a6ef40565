//! Tokens whose signature was verified before, so that the next request with the same token need not do it again.

use std::fmt;

use hmac::{Hmac, Mac};
use moka::sync::Cache;
use sha2::Sha256;
use uuid::Uuid;

use crate::domain::{Error, Result};

/// How many tokens are remembered.
const REMEMBERED: u64 = 10_000;

/// What verified tokens say, found by a hash of the token: the tokens themselves are not kept. The key of the hash is chance
/// and never leaves the process, so that nobody can look for two tokens of one hash.
pub(super) struct Verified<T> {
    key: Hmac<Sha256>,
    known: Cache<[u8; 32], T>,
}

impl<T> fmt::Debug for Verified<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verified")
    }
}

impl<T: Clone + Send + Sync + 'static> Verified<T> {
    /// None yet.
    ///
    /// # Errors
    /// `INTERNAL` never in practice: HMAC takes keys of any length.
    pub(super) fn new() -> Result<Self> {
        let chance = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes).concat();
        let key = Hmac::new_from_slice(&chance).map_err(Error::internal)?;
        Ok(Self { key, known: Cache::new(REMEMBERED) })
    }

    /// What the token says, where it was remembered.
    pub(super) fn find(&self, token: &[u8]) -> Option<T> {
        self.known.get(&self.hash(token))
    }

    /// Remembers what a token says. Only what was proven is to be remembered.
    pub(super) fn remember(&self, token: &[u8], what: T) {
        self.known.insert(self.hash(token), what);
    }

    fn hash(&self, token: &[u8]) -> [u8; 32] {
        self.key.clone().chain_update(token).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_itself_alone() {
        let verified = Verified::new().unwrap();
        verified.remember(b"one", 1);
        assert_eq!(verified.find(b"one"), Some(1));
        assert_eq!(verified.find(b"another"), None);
    }
}
