//! Where files are kept: the store that was named, or the embedded one beside the embedded database.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{net::TcpListener, task::JoinSet};

use super::{backend::Backend, build, config::Config, embedded::objects::Objects, failure::Failure};
use crate::{
    domain::Result,
    http::{self, Door, Router},
    objects::{S3, Settings, Store},
    service::{
        Caller, Services,
        upload::{self, Media},
    },
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

    /// Lets go of what an earlier server of the embedded store was looking at when it ended; nothing where the store is another's, which
    /// somebody else may be using at this moment.
    ///
    /// # Errors
    /// As [`upload::let_go`].
    pub async fn let_go(&self, services: &Services) -> Result<()> {
        if self.embedded.is_some() {
            let jobs = upload::let_go(services, &Caller::system("upload")).await?;
            if jobs > 0 {
                tracing::info!(
                    jobs,
                    "files that were being looked at when the server ended are looked at again"
                );
            }
        }
        Ok(())
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

/// The place for files of a command, and the store where the command brings it along.
#[derive(Debug)]
pub struct FilesBeside {
    /// The store and the rules.
    pub media: Media,
    // Serves for as long as this is kept.
    _serving: JoinSet<()>,
}

impl FilesBeside {
    /// Finds the store: one that was named, or that of the server whose database the command uses; or, where nobody else has the data
    /// folder, the embedded one, which then answers on a port of its own for as long as the command runs.
    ///
    /// # Errors
    /// As [`Files::open`]; where no port is free.
    pub async fn open(config: &Config, backend: &Backend) -> std::result::Result<Self, Failure> {
        let mut serving = JoinSet::new();
        if !is_ours(config) {
            return Ok(Self { media: media(config, &config.objects).await?, _serving: serving });
        }
        if backend.address().is_none() {
            let reached = Objects::reach(&config.embedded.folder, config.http.listen)?;
            return Ok(Self { media: media(config, &reached).await?, _serving: serving });
        }
        let because = |error| Failure::because("listening for the embedded store", &error);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(because)?;
        let files = Files::open(config, listener.local_addr().map_err(because)?).await?;
        let built = build::build(config, &backend.services)?;
        let router = files.mount(Router::new(), &built.door, &config.http)?;
        let settings = config.http.clone();
        serving.spawn(async move {
            let ended =
                http::serve(listener, router, built.draining, std::future::pending(), &settings).await;
            if let Err(error) = ended {
                tracing::error!(%error, "the embedded store does not answer any more");
            }
        });
        Ok(Self { media: files.media, _serving: serving })
    }
}
