//! Use cases: authorize, decide, write, record.

mod aftermath;
pub mod anew;
pub mod asset;
pub mod asset_address;
pub mod audit;
pub mod authn;
pub mod batch;
pub mod bin;
pub mod brand;
pub mod bulk;
mod caller;
pub mod category;
pub mod content_type;
pub mod credential;
pub mod entry;
pub mod explain;
pub mod export;
pub mod idempotency;
pub mod import;
mod joint;
mod library;
pub mod member;
pub mod role;
pub mod roles;
mod schemas;
pub mod signing;
pub mod source;
pub mod source_brand;
pub mod source_sync;
mod source_types;
pub mod tag;
pub mod throttle;
mod unit;
pub mod upload;
mod vault;
mod waiting;

use std::sync::Arc;

use tokio::sync::Mutex;

use crate::{kit::clock::Clock, store::Db};

pub use caller::Caller;
pub use joint::Joint;
pub use library::{Library, Reading, WantedLocale};
pub use schemas::Schemas;
pub use unit::Unit;
pub use vault::Vault;
pub use waiting::{Asker, Waiting};

/// The adapters that every use case works with; cheap to clone.
#[derive(Debug, Clone)]
pub struct Services {
    /// The database.
    pub db: Db,
    /// Time.
    pub clock: Clock,
    /// Compiled schemas of content types.
    pub schemas: Schemas,
    /// How long deleted entries are kept.
    pub bin: bin::Settings,
    /// What roles there are and who holds them.
    pub roles: roles::Roles,
    /// What was refused and is still to be written into the record.
    pub refusals: audit::Refusals,
    /// What callers have spent of their quotas.
    pub quotas: throttle::quota::Ledger,
    /// Credentials that were looked up lately.
    pub credentials: credential::KnownCredentials,
    /// The keys of what is secret in the database.
    pub vault: Vault,
    /// The transaction that every unit takes part in, where several are to be one.
    pub joint: Option<Joint>,
    /// Whose turn it is to run anew what others stood in the way of.
    pub turn: Arc<Mutex<()>>,
    /// Where files are kept, and the rules for them.
    pub media: upload::Media,
}

impl Services {
    /// The adapters around a database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self {
            db,
            clock,
            schemas: Schemas::default(),
            bin: bin::Settings::default(),
            roles: roles::Roles::default(),
            refusals: audit::Refusals::default(),
            quotas: throttle::quota::Ledger::default(),
            credentials: credential::KnownCredentials::default(),
            vault: Vault::of(None),
            joint: None,
            turn: Arc::default(),
            media: upload::Media::default(),
        }
    }

    /// The same with another retention of deleted entries.
    #[must_use]
    pub fn with_bin(self, bin: bin::Settings) -> Self {
        Self { bin, ..self }
    }

    /// The same, whose units all take part in a transaction.
    #[must_use]
    pub fn within(&self, joint: &Joint) -> Self {
        Self { joint: Some(joint.clone()), schemas: self.schemas.within(joint), ..self.clone() }
    }

    /// The same with a place for files.
    #[must_use]
    pub fn with_media(self, media: upload::Media) -> Self {
        Self { media, ..self }
    }

    /// The same with the keys of the installation's secret.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }
}
