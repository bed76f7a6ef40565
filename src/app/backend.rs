//! What every command stands on: the database, ours or the one that was named, and the services over it.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    config::{Config, Environment},
    embedded::{
        self,
        postgres::{self, Postgres},
    },
    failure::Failure,
    identity,
};
use crate::{
    kit::clock::Clock,
    service::{Services, Vault},
    store::{self, Db},
};

/// How often it is looked whether our own database still runs.
const LOOK: Duration = Duration::from_millis(500);

/// An open database, migrated, and the services over it.
#[derive(Debug)]
pub struct Backend {
    /// The use cases.
    pub services: Services,
    // Stopped after the pool was closed.
    postgres: Option<Postgres>,
}

/// Whether the data folder may be shared with a brandgraph that already runs on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// It is ours alone: a server.
    Alone,
    /// Its PostgreSQL may be another's: a command beside a running server.
    Beside,
}

impl Backend {
    /// Starts or finds the database and brings it to this version's schema.
    ///
    /// # Errors
    /// Where the database cannot be started, reached or migrated.
    pub async fn open(config: &Config, environment: &Environment, sharing: Sharing) -> Result<Self, Failure> {
        let (db, postgres) = connect(config, environment, sharing).await?;
        store::migrate(&db).await?;
        let auth = identity::settings(config)?;
        let vault = Vault::of(auth.secret.as_ref());
        let services = Services::new(db, Clock::system()).with_bin(config.bin).with_vault(vault);
        Ok(Self { services, postgres })
    }

    /// The address of the database, where it is ours.
    #[must_use]
    pub fn address(&self) -> Option<String> {
        self.postgres.as_ref().map(Postgres::main_url)
    }

    /// Completes where our own database ends without having been asked to, with what is to be said.
    pub fn lost(&self) -> impl Future<Output = String> + Send + use<> {
        let ours = self.postgres.as_ref().map(|postgres| (postgres.watch(), postgres.log().to_owned()));
        async move {
            let Some((watch, log)) = ours else { return std::future::pending().await };
            let mut look = tokio::time::interval(LOOK);
            loop {
                look.tick().await;
                if let Some(status) = watch.ended() {
                    let log = log.display();
                    return format!("the embedded PostgreSQL ended by itself ({status}); its log is {log}");
                }
            }
        }
    }

    /// Closes the pool, then stops the database where it is ours.
    pub async fn close(self) {
        self.services.db.close().await;
        stop(self.postgres).await;
    }
}

/// Opens the database as it is, without migrating it.
pub(super) async fn connect(
    config: &Config,
    environment: &Environment,
    sharing: Sharing,
) -> Result<(Db, Option<Postgres>), Failure> {
    let mut settings = config.database.clone();
    let mut postgres = None;
    if config.embedded_mode() {
        let folder = config.embedded.folder.clone();
        match start(&folder, environment).await {
            Ok(started) => {
                settings.url = started.main_url().into();
                postgres = Some(started);
            }
            Err(embedded::Error::InUse { address: Some(address), .. }) if sharing == Sharing::Beside => {
                settings.url = address.into();
            }
            Err(error) => return Err(error.into()),
        }
    }
    match Db::connect(&settings).await {
        Ok(db) => Ok((db, postgres)),
        Err(error) => {
            stop(postgres).await;
            Err(error.into())
        }
    }
}

/// Starts the private PostgreSQL off the runtime's threads: it waits for processes.
async fn start(folder: &Path, environment: &Environment) -> Result<Postgres, embedded::Error> {
    let settings = postgres::Settings {
        folder: folder.to_owned(),
        path: environment.find("PATH").map(Into::into),
        temporary: environment.temporary(),
        tuning: Vec::new(),
    };
    let folder: Arc<Path> = folder.into();
    tokio::task::spawn_blocking(move || Postgres::start(&settings)).await.unwrap_or_else(|error| {
        Err(embedded::Error::Io {
            what: "starting PostgreSQL in",
            path: folder.to_path_buf(),
            source: std::io::Error::other(error),
        })
    })
}

/// Stops the private PostgreSQL off the runtime's threads.
pub(super) async fn stop(postgres: Option<Postgres>) {
    if let Some(postgres) = postgres
        && tokio::task::spawn_blocking(move || drop(postgres)).await.is_err()
    {
        tracing::warn!("stopping PostgreSQL was interrupted");
    }
}
