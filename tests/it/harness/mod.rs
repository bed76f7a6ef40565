//! The small language that tests are written in: a migrated database each, an application on it, personas that ask.

mod actor;
mod app;
mod cluster;
mod database;
mod objects;
mod persona;
mod redis;
mod template;
mod wire;

pub use actor::{member, own, user};
pub use app::TestApp;
pub use database::TestDb;
pub use objects::Attic;
pub use persona::Persona;
pub use redis::Redis;
pub use wire::Wire;
