//! Seals: each over the seal before it and every byte of a record, so that what is changed, taken out, put in or moved shows.

use std::fmt;

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::domain::{Error, Result};

/// A seal.
pub type Seal = [u8; 32];

/// The seal before the first one.
pub const NO_SEAL: Seal = [0; 32];

/// The shortest key, in bytes.
pub(super) const MIN_KEY_BYTES: usize = 32;

/// What the bytes of every seal begin with; another number for another order of columns.
const VERSION: &[u8] = b"brandgraph audit 1\n";

/// The columns of a record that are sealed: all of them, in this order.
pub const COLUMNS: [&str; 18] = [
    "xid",
    "position",
    "id",
    "created_at",
    "actor",
    "credential",
    "kind",
    "outcome",
    "reason",
    "node",
    "brand",
    "ip",
    "user_agent",
    "request_id",
    "count",
    "before",
    "after",
    "detail",
];

/// A record as it is sealed: the text of each of [`COLUMNS`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealable {
    /// The transaction that wrote it.
    pub xid: i64,
    /// Its place among those of its transaction.
    pub position: i64,
    /// The text of each column, null where there is none.
    pub columns: [Option<String>; COLUMNS.len()],
}

impl Sealable {
    /// The text of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&str> {
        let place = COLUMNS.iter().position(|column| *column == name)?;
        self.columns.get(place)?.as_deref()
    }
}

/// A key that only those have who may seal; whoever has the database alone cannot make another chain with it.
#[derive(Clone)]
pub struct SealKey {
    id: String,
    secret: SecretString,
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl SealKey {
    /// A key.
    ///
    /// # Errors
    /// `INVALID` naming `audit.seal_key` for one that is too short.
    pub fn new(secret: SecretString) -> Result<Self> {
        let bytes = secret.expose_secret().len();
        if bytes < MIN_KEY_BYTES {
            let message = format!("must have at least {MIN_KEY_BYTES} bytes, but has {bytes}");
            return Err(Error::invalid("audit.seal_key", "min_length", message));
        }
        let digest = Sha256::new().chain_update(VERSION).chain_update(secret.expose_secret()).finalize();
        Ok(Self { id: hex(digest.get(..8).unwrap_or_default()), secret })
    }

    /// What tells this key from others, without telling it.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// The keys of a chain: the one that seals now, and those that sealed before it.
#[derive(Debug, Clone, Default)]
pub struct SealKeys {
    current: Option<SealKey>,
    /// Each with the number of the last seal that may be its own; no key where seals up to there had none.
    previous: Vec<(i64, Option<SealKey>)>,
}

impl SealKeys {
    /// The key that seals now, and those that sealed before it, each up to the number of a seal.
    #[must_use]
    pub fn new(current: Option<SealKey>, previous: Vec<(i64, Option<SealKey>)>) -> Self {
        Self { current, previous }
    }

    /// The same with earlier keys, one a line as `NUMBER:KEY`: the number of the last seal that was made with it, and the key,
    /// or nothing where those seals were made without one.
    ///
    /// # Errors
    /// `INVALID` naming `audit.previous_seal_keys` and the line.
    pub fn with_previous(mut self, lines: &SecretString) -> Result<Self> {
        for (number, line) in (1..).zip(lines.expose_secret().lines().map(str::trim)) {
            if line.is_empty() {
                continue;
            }
            let at = format!("audit.previous_seal_keys.{number}");
            let parts = line.split_once(':').and_then(|(until, key)| Some((until.parse::<i64>().ok()?, key)));
            let (until, key) = parts.filter(|(until, _)| *until > 0).ok_or_else(|| {
                let message = "must be NUMBER:KEY, the number of the last seal that was made with the key";
                Error::invalid(at.as_str(), "format", message)
            })?;
            let key = (!key.is_empty()).then(|| SealKey::new(key.to_owned().into()));
            let key = key.transpose().map_err(|_| {
                let message = format!("the key must have at least {MIN_KEY_BYTES} bytes");
                Error::invalid(at.as_str(), "min_length", message)
            })?;
            self.previous.push((until, key));
        }
        Ok(self)
    }

    /// The key that seals now.
    #[must_use]
    pub fn current(&self) -> Option<&SealKey> {
        self.current.as_ref()
    }

    /// The key of that id, where a seal of that number may be its own: an earlier one proves nothing past its last.
    pub(super) fn find(&self, id: &str, sequence: i64) -> Option<&SealKey> {
        let earlier =
            self.previous.iter().filter(|(until, _)| sequence <= *until).filter_map(|(_, key)| key.as_ref());
        self.current.iter().chain(earlier).find(|key| key.id() == id)
    }

    /// The number from which on every seal must have been made with a key.
    pub(super) fn keyed_from(&self) -> i64 {
        let without = self
            .previous
            .iter()
            .filter(|(_, key)| key.is_none())
            .map(|(until, _)| until.saturating_add(1))
            .max();
        let any = self.current.is_some() || self.previous.iter().any(|(_, key)| key.is_some());
        // Who has the database alone could make a whole chain of their own, but none with the key.
        if any { without.unwrap_or(1) } else { i64::MAX }
    }
}

/// The seal of a record: HMAC-SHA256 with the key, SHA-256 without one, over the seal before it, its number, its moment in
/// microseconds since 1970, the key's id, and every column with its length.
///
/// # Errors
/// `INTERNAL` where a text is longer than 4 GiB.
pub fn seal(
    key: Option<&SealKey>,
    previous: &Seal,
    sequence: i64,
    sealed_at: i64,
    record: &Sealable,
) -> Result<Seal> {
    let mut bytes = Vec::with_capacity(512);
    bytes.extend_from_slice(VERSION);
    bytes.extend_from_slice(previous);
    bytes.extend_from_slice(&sequence.to_be_bytes());
    bytes.extend_from_slice(&sealed_at.to_be_bytes());
    write(&mut bytes, key.map(SealKey::id))?;
    for column in &record.columns {
        write(&mut bytes, column.as_deref())?;
    }
    Ok(match key {
        None => Sha256::digest(&bytes).into(),
        Some(key) => {
            let mut mac = Hmac::<Sha256>::new_from_slice(key.secret.expose_secret().as_bytes())
                .map_err(|error| Error::internal(error.to_string()))?;
            mac.update(&bytes);
            mac.finalize().into_bytes().into()
        }
    })
}

/// A text with its length before it, so that no two lists of texts are the same bytes.
fn write(bytes: &mut Vec<u8>, text: Option<&str>) -> Result<()> {
    match text {
        None => bytes.push(0),
        Some(text) => {
            let length = u32::try_from(text.len()).map_err(Error::internal)?;
            bytes.push(1);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    Ok(())
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A seal from hexadecimal; none for anything else.
#[must_use]
pub fn unhex(text: &str) -> Option<Seal> {
    let mut seal = NO_SEAL;
    if text.len() != seal.len() * 2 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in seal.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    Some(seal)
}
