//! Where files are kept: the store that was named, or the embedded one beside the embedded database.

use std::{net::SocketAddr, sync::Arc};

use super::{config::Config, embedded::objects::Objects, failure::Failure};
use crate::{
    domain::Result,
    http::{self, Door, Router},
    objects::{S3, Settings, Store},
    service::upload::Media,
};

/// Whether the store is the embedded one. A certificate of one's own making is nothing that our own client would trust.
fn is_ours(config: &Config) -> bool {
    config.objects.bucket.is_none() && config.embedded_mode() && config.http.tls.certificate.is_none()
}

async fn media(config: &Config, settings: &Settings) -> Result<Media> {
    let store = S3::new(settings).await.map(|store| Arc::new(store) as Arc<dyn Store>);
    Ok(Media::new(store, config.uploads.clone())?.with_images(config.images.clone()))
}

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
        if !is_ours(config) {
            return Ok(Self { media: media(config, &config.objects).await?, embedded: None });
        }
        let objects = Objects::open(&config.embedded.folder, address)?;
        let media = media(config, objects.settings()).await?;
        Ok(Self { media, embedded: Some(objects) })
    }

    /// The place for files as a process beside the server reaches it: the embedded one answers where the server listens.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub async fn beside(config: &Config) -> std::result::Result<Media, Failure> {
        if !is_ours(config) {
            return Ok(media(config, &config.objects).await?);
        }
        Ok(media(config, &Objects::reach(&config.embedded.folder, config.http.listen)?).await?)
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
