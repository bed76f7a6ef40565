//! The one function that reads YAML; its errors say file, line, column and what is wrong.

use serde::de::DeserializeOwned;
use serde_saphyr::{RenderOptions, SnippetMode, Spanned};

use crate::domain::{Error, Result};

/// Connector files are small; a larger one is a mistake. Bytes.
pub const MAX_FILE: usize = 256 * 1024;

/// Reads one YAML document. `file` is the name that errors show.
///
/// # Errors
/// `INVALID` where the text is not YAML or does not have the form asked for.
pub fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T> {
    if text.len() > MAX_FILE {
        return Err(Error::limit("a connector file's size in bytes", MAX_FILE as u64, text.len() as u64));
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let place = match error.location() {
            Some(at) => Place { file, line: at.line(), column: at.column() }.to_string(),
            None => file.to_owned(),
        };
        let mut options = RenderOptions::default();
        options.snippets = SnippetMode::Off;
        let rendered = error.render_with_options(options);
        // The renderer ends with its own position, which the path already shows.
        let message = rendered.split(" at line ").next().unwrap_or(&rendered).trim().to_owned();
        Error::invalid(place, "yaml", message).with_source(error)
    })
}

/// A position in a connector file, as editors and terminals understand it: `file:line:column`.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file.
    pub file: &'a str,
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
}

impl<'a> Place<'a> {
    /// Where a value stands in its file.
    #[must_use]
    pub fn of<T>(file: &'a str, value: &Spanned<T>) -> Self {
        Self { file, line: value.referenced.line(), column: value.referenced.column() }
    }
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
