//! PostgreSQL, concretely: the only layer that knows SQL.

mod db;
mod error;
pub mod event;
pub mod job;
mod migrate;
#[allow(dead_code, reason = "the read compiler and the index builder are next")]
mod path;
mod tx;

pub use db::{Db, Settings};
pub use migrate::{Migration, migrate, status};
pub use tx::Tx;
