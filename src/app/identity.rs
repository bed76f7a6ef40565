//! Who may come in: the checker of tokens, with the secret that was configured or this installation's own.

use std::sync::Arc;

use super::{config::Config, failure::Failure, secret};
use crate::{
    kit::clock::Clock,
    service::authn::{Authn, FindBrand, Settings},
};

/// The file of the generated secret, in the data folder.
const FILE: &str = "token.secret";

/// The checker of tokens.
///
/// # Errors
/// Where the secret is missing, too short, or cannot be kept.
pub(super) fn authn(config: &Config, clock: Clock, find_brand: FindBrand) -> Result<Arc<Authn>, Failure> {
    let mut settings: Settings = config.auth.clone();
    if settings.secret.is_none() && config.embedded_mode() {
        let folder = &config.embedded.folder;
        let secret = secret::of_folder(folder, FILE)
            .map_err(|error| Failure::because(folder.join(FILE).display(), &error))?;
        settings.secret = Some(secret);
    }
    Ok(Arc::new(Authn::new(&settings, clock, find_brand)?))
}
