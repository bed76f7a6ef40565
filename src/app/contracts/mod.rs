//! The contracts in `schema/`: each file as the code would write it.

mod database;
mod tables;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use database::{Error, pg_dump};

/// One file of `schema/`, as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// The file's name.
    pub file: &'static str,
    /// All of it.
    pub text: String,
}

/// How a file differs from what the code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drift {
    /// There is no such file.
    Missing,
    /// The file has another text; the first line that differs, from 1.
    FromLine(usize),
}

impl Contract {
    /// How the file in this folder differs, if it does.
    ///
    /// # Errors
    /// Where the file exists and cannot be read.
    pub fn drift(&self, folder: &Path) -> io::Result<Option<Drift>> {
        let found = match fs::read_to_string(self.path(folder)) {
            Ok(found) => found,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(Drift::Missing)),
            Err(error) => return Err(error),
        };
        if found == self.text {
            return Ok(None);
        }
        let same = found.lines().zip(self.text.lines()).take_while(|(ours, theirs)| ours == theirs).count();
        Ok(Some(Drift::FromLine(same + 1)))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(self.path(folder), &self.text)
    }

    fn path(&self, folder: &Path) -> PathBuf {
        folder.join(self.file)
    }
}

/// The contracts that follow from the code alone.
///
/// # Errors
/// Where the catalog contradicts itself.
pub fn of_code() -> crate::domain::Result<Vec<Contract>> {
    Ok(vec![
        Contract { file: "errors.txt", text: tables::errors() },
        Contract { file: "limits.txt", text: tables::limits() },
        Contract { file: "permissions.txt", text: tables::permissions()? },
    ])
}

/// The contract of the graph: its schema in SDL.
#[must_use]
pub fn of_graph(sdl: String) -> Contract {
    Contract { file: "schema.graphql", text: sdl }
}

/// The contract of the database: the schema that a migrated one has.
///
/// # Errors
/// Where `pg_dump` fails.
pub fn of_database(pg_dump: &Path, url: &str) -> Result<Contract, Error> {
    database::schema(pg_dump, url).map(|text| Contract { file: "database.sql", text })
}
