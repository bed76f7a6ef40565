//! What uploads and assets need beside the database: the store of objects, and the rules.

use std::sync::Arc;

use super::{
    super::{Joint, Services, asset_address},
    Settings,
};
use crate::{
    domain::{Code, Error, Result},
    objects::{Scanner, Store},
};

/// The store of objects and the rules; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Media {
    store: Option<Arc<dyn Store>>,
    /// The rules.
    pub settings: Arc<Settings>,
    /// Who makes variants of pictures.
    pub images: Arc<asset_address::Settings>,
    /// Who looks for malware.
    pub(super) scanner: Option<Scanner>,
}

impl Media {
    /// A store, where there is one, and the rules.
    ///
    /// # Errors
    /// `INVALID` for a scanner's address that is none.
    pub fn new(store: Option<Arc<dyn Store>>, settings: Settings) -> Result<Self> {
        let scanner = settings.scanner.as_deref().map(Scanner::parse).transpose()?;
        Ok(Self { store, settings: Arc::new(settings), images: Arc::default(), scanner })
    }

    /// The same with somebody who makes variants of pictures.
    #[must_use]
    pub fn with_images(self, images: asset_address::Settings) -> Self {
        Self { images: Arc::new(images), ..self }
    }

    /// Passes where nothing that comes later undoes what the store is told.
    ///
    /// # Errors
    /// `INVALID` inside of a transaction of several mutations.
    pub(super) fn alone(&self, services: &Services) -> Result<()> {
        if services.joint.as_ref().is_none_or(Joint::separated) {
            return Ok(());
        }
        let message =
            "a store cannot take back what it did: ask for uploads outside of a transaction of several";
        Err(Error::invalid("", "not_atomic", message))
    }

    /// The store.
    ///
    /// # Errors
    /// `UNAVAILABLE` where none is configured.
    pub fn store(&self) -> Result<&dyn Store> {
        let none = || Error::new(Code::Unavailable, "there is no store for files: objects.bucket is not set");
        self.store.as_deref().ok_or_else(none)
    }
}
