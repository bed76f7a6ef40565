//! Variants: addresses of an image service, made of a template and signed as imgproxy wants it.

use aws_lc_rs::hmac;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{
    domain::{Code, Error, Result, Violation, variant::Variant},
    objects::Life,
};

/// The section `images` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The image service's address. Unset: there are no variants.
    pub base_url: Option<String>,
    /// What stands behind the signature: `{width}`, `{height}`, `{format}`, `{expires}` (seconds since 1970) and `{source}` (the
    /// file's address in base64) are filled in.
    pub path: String,
    /// The key that addresses are signed with, in hexadecimal.
    pub key: Option<SecretString>,
    /// What is signed in front of the path, in hexadecimal.
    pub salt: Option<SecretString>,
}

impl Default for Settings {
    fn default() -> Self {
        let path = "/exp:{expires}/rs:fit:{width}:{height}/{source}.{format}".to_owned();
        Self { base_url: None, path, key: None, salt: None }
    }
}

impl Settings {
    /// What no address could be made with.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let good = |text: &String| {
            url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        };
        if self.base_url.as_ref().is_some_and(|text| !good(text)) {
            let message = "must be an absolute http or https address";
            wrong.push(Violation::new("images.base_url", "url", message));
        }
        if !self.path.starts_with('/') || !self.path.contains("{source}") {
            wrong.push(Violation::new("images.path", "path", "must begin with / and hold {source}"));
        }
        for (key, value) in [("images.key", &self.key), ("images.salt", &self.salt)] {
            if value.as_ref().is_some_and(|value| hex(value.expose_secret()).is_none()) {
                wrong.push(Violation::new(key, "hex", "must be hexadecimal"));
            }
        }
        if self.base_url.is_some() && (self.key.is_none() || self.salt.is_none()) {
            let message = "images.base_url needs images.key and images.salt: addresses are signed";
            wrong.push(Violation::new("images.key", "required", message));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}

/// The address of a variant: HMAC-SHA256 of salt and path, then the path.
pub(super) fn address(settings: &Settings, source: &str, variant: &Variant, life: Life) -> Result<String> {
    let none = || Error::new(Code::Invalid, "there are no variants here: images.base_url is not set");
    let base = settings.base_url.as_ref().ok_or_else(none)?;
    let secret = |value: &Option<SecretString>| value.as_ref().and_then(|value| hex(value.expose_secret()));
    let key = secret(&settings.key).ok_or_else(|| Error::internal("images.key was not checked"))?;
    let salt = secret(&settings.salt).ok_or_else(|| Error::internal("images.salt was not checked"))?;
    let expires =
        life.from.timestamp().saturating_add(i64::try_from(life.lasts.as_secs()).unwrap_or_default());
    let path = settings
        .path
        .replace("{width}", &variant.width.to_string())
        .replace("{height}", &variant.height.to_string())
        .replace("{format}", variant.format.extension())
        .replace("{expires}", &expires.to_string())
        .replace("{source}", &BASE64_URL_SAFE_NO_PAD.encode(source));
    Ok(format!("{}/{}{path}", base.trim_end_matches('/'), signature(&key, &salt, &path)))
}

fn signature(key: &[u8], salt: &[u8], path: &str) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    context.update(salt);
    context.update(path.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(context.sign())
}

fn hex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
    {
        return None;
    }
    let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(digits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_the_one_that_imgproxy_makes() {
        let path = "/rs:fill:300:400:0/g:sm/aHR0cDovL2V4YW1w/bGUuY29tL2ltYWdl/cy9jdXJpb3NpdHku/anBn.png";
        assert_eq!(signature(b"secret", b"hello", path), "oKfUtW34Dvo2BGQehJFR4Nr0_rIjOtdtzJ3QFsUcXH8");
    }
}
