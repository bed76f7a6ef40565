//! The seam: what any store of objects can do for us. Bytes go between clients and the store; the server signs, and looks.

use std::{fmt, time::Duration};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures::{future::BoxFuture, stream::BoxStream};

use super::Key;
use crate::domain::Result;

/// What a store answers, in time.
pub type Answer<'a, T> = BoxFuture<'a, Result<T>>;

/// Bytes of an object, piece by piece.
pub type Stream = BoxStream<'static, Result<Bytes>>;

/// From when on and how long a signed request is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its length; at most 7 days.
    pub lasts: Duration,
}

/// A request that a client sends to the store by itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Presigned {
    /// `PUT` or `GET`.
    pub method: &'static str,
    /// The address. Whoever has it may do this, so that it is never logged.
    pub url: String,
    /// The headers that were signed and must be sent.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigned").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A file that is to be put in one request. What is promised here is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// Where to.
    pub key: Key,
    /// Its size.
    pub bytes: u64,
    /// Its media type.
    pub media_type: String,
    /// Its SHA-256.
    pub sha256: [u8; 32],
}

/// A file that is to be got, and how the store is to name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Get {
    /// Where from.
    pub key: Key,
    /// `Content-Type` of the answer.
    pub media_type: String,
    /// `Content-Disposition` of the answer.
    pub disposition: Disposition,
}

/// Whether a browser shows a file or saves it, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition {
    /// Whether it is shown.
    pub inline: bool,
    /// The name to save it by.
    pub filename: String,
}

impl fmt::Display for Disposition {
    /// RFC 6266: a name of plain characters for old clients, and the name as it is, escaped (RFC 8187).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = |c: char| c.is_ascii_alphanumeric() || "._- ".contains(c);
        f.write_str(if self.inline { "inline" } else { "attachment" })?;
        f.write_str("; filename=\"")?;
        self.filename.chars().try_for_each(|c| write!(f, "{}", if plain(c) { c } else { '_' }))?;
        f.write_str("\"; filename*=UTF-8''")?;
        for byte in self.filename.bytes() {
            if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
                write!(f, "{}", char::from(byte))?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// What a store says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its size.
    pub bytes: u64,
}

/// A part that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: u32,
    /// Its size.
    pub bytes: u64,
    /// What the store calls its content.
    pub tag: Option<String>,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: Key,
    /// When it was written last, as the store says.
    pub modified_at: Option<DateTime<Utc>>,
}

/// A store of objects. What it cannot do fails as `UNAVAILABLE`.
pub trait Store: fmt::Debug + Send + Sync {
    /// Signs the putting of a file: size, media type and checksum with it.
    fn presign_put<'a>(&'a self, put: &'a Put, life: Life) -> Answer<'a, Presigned>;
    /// Signs the putting of one part of so many bytes.
    fn presign_part<'a>(
        &'a self,
        key: &'a Key,
        session: &'a str,
        number: u32,
        bytes: u64,
        life: Life,
    ) -> Answer<'a, Presigned>;
    /// Signs the getting of a file.
    fn presign_get<'a>(&'a self, get: &'a Get, life: Life) -> Answer<'a, Presigned>;
    /// What is known of an object; nothing where there is none.
    fn find<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Head>>;
    /// Bytes of an object: all, or from a place at most so many.
    fn read<'a>(&'a self, key: &'a Key, part: Option<(u64, u64)>) -> Answer<'a, Stream>;
    /// Copies an object of at most 5 GiB.
    fn copy<'a>(&'a self, from: &'a Key, to: &'a Key) -> Answer<'a, ()>;
    /// Begins an upload of parts.
    fn begin<'a>(&'a self, key: &'a Key, media_type: &'a str) -> Answer<'a, String>;
    /// The parts that are there, by number; nothing where there is no such session (any more).
    fn parts<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, Option<Vec<Part>>>;
    /// Makes an object of the parts.
    fn complete<'a>(&'a self, key: &'a Key, session: &'a str, parts: &'a [Part]) -> Answer<'a, ()>;
    /// Ends a session and removes its parts; one that is gone already is no error.
    fn abort<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, ()>;
    /// The sessions that were begun before a moment and are not over: their keys, and what the store calls them.
    fn sessions<'a>(&'a self, before: DateTime<Utc>) -> Answer<'a, Vec<(Key, String)>>;
    /// Removes an object; one that is gone already is no error.
    fn delete<'a>(&'a self, key: &'a Key) -> Answer<'a, ()>;
    /// At most 1,000 objects after a key, in the order of keys.
    fn list<'a>(&'a self, after: Option<&'a Key>) -> Answer<'a, Vec<Listed>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_the_header() {
        let named = |filename: &str| Disposition { inline: false, filename: filename.to_owned() }.to_string();
        assert_eq!(named("a b.jpg"), "attachment; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg");
        assert_eq!(
            named("x\"; filename=\"evil.html"),
            "attachment; filename=\"x__ filename__evil.html\"; filename*=UTF-8''x%22%3B%20filename%3D%22evil.html"
        );
        assert_eq!(
            named("Öl\r\n.png"),
            "attachment; filename=\"_l__.png\"; filename*=UTF-8''%C3%96l%0D%0A.png"
        );
    }
}
