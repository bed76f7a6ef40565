//! The database's contract: what `pg_dump` says of a migrated database, without what is no part of its schema.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::super::embedded;

/// What kept the schema from being read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `pg_dump` is not where PostgreSQL's server is.
    #[error(
        "pg_dump was not found beside PostgreSQL's server; install the distribution's package (postgresql)"
    )]
    NotFound,
    /// No PostgreSQL was found at all.
    #[error(transparent)]
    Binaries(#[from] embedded::Error),
    /// `pg_dump` could not be started.
    #[error("pg_dump could not be started: {0}")]
    Io(#[from] std::io::Error),
    /// `pg_dump` failed.
    #[error("pg_dump failed: {0}")]
    Failed(String),
}

/// Finds `pg_dump`: the one of the newest installed version can read every older server.
///
/// # Errors
/// Where it is not installed.
pub fn pg_dump(path: Option<&OsStr>, data: &Path) -> Result<PathBuf, Error> {
    let program = embedded::program(path, data, "pg_dump")?;
    if program.is_file() { Ok(program) } else { Err(Error::NotFound) }
}

/// The schema as SQL.
pub(super) fn schema(pg_dump: &Path, url: &str) -> Result<String, Error> {
    let output = Command::new(pg_dump)
        .args([
            "--schema-only",
            "--no-owner",
            "--no-privileges",
            "--exclude-table=seaql_migrations",
            "--dbname",
            url,
        ])
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        return Err(Error::Failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    Ok(normalised(&String::from_utf8_lossy(&output.stdout)))
}

/// Drops what depends on the version of `pg_dump` and not on the schema: comments, session settings, its own commands.
fn normalised(dump: &str) -> String {
    let noise = |line: &str| {
        line.starts_with("--")
            || line.starts_with("SET ")
            || line.starts_with('\\')
            || line.starts_with("SELECT pg_catalog.set_config(")
            || line.starts_with("COMMENT ON EXTENSION ")
    };
    let mut text = "-- The schema of a database with every migration applied. Renewed by `brandgraph contracts --write`.\n".to_owned();
    let mut empty = true;
    for line in dump.lines().filter(|line| !noise(line)) {
        if line.is_empty() {
            empty = true;
            continue;
        }
        if empty {
            text.push('\n');
            empty = false;
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::normalised;

    #[test]
    fn what_is_no_schema_is_dropped() {
        let dump = "--\n-- PostgreSQL\n--\n\n\\restrict x\n\nSET a = 1;\n\nCREATE TABLE a (\n    id int\n);\n\n\n\nCREATE TABLE b ();\n";
        let text = normalised(dump);
        let (_, schema) = text.split_once('\n').unwrap();
        assert_eq!(schema, "\nCREATE TABLE a (\n    id int\n);\n\nCREATE TABLE b ();\n");
    }
}
