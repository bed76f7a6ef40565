//! Which store of objects, and how to reach it.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::{Error, Result, Violation};

/// When checksums of the store's own go along with what this server asks of it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checksums {
    /// Where the protocol demands them: stores that are merely compatible trip over others.
    #[default]
    WhenRequired,
    /// Wherever the protocol knows of them: what is read is then held against what the store keeps.
    WhenSupported,
}

/// The section `objects` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The bucket. Unset: the embedded store where the database is embedded too, else there are no uploads.
    pub bucket: Option<String>,
    /// The store's address as this server reaches it. Unset: Amazon S3 of the region.
    pub endpoint: Option<String>,
    /// The store's address as browsers reach it. Unset: the same.
    pub public_endpoint: Option<String>,
    /// The region that requests are signed for.
    pub region: String,
    /// Whether the bucket is a part of the path (`https://store/bucket/key`) and not of the host.
    pub path_style: bool,
    /// The id of the access key. Unset: the usual chain (variables of the environment, profiles, the machine's role).
    pub access_key_id: Option<String>,
    /// The secret of the access key.
    pub secret_access_key: Option<SecretString>,
    /// When checksums of the store's own are sent and looked at.
    pub checksums: Checksums,
    /// How long one request to the store may take to begin its answer, in seconds.
    pub timeout_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bucket: None,
            endpoint: None,
            public_endpoint: None,
            region: "us-east-1".to_owned(),
            path_style: false,
            access_key_id: None,
            secret_access_key: None,
            checksums: Checksums::default(),
            timeout_seconds: 20,
        }
    }
}

impl Settings {
    /// What no store could be reached with.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for (key, url) in
            [("objects.endpoint", &self.endpoint), ("objects.public_endpoint", &self.public_endpoint)]
        {
            let Some(text) = url else { continue };
            let parsed = url::Url::parse(text).ok();
            let good = parsed.is_some_and(|url| {
                matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
            });
            if !good {
                wrong.push(Violation::new(key, "url", "must be an absolute http or https address"));
            }
        }
        let named = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        if self
            .bucket
            .as_ref()
            .is_some_and(|name| !(3..=63).contains(&name.len()) || !name.bytes().all(named))
        {
            let message = "must be 3 to 63 of a-z, 0-9, '-' and '.'";
            wrong.push(Violation::new("objects.bucket", "bucket", message));
        }
        if self.region.is_empty() {
            wrong.push(Violation::new("objects.region", "required", "must not be empty"));
        }
        if self.timeout_seconds == 0 {
            wrong.push(Violation::new("objects.timeout_seconds", "minimum", "must be at least 1"));
        }
        let secret = self.secret_access_key.as_ref().is_some_and(|key| !key.expose_secret().is_empty());
        if self.access_key_id.is_some() != secret {
            let message =
                "objects.access_key_id and objects.secret_access_key are given together or not at all";
            wrong.push(Violation::new("objects.secret_access_key", "required", message));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }
}
