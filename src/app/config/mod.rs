//! The configuration: a file, then the environment over it, composed from the settings that each module owns.

mod check;
mod contract;
mod environment;
mod layers;
mod problem;
pub mod sources;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::telemetry;
use crate::{
    cache,
    domain::limits,
    graphql::persisted,
    http, objects,
    service::{asset_address, audit, authn, bin, throttle, upload},
    store, worker,
};

pub use contract::TEXT as CONTRACT;
pub use environment::Environment;
pub use problem::Problems;

/// The file that is read where no other is named; it may be missing.
const DEFAULT_FILE: &str = "brandgraph.toml";

/// Every setting of every module.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The section `audit`.
    pub audit: audit::Settings,
    /// The section `auth`.
    pub auth: authn::Settings,
    /// The section `bin`.
    pub bin: bin::Settings,
    /// The section `database`.
    pub database: store::Settings,
    /// The section `documents`.
    pub documents: persisted::Settings,
    /// The section `embedded`.
    pub embedded: Embedded,
    /// The section `http`.
    pub http: http::Settings,
    /// The section `images`.
    pub images: asset_address::Settings,
    /// The section `limits`.
    pub limits: limits::Settings,
    /// The section `log`.
    pub log: telemetry::Settings,
    /// The section `objects`.
    pub objects: objects::Settings,
    /// The section `quotas`.
    pub quotas: throttle::quota::Settings,
    /// The section `rate_limits`.
    pub rate_limits: throttle::Settings,
    /// The section `redis`.
    pub redis: cache::Settings,
    /// The section `uploads`.
    pub uploads: upload::Settings,
    /// The section `worker`.
    pub worker: worker::Settings,
    /// The sections `sources.NAME`.
    pub sources: sources::Sources,
}

/// Where brandgraph keeps what it brings along when no database is named.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Embedded {
    /// The data folder of the embedded PostgreSQL and of generated secrets.
    pub folder: PathBuf,
    /// Whether a brand is filled from the demo platform that comes with brandgraph.
    pub demo: bool,
}

impl Default for Embedded {
    fn default() -> Self {
        Self { folder: PathBuf::from("data"), demo: true }
    }
}

impl Config {
    /// Reads the named file, or `brandgraph.toml` where it exists, and puts the environment over it.
    ///
    /// # Errors
    /// Everything that is wrong, at once, each with the name of the setting and where it was given.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Self, Problems> {
        let file = match file {
            Some(path) => Some(path),
            None => Some(Path::new(DEFAULT_FILE)).filter(|path| path.exists()),
        };
        let mut problems = Problems::default();
        let layered = layers::build(file, environment, &mut problems)?;
        let config = Self::compose(&layered, &mut problems);
        check::all(&config, &layered, &mut problems);
        problems.or(config)
    }

    fn compose(layers: &layers::Layers, problems: &mut Problems) -> Self {
        Self {
            audit: problems.section(layers, "audit"),
            auth: problems.section(layers, "auth"),
            bin: problems.section(layers, "bin"),
            database: problems.section(layers, "database"),
            documents: problems.section(layers, "documents"),
            embedded: problems.section(layers, "embedded"),
            http: problems.section(layers, "http"),
            images: problems.section(layers, "images"),
            limits: problems.section(layers, "limits"),
            log: problems.section(layers, "log"),
            objects: problems.section(layers, "objects"),
            quotas: problems.section(layers, "quotas"),
            rate_limits: problems.section(layers, "rate_limits"),
            redis: problems.section(layers, "redis"),
            uploads: problems.section(layers, "uploads"),
            worker: problems.section(layers, "worker"),
            sources: sources::compose(layers, problems),
        }
    }

    /// Whether the demo platform is there, and pulled at the start.
    #[must_use]
    pub fn demo(&self) -> bool {
        self.embedded_mode() && self.embedded.demo
    }

    /// Whether no database is named, so that brandgraph brings its own.
    #[must_use]
    pub fn embedded_mode(&self) -> bool {
        use secrecy::ExposeSecret;
        self.database.url.expose_secret().is_empty()
    }
}
