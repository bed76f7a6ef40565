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

    /// What the token says: what was found the last time, or what `verify` finds now. What it refuses is not kept.
    ///
    /// # Errors
    /// As `verify`.
    pub(super) fn get_or_verify(&self, token: &[u8], verify: impl FnOnce() -> Result<T>) -> Result<T> {
        let hash: [u8; 32] = self.key.clone().chain_update(token).finalize().into_bytes().into();
        if let Some(known) = self.known.get(&hash) {
            return Ok(known);
        }
        let verified = verify()?;
        self.known.insert(hash, verified.clone());
        Ok(verified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_verified_once_and_a_refused_one_each_time() {
        let verified = Verified::new().unwrap();
        let refuse = || Err(Error::internal("refused"));
        assert!(verified.get_or_verify(b"one", refuse).is_err());
        assert_eq!(verified.get_or_verify(b"one", || Ok(1)).unwrap(), 1);
        assert_eq!(verified.get_or_verify(b"one", refuse).unwrap(), 1);
        assert!(verified.get_or_verify(b"another", refuse).is_err());
    }
}
