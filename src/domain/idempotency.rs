//! Keys by which a client says that two requests are one.

use std::fmt;

use super::{Error, Result};

/// The most characters of a key.
pub const MAX_KEY: usize = 255;

/// A key that a client made up for one request, 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the value of the header. Quotes around it, as a structured header has them, are no part of the key.
    ///
    /// # Errors
    /// `INVALID` for a key that is empty, too long, or holds anything but visible ASCII.
    pub fn parse(value: &[u8]) -> Result<Self> {
        let wrong = |code, message: String| Err(Error::invalid("Idempotency-Key", code, message));
        let key = match value {
            [b'"', inner @ .., b'"'] => inner,
            all => all,
        };
        if key.is_empty() {
            return wrong("blank", "must not be empty".to_owned());
        }
        if key.len() > MAX_KEY {
            let message = format!("must have at most {MAX_KEY} characters, but has {}", key.len());
            return wrong("max_length", message);
        }
        match std::str::from_utf8(key) {
            Ok(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(key.to_owned())),
            _ => wrong("characters", "must be visible ASCII without spaces".to_owned()),
        }
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_and_bounded() {
        for good in ["a", "8e03978e-40d5-43e8-bc93-6894a57f9324", "~!{}"] {
            assert_eq!(IdempotencyKey::parse(good.as_bytes()).unwrap().as_str(), good);
        }
        assert_eq!(IdempotencyKey::parse(b"\"quoted\"").unwrap().as_str(), "quoted");
        let long = "x".repeat(256);
        for (bad, code) in [
            ("", "blank"),
            ("\"\"", "blank"),
            (long.as_str(), "max_length"),
            ("a b", "characters"),
            ("ü", "characters"),
            ("a\u{7}", "characters"),
        ] {
            let error = IdempotencyKey::parse(bad.as_bytes()).unwrap_err();
            assert_eq!(error.violations()[0].code, code, "{bad:?}");
            assert_eq!(error.violations()[0].path, "Idempotency-Key");
        }
    }
}
