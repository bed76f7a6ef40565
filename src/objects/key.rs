//! The keys of objects: chosen by the server, of ids alone, so that nothing a client says is ever part of one.

use std::fmt;

use uuid::Uuid;

/// What stands before the keys of files that were not looked at yet.
const INCOMING: &str = "incoming";
/// What stands before the keys of files.
const FILES: &str = "files";

/// The key of an object. The brand is its first part, so that a policy of the store can tell brands apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(String);

impl Key {
    /// Where a client puts a small file: whoever has the address can write there until it ends, so that nothing is read from here
    /// for good.
    #[must_use]
    pub fn incoming(brand: Uuid, id: Uuid) -> Self {
        Self(format!("{INCOMING}/{brand}/{id}"))
    }

    /// Where a file is kept. No client can write there, but in a session of parts that ends before the file is looked at.
    #[must_use]
    pub fn file(brand: Uuid, id: Uuid) -> Self {
        Self(format!("{FILES}/{brand}/{id}"))
    }

    /// A key that was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    /// The id in a key that was made here; nothing for any other.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        let mut parts = self.0.split('/');
        let (kind, brand, id) = (parts.next()?, parts.next()?, parts.next()?);
        let ours = [INCOMING, FILES].contains(&kind) && parts.next().is_none();
        Uuid::try_parse(brand).ok().filter(|_| ours)?;
        Uuid::try_parse(id).ok()
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_keys_made_here_have_an_id() {
        let (brand, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for key in [Key::incoming(brand, id), Key::file(brand, id)] {
            assert_eq!(key.id(), Some(id));
        }
        for other in ["files", "files/x/y", "backup/a/b", &format!("files/{brand}/{id}/more")] {
            assert_eq!(Key::stored(other.to_owned()).id(), None, "{other}");
        }
    }
}
