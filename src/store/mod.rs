//! PostgreSQL, concretely: the only layer that knows SQL.

pub mod asset;
pub mod audit;
pub mod bin;
pub mod brand;
pub mod bulk;
pub mod category;
pub mod content_type;
pub mod covered;
pub mod credential;
mod db;
mod differs;
mod entity;
pub mod entry;
pub mod entry_link;
mod error;
pub mod field_index;
mod image;
pub mod job;
mod life;
mod lock;
mod migrate;
mod path;
pub mod read;
mod readers;
pub mod reference;
pub mod signing_key;
pub mod source;
mod sql;
pub mod tag;
mod tx;
pub mod unique;

pub use db::{Db, Settings};
pub use life::Life;
pub use lock::Lock;
pub use migrate::{Migration, migrate, status};
pub use tx::Tx;
