//! Where files are kept: the store that was named, or the embedded one beside the embedded database.

use std::{net::SocketAddr, sync::Arc};

use super::{config::Config, embedded::objects::Objects, failure::Failure};
use crate::{
    domain::Result,
    http::{self, Door, Router},
    objects::{S3, Store},
    service::upload::Media,
};

/// The place for files, and the store to be mounted where it is ours.
#[derive(Debug, Default)]
pub struct Files {
    /// The store and the rules.
    pub media: Media,
    embedded: Option<Objects>,
}

impl Files {
    /// Finds the store; `address` is where this server listens.
    ///
    /// # Errors
    /// Where the embedded store cannot be opened, or a setting does not allow it.
    pub async fn open(config: &Config, address: SocketAddr) -> std::result::Result<Self, Failure> {
        let mut settings = config.objects.clone();
        let embedded = match settings.bucket {
            // A certificate of one's own making is nothing that our own client would trust.
            None if config.embedded_mode() && config.http.tls.certificate.is_none() => {
                let objects = Objects::open(&config.embedded.folder, address)?;
                settings = objects.settings().clone();
                Some(objects)
            }
            _ => None,
        };
        let store = S3::new(&settings).await.map(|store| Arc::new(store) as Arc<dyn Store>);
        let media = Media::new(store, config.uploads.clone())?.with_images(config.images.clone());
        Ok(Self { media, embedded })
    }

    /// Puts the embedded store beside the routes of the graph, where there is one.
    ///
    /// # Errors
    /// As [`http::with_objects`].
    pub fn mount(&self, router: Router, door: &Door, settings: &http::Settings) -> Result<Router> {
        match &self.embedded {
            Some(objects) => objects.mount(router, door, settings),
            None => Ok(router),
        }
    }
}
