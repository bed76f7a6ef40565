//! Cursors: the place of a row in an order, signed, and bound to the filter and order that it belongs to.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::LIMITS;
use crate::domain::{Code, Error, Result, Violation};

const VERSION: u8 = 1;
const PRINT: usize = 8;
const TAG: usize = 16;

/// What a cursor belongs to: noun, filter, order and search of its list, hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fingerprint([u8; PRINT]);

impl Fingerprint {
    /// The fingerprint of bytes that are the same whenever they mean the same.
    #[must_use]
    pub fn of(meaning: &[u8]) -> Self {
        let digest = Sha256::digest(meaning);
        let mut print = [0; PRINT];
        for (to, from) in print.iter_mut().zip(digest) {
            *to = from;
        }
        Self(print)
    }

    /// How many characters [`Fingerprint::hex`] has.
    pub const HEX: usize = 2 * PRINT;

    /// As hexadecimal digits.
    #[must_use]
    pub fn hex(self) -> String {
        format!("{:016x}", u64::from_be_bytes(self.0))
    }

    /// Reads what [`Fingerprint::hex`] wrote.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        u64::from_str_radix(text, 16).ok().map(|number| Self(number.to_be_bytes()))
    }
}

/// The sort keys of a row, as the database prints them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position(pub Vec<Option<String>>);

/// Writes and reads cursors. Clients cannot make any: they carry a truncated HMAC-SHA256 (RFC 2104, 128 bits).
#[derive(Clone)]
pub struct Codec(Hmac<Sha256>);

impl fmt::Debug for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codec")
    }
}

impl Codec {
    /// A codec with a secret; the same secret on every instance.
    ///
    /// # Errors
    /// `INTERNAL` never in practice: HMAC takes keys of any length.
    pub fn new(secret: &[u8]) -> Result<Self> {
        Hmac::new_from_slice(secret).map(Self).map_err(Error::internal)
    }

    /// Writes the cursor of a row whose sort keys are given as a JSON array.
    #[must_use]
    pub fn encode(&self, print: Fingerprint, keys: &str) -> String {
        let mut text = String::new();
        self.encode_onto(print, keys, &mut text);
        text
    }

    /// Writes the same cursor onto the end of a text.
    pub fn encode_onto(&self, print: Fingerprint, keys: &str, text: &mut String) {
        let mut bytes = Vec::with_capacity(1 + PRINT + keys.len() + TAG);
        bytes.push(VERSION);
        bytes.extend_from_slice(&print.0);
        bytes.extend_from_slice(keys.as_bytes());
        let tag = self.tag(&bytes);
        bytes.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode_string(bytes, text);
    }

    /// Reads a cursor that belongs to a list of `keys` sort keys. `path` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` with the code `cursor` for one that was not made here, `CURSOR_MISMATCH` for one of another list.
    pub fn decode(&self, print: Fingerprint, keys: usize, text: &str, path: &str) -> Result<Position> {
        let bound = LIMITS.max_cursor as usize;
        if text.len() > bound {
            return Err(Error::limit_at(
                path,
                ("max_cursor", "bytes of a cursor"),
                LIMITS.max_cursor,
                text.len() as u64,
            ));
        }
        let forged = || Error::invalid(path, "cursor", "is no cursor that brandgraph gave out");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| forged())?;
        let (body, tag) = bytes.split_last_chunk::<TAG>().ok_or_else(forged)?;
        if !bool::from(subtle::ConstantTimeEq::ct_eq(self.tag(body).as_slice(), tag.as_slice())) {
            return Err(forged());
        }
        let (version, rest) = body.split_first().ok_or_else(forged)?;
        let (found, rest) = rest.split_first_chunk::<PRINT>().ok_or_else(forged)?;
        let position: Vec<Option<String>> = serde_json::from_slice(rest).map_err(|_| forged())?;
        if *version != VERSION || *found != print.0 || position.len() != keys {
            let message =
                "the cursor was made for another filter, order or search; start from the first page";
            return Err(Error::new(Code::CursorMismatch, format!("{path}: {message}"))
                .with_violation(Violation::new(path, "cursor", message)));
        }
        Ok(Position(position))
    }

    fn tag(&self, bytes: &[u8]) -> [u8; TAG] {
        let digest = self.0.clone().chain_update(bytes).finalize().into_bytes();
        let mut tag = [0; TAG];
        for (to, from) in tag.iter_mut().zip(digest) {
            *to = from;
        }
        tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_wrote_and_nothing_else() {
        let codec = Codec::new(b"secret").unwrap();
        let print = Fingerprint::of(b"one");
        let cursor = codec.encode(print, r#"["a",null]"#);
        assert_eq!(codec.decode(print, 2, &cursor, "after").unwrap(), Position(vec![Some("a".into()), None]));
        let other = codec.decode(Fingerprint::of(b"two"), 2, &cursor, "after").unwrap_err();
        assert_eq!(other.code(), Code::CursorMismatch);
        for forged in ["", "x", &cursor[1..], &format!("{cursor}AAAA"), &cursor.replace('A', "B")] {
            assert_eq!(
                codec.decode(print, 2, forged, "after").unwrap_err().code(),
                Code::Invalid,
                "{forged}"
            );
        }
        let foreign = Codec::new(b"other").unwrap().encode(print, "[]");
        assert_eq!(codec.decode(print, 0, &foreign, "after").unwrap_err().code(), Code::Invalid);
    }
}
