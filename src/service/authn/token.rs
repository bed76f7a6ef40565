//! A JWT taken apart, believed by nobody yet: who signed it how, over which claims.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::rejected::{Reason, Rejected};

/// The longest token. Bytes. It bounds the claims too, which are a part of it.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The longest name of a subject. Bytes.
const MAX_SUBJECT_BYTES: usize = 255;

/// A token whose signature was not looked at.
#[derive(Debug)]
pub(super) struct Unverified<'a> {
    signed: &'a [u8],
    signature: &'a str,
    algorithm: Option<Algorithm>,
    kid: Option<String>,
    claims: Map<String, Value>,
}

/// The part of a header that is looked at. Keys and addresses of keys that a token brings along are not.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

impl<'a> Unverified<'a> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// `TooLarge` and `Malformed`; `Algorithm` for extensions that must be understood: none is.
    pub(super) fn parse(token: &'a [u8]) -> Result<Self, Rejected> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Reason::TooLarge.into());
        }
        let text = std::str::from_utf8(token).map_err(|_| Reason::Malformed)?;
        let (signed, signature) = text.rsplit_once('.').ok_or(Reason::Malformed)?;
        let (head, claims) = signed.split_once('.').ok_or(Reason::Malformed)?;
        if claims.contains('.') {
            return Err(Reason::Malformed.into());
        }
        let head: Head = json(head)?;
        if head.crit.is_some() {
            return Err(Reason::Algorithm.into());
        }
        let claims = json(claims)?;
        // A name that the library has no algorithm for (`none` is one) is kept as such: the issuer says what it means.
        let algorithm = head.alg.parse().ok();
        Ok(Self { signed: signed.as_bytes(), signature, algorithm, kid: head.kid, claims })
    }

    /// Who it says has made it.
    ///
    /// # Errors
    /// `Claims` where it does not say.
    pub(super) fn issuer(&self) -> Result<&str, Rejected> {
        text(&self.claims, "iss")
    }

    /// The algorithm that it says it is signed with, where there is such a one.
    pub(super) fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The name of the key.
    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// What it says, once the key has proven it. The algorithm is the caller's decision, never the token's.
    ///
    /// # Errors
    /// `Signature`.
    pub(super) fn verify(
        self,
        key: &DecodingKey,
        algorithm: Algorithm,
    ) -> Result<Map<String, Value>, Rejected> {
        match jsonwebtoken::crypto::verify(self.signature, self.signed, key, algorithm) {
            Ok(true) => Ok(self.claims),
            Ok(false) => Err(Reason::Signature.into()),
            Err(error) => Err(Rejected::because(Reason::Signature, error)),
        }
    }
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, Rejected> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::Malformed)?;
    serde_json::from_slice(&bytes).map_err(|error| Rejected::because(Reason::Malformed, error))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<&'a str, Rejected> {
    Ok(claims.get(name).and_then(Value::as_str).ok_or(Reason::Claims)?)
}

/// The subject that claims name.
///
/// # Errors
/// `Claims` where there is none, or one that is too long or that the database could not hold.
pub(super) fn subject(claims: &Map<String, Value>) -> Result<String, Rejected> {
    let subject = text(claims, "sub")?;
    if subject.is_empty() || subject.len() > MAX_SUBJECT_BYTES || subject.contains('\0') {
        return Err(Reason::Claims.into());
    }
    Ok(subject.to_owned())
}

/// Passes where the claims are addressed to one of these.
///
/// # Errors
/// `Audience`; `Claims` where `aud` is neither text nor texts.
pub(super) fn addressed(claims: &Map<String, Value>, audiences: &[String]) -> Result<(), Rejected> {
    let meant = |name: &str| audiences.iter().any(|audience| audience == name);
    let addressed = match claims.get("aud") {
        Some(Value::String(one)) => meant(one),
        Some(Value::Array(many)) => {
            let names: Option<Vec<&str>> = many.iter().map(Value::as_str).collect();
            names.ok_or(Reason::Claims)?.into_iter().any(meant)
        }
        _ => return Err(Reason::Claims.into()),
    };
    if addressed { Ok(()) } else { Err(Reason::Audience.into()) }
}

/// When a token holds. Seconds since 1970 (RFC 7519's `NumericDate`, which may have a fraction).
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    until: f64,
    from: Option<f64>,
    leeway: f64,
}

impl Span {
    /// The time between `nbf` and `exp`.
    ///
    /// # Errors
    /// `Claims` where one is no number, or `exp` is missing.
    pub(super) fn of(claims: &Map<String, Value>, leeway_seconds: u32) -> Result<Self, Rejected> {
        let number = |name: &str| match claims.get(name) {
            None => Ok(None),
            Some(value) => value.as_f64().filter(|it| it.is_finite()).map(Some).ok_or(Reason::Claims),
        };
        let until = number("exp")?.ok_or(Reason::Claims)?;
        Ok(Self { until, from: number("nbf")?, leeway: f64::from(leeway_seconds) })
    }

    /// Passes within the time.
    ///
    /// # Errors
    /// `Expired` and `NotYetValid`.
    #[expect(clippy::cast_precision_loss, reason = "a timestamp is far below 2^53")]
    pub(super) fn holds(&self, now: chrono::DateTime<chrono::Utc>) -> Result<(), Rejected> {
        let now = now.timestamp() as f64;
        if self.until + self.leeway <= now {
            return Err(Reason::Expired.into());
        }
        if self.from.is_some_and(|from| from - self.leeway > now) {
            return Err(Reason::NotYetValid.into());
        }
        Ok(())
    }
}
