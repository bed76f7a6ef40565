//! PostgreSQL, concretely: the only layer that knows SQL.

mod db;
mod error;
pub mod event;
pub mod import;
pub mod job;
mod migrate;
mod path;
pub mod read;
mod tx;

pub use db::{Db, Settings};
pub use migrate::{Migration, migrate, status};
pub use tx::Tx;
