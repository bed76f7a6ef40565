//! Documents that are known by their hash: those of a manifest, which an operator trusts, and those that clients told before.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    cache::Redis,
    domain::{Code, Error, Result, Violation},
};

/// Documents run that no manifest has, where there is one.
pub const UNKNOWN: &str = "untrusted_documents_total";

/// The SHA-256 of a document's text.
pub type Hash = [u8; 32];

/// What becomes of documents that the manifest does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// There is no manifest.
    #[default]
    Off,
    /// They run, and are counted.
    Observe,
    /// They run, are counted, and each is logged once.
    Log,
    /// They are refused.
    Enforce,
}

/// The section `documents` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What becomes of documents that the manifest does not have.
    pub mode: Mode,
    /// A JSON file: an object of SHA-256 (64 hexadecimal digits) to document.
    pub manifest: Option<PathBuf>,
    /// Whether clients may send a document once and its hash from then on (automatic persisted queries).
    pub automatic: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { mode: Mode::Off, manifest: None, automatic: true }
    }
}

impl Settings {
    /// What is wrong with what is given; whether the manifest can be read is [`Persisted::new`]'s to say.
    ///
    /// # Errors
    /// `INVALID` naming `documents.manifest`.
    pub fn check(&self) -> Result<()> {
        if self.mode == Mode::Off || self.manifest.is_some() {
            return Ok(());
        }
        let message = "must be given where documents.mode is not off";
        Err(Error::invalid("documents.manifest", "required", message))
    }
}

/// The longest document that a client's hash stands for, in bytes.
const LONGEST: usize = 32 * 1024;
/// How much memory those take together, in bytes.
const KEPT: u64 = 8 * 1024 * 1024;
/// How long Redis keeps one that nobody asks for, in seconds.
const LIVE_SECONDS: u64 = 24 * 60 * 60;
/// How many unknown documents are remembered as logged.
const LOGGED: u64 = 10_000;

/// Documents by their hash; cheap to clone.
#[derive(Debug, Clone)]
pub struct Persisted {
    mode: Mode,
    automatic: bool,
    trusted: Arc<HashMap<Hash, Arc<str>>>,
    told: moka::sync::Cache<Hash, Arc<str>>,
    logged: moka::sync::Cache<Hash, ()>,
    redis: Option<Redis>,
}

impl Persisted {
    /// The documents of the manifest, and none that clients told.
    ///
    /// # Errors
    /// `INVALID` where the manifest is missing, cannot be read, or has a hash that is not its document's.
    pub fn new(settings: &Settings, redis: Option<Redis>) -> Result<Self> {
        settings.check()?;
        let trusted = match (&settings.manifest, settings.mode) {
            (Some(path), Mode::Observe | Mode::Log | Mode::Enforce) => manifest(path)?,
            (_, Mode::Off) | (None, _) => HashMap::new(),
        };
        let size = |_: &Hash, text: &Arc<str>| u32::try_from(text.len() + 128).unwrap_or(u32::MAX);
        Ok(Self {
            mode: settings.mode,
            automatic: settings.automatic && settings.mode != Mode::Enforce,
            trusted: Arc::new(trusted),
            told: moka::sync::Cache::builder().max_capacity(KEPT).weigher(size).build(),
            logged: moka::sync::Cache::new(LOGGED),
            redis,
        })
    }

    /// The document to run.
    ///
    /// # Errors
    /// `PERSISTED_QUERY_NOT_FOUND` for a hash that nobody told, `INVALID` for one that is not the document's, `FORBIDDEN` for a
    /// document that the manifest does not have, where only those run.
    pub(super) async fn text(&self, query: Option<String>, hash: Option<Hash>) -> Result<String> {
        match (query, hash) {
            (Some(query), Some(hash)) if self.automatic && of(&query) != hash => {
                let message = "is not the SHA-256 of the document";
                Err(Error::invalid("extensions.persistedQuery.sha256Hash", "hash", message))
            }
            (Some(query), _) => self.admitted(query),
            (None, Some(hash)) => self.found(hash).await,
            (None, None) => Err(Error::invalid("query", "required", "is missing: send a GraphQL document")),
        }
    }

    /// Keeps a document that ran, by the hash that its client will send from now on.
    pub(super) fn tell(&self, hash: Hash, text: &str) {
        if !self.automatic || text.len() > LONGEST || self.told.contains_key(&hash) {
            return;
        }
        let text: Arc<str> = text.into();
        self.told.insert(hash, Arc::clone(&text));
        if let Some(redis) = self.redis.clone() {
            tokio::spawn(async move {
                let key = redis.key("document", &hex(&hash));
                // Where that fails another instance asks the client for it.
                let _ = redis.keep(&key, &text, LIVE_SECONDS).await;
            });
        }
    }

    fn admitted(&self, query: String) -> Result<String> {
        if self.mode == Mode::Off {
            return Ok(query);
        }
        let hash = of(&query);
        if self.trusted.contains_key(&hash) {
            return Ok(query);
        }
        metrics::counter!(UNKNOWN).increment(1);
        match self.mode {
            Mode::Log if !self.logged.contains_key(&hash) => {
                self.logged.insert(hash, ());
                tracing::warn!(sha256 = hex(&hash), "a document that the manifest does not have");
                Ok(query)
            }
            Mode::Enforce => Err(untrusted()),
            _ => Ok(query),
        }
    }

    async fn found(&self, hash: Hash) -> Result<String> {
        if let Some(text) = self.trusted.get(&hash) {
            return Ok(text.to_string());
        }
        if self.mode == Mode::Enforce {
            metrics::counter!(UNKNOWN).increment(1);
            return Err(untrusted());
        }
        if !self.automatic {
            return Err(Error::invalid(
                "extensions.persistedQuery",
                "unsupported",
                "PersistedQueryNotSupported",
            ));
        }
        if let Some(text) = self.told.get(&hash) {
            return self.admitted(text.to_string());
        }
        if let Some(redis) = &self.redis {
            let key = redis.key("document", &hex(&hash));
            // Not believed blindly: others may write there too.
            if let Ok(Some(text)) = redis.find(&key).await
                && of(&text) == hash
            {
                self.told.insert(hash, text.as_str().into());
                return self.admitted(text);
            }
        }
        // The words that Apollo's clients know.
        Err(Error::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound"))
    }
}

fn untrusted() -> Error {
    let violation = Violation::new("query", "untrusted", "is not among the trusted documents");
    Error::new(Code::Forbidden, "only documents that the operator trusts are run here")
        .with_violation(violation)
}

fn of(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

fn manifest(path: &Path) -> Result<HashMap<Hash, Arc<str>>> {
    let wrong = |message: String| {
        Error::invalid("documents.manifest", "manifest", format!("{}: {message}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let documents: HashMap<String, String> =
        serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let entry = |(key, document): (String, String)| match parse(&key) {
        Some(hash) if hash == of(&document) => Ok((hash, document.into())),
        Some(_) => Err(wrong(format!("{key} is not the SHA-256 of its document"))),
        None => Err(wrong(format!("{key:?} is no SHA-256: 64 hexadecimal digits"))),
    };
    documents.into_iter().map(entry).collect()
}

/// Reads a hash, written as 64 hexadecimal digits.
#[must_use]
pub fn parse(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

fn hex(hash: &Hash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
