//! The small language that tests are written in: a migrated database each, an application on it, personas that ask.

mod cluster;
mod database;
mod template;

pub use database::TestDb;
