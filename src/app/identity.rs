//! What only this installation can sign: tokens and cursors, with the configured secret or one of its own.

use std::sync::Arc;

use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{config::Config, failure::Failure, secret};
use crate::{
    domain::{Error, Result},
    service::{
        Services,
        authn::{Authn, Settings},
    },
};

/// The file of the generated secret, in the data folder.
const FILE: &str = "token.secret";

/// The section `auth` with what its unset settings mean here, and with the installation's own secret where none is configured and the database is embedded.
///
/// # Errors
/// Where the secret cannot be kept.
pub(super) fn settings(config: &Config) -> Result<Settings, Failure> {
    let mut settings = config.auth.clone();
    if settings.secret.is_none() && config.embedded_mode() {
        let folder = &config.embedded.folder;
        let secret = secret::of_folder(folder, FILE)
            .map_err(|error| Failure::because(folder.join(FILE).display(), &error))?;
        settings.secret = Some(secret);
    }
    settings.development.get_or_insert(config.embedded_mode());
    settings.public_url.get_or_insert_with(|| format!("http://{}", config.http.listen));
    Ok(settings)
}

/// The checker of tokens.
///
/// # Errors
/// Where the secret is missing or too short.
pub(super) fn authn(settings: &Settings, services: &Services) -> Result<Arc<Authn>> {
    Authn::new(settings, services.clock.clone(), Some(services.clone())).map(Arc::new)
}

/// The key that cursors are signed with: of the same secret, yet useless for signing tokens.
///
/// # Errors
/// Never in practice: the hash takes keys of any length.
pub(super) fn cursor_key(settings: &Settings) -> Result<Vec<u8>> {
    let secret = settings.secret.as_ref().map(SecretString::expose_secret).unwrap_or_default();
    let mut key = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(Error::internal)?;
    key.update(b"brandgraph cursor");
    Ok(key.finalize().into_bytes().to_vec())
}
