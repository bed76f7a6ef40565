//! Secrets: keys derived from one secret for each purpose, keyed hashes, encryption at rest, and chance.

use std::fmt;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    constant_time, hmac, rand,
};

/// A hash that only the key's owner can make.
pub type Tag = [u8; 32];

/// What cannot be opened: it was sealed with another key, for something else, or changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it cannot be opened: it was sealed with another key, for something else, or was changed")]
pub struct Sealed;

/// Why there is no chance to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gives no random numbers")]
pub struct NoChance;

/// A key of 32 bytes for one purpose. It is never shown.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The key for a purpose: of the same secret, yet telling nothing about keys for other purposes.
    #[must_use]
    pub fn derive(secret: &[u8], purpose: &str) -> Self {
        Self(tag(secret, &[purpose.as_bytes()]))
    }

    /// The hash of these parts. Where they are of changing length, their number and order must not be a client's choice.
    #[must_use]
    pub fn tag(&self, parts: &[&[u8]]) -> Tag {
        tag(&self.0, parts)
    }

    /// Encrypts (AES-256-GCM, a nonce by chance in front). It can be opened for the same purpose only.
    ///
    /// # Errors
    /// Where the system gives no random numbers.
    pub fn seal(&self, plain: &[u8], purpose: &[u8]) -> Result<Vec<u8>, NoChance> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| NoChance)?;
        let mut text = plain.to_vec();
        let nonce = key.seal_in_place_append_tag(Aad::from(purpose), &mut text).map_err(|_| NoChance)?;
        Ok([nonce.as_ref().as_slice(), &text].concat())
    }

    /// Decrypts what [`Key::seal`] encrypted.
    ///
    /// # Errors
    /// For anything else.
    pub fn open(&self, sealed: &[u8], purpose: &[u8]) -> Result<Vec<u8>, Sealed> {
        let (nonce, text) = sealed.split_at_checked(NONCE_LEN).ok_or(Sealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Sealed)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.0).map_err(|_| Sealed)?;
        let mut text = text.to_vec();
        let plain = key.open_in_place(nonce, Aad::from(purpose), &mut text).map_err(|_| Sealed)?;
        Ok(plain.to_vec())
    }
}

fn tag(key: &[u8], parts: &[&[u8]]) -> Tag {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    parts.iter().for_each(|part| context.update(part));
    let mut tag = Tag::default();
    // The output of SHA-256 is as long as the array.
    context.sign().as_ref().iter().zip(&mut tag).for_each(|(from, to)| *to = *from);
    tag
}

/// Whether two are the same, in a time that does not tell how much of them is.
#[must_use]
pub fn same(one: &[u8], other: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(one, other).is_ok()
}

/// 256 random bits.
///
/// # Errors
/// Where the system gives none.
pub fn random() -> Result<[u8; 32], NoChance> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(|_| NoChance)?;
    Ok(bytes)
}

/// Bytes as text, two digits each.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_by_its_own_key_for_its_own_purpose_alone() {
        let key = Key::derive(b"a secret", "one");
        let sealed = key.seal(b"plain", b"here").unwrap();
        assert_ne!(key.seal(b"plain", b"here").unwrap(), sealed);
        assert_eq!(key.open(&sealed, b"here").unwrap(), b"plain");
        assert_eq!(key.open(&sealed, b"there"), Err(Sealed));
        assert_eq!(Key::derive(b"a secret", "two").open(&sealed, b"here"), Err(Sealed));
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert_eq!(key.open(&changed, b"here"), Err(Sealed), "{index}");
        }
        assert_eq!(key.open(&sealed[..5], b"here"), Err(Sealed));
    }

    #[test]
    fn a_tag_is_the_hmac_of_rfc_4231() {
        // Test case 2 of RFC 4231.
        let tag = tag(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&tag), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert!(same(&tag, &tag) && !same(&tag, &tag[1..]) && !same(&tag, &Key::derive(b"a", "b").0));
    }
}
