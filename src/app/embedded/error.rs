//! Why an embedded service could not be started, in words that say what to do.

use std::{io, path::PathBuf};

/// What kept an embedded service from starting or stopping.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No PostgreSQL binaries of a supported version are on this machine.
    #[error(
        "no PostgreSQL 15 to 18 was found (looked in {searched}); `scripts/run` installs it, or name a server with DATABASE_URL"
    )]
    NotFound {
        /// The places that were searched, separated by commas.
        searched: String,
    },
    /// The data folder was made by a major version that is not here.
    #[error("{} was made by PostgreSQL {wanted}, but only version {found} is installed", folder.display())]
    WrongVersion {
        /// The cluster's folder.
        folder: PathBuf,
        /// The major version that made it.
        wanted: u32,
        /// The major versions on this machine, separated by commas.
        found: String,
    },
    /// Another process holds the data folder.
    #[error("the data folder {} is in use by another brandgraph (process {owner})", folder.display())]
    InUse {
        /// The data folder.
        folder: PathBuf,
        /// The process id that the other one wrote down, or a question mark.
        owner: String,
        /// The address of its database, once that answers.
        address: Option<String>,
    },
    /// We are root, PostgreSQL may not be, and there is no folder both can reach.
    #[error("PostgreSQL must not run as root, and user {uid} can reach neither {} nor {}", wanted.display(), tried.display())]
    Unreachable {
        /// The user id that PostgreSQL would run under.
        uid: u32,
        /// The folder that was asked for.
        wanted: PathBuf,
        /// The folder that was tried instead.
        tried: PathBuf,
    },
    /// A file or a process could not be handled.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was being done, as a verb (`creating`).
        what: &'static str,
        /// To what.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A program of PostgreSQL's ended with an error.
    #[error("{} failed ({status}): {output}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// How it ended.
        status: String,
        /// The end of what it printed.
        output: String,
    },
    /// The server was started, but is not ready in time.
    #[error("PostgreSQL was not ready after {seconds} s; its log is {}", log.display())]
    NotReady {
        /// How long was waited, in seconds.
        seconds: u64,
        /// Where its log is.
        log: PathBuf,
    },
}

/// Names the file an I/O error belongs to.
pub(super) trait At<T> {
    /// Adds what was being done, and to what.
    fn at(self, what: &'static str, path: &std::path::Path) -> Result<T, Error>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, what: &'static str, path: &std::path::Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io { what, path: path.to_owned(), source })
    }
}
