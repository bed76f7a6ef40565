//! Services that brandgraph brings along when none is configured, each a private child of this process.

mod account;
mod binaries;
mod error;
mod folder;
mod initdb;
pub mod postgres;
mod supervisor;

pub use error::Error;
