//! Services that brandgraph brings along when none is configured, each a private child of this process.

mod account;
mod binaries;
mod error;
mod folder;
mod initdb;
pub mod objects;
pub mod postgres;
mod supervisor;

pub use error::Error;

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Where a program of the newest installed PostgreSQL should be.
///
/// # Errors
/// Where no supported PostgreSQL is installed.
pub fn program(path: Option<&OsStr>, data: &Path, name: &str) -> Result<PathBuf, Error> {
    // An empty folder holds no cluster, so that the newest version is found.
    binaries::Binaries::find(path, data, Path::new("")).map(|found| found.program(name))
}
