//! What a document costs, told without running it: for tools, and for measurements.

use serde_json::{Map, Value};

use super::{
    cost::Pricing,
    document::{Document, Refusal},
    types::Types,
};
use crate::domain::{Code, Error, Result, catalog::Catalog, limits::Settings};

/// A document with a price.
#[derive(Debug)]
pub struct Quote {
    document: Document,
    types: Types,
    catalog: Catalog,
}

impl Quote {
    /// Parses a document, within the bounds of documents, against a schema in SDL.
    ///
    /// # Errors
    /// `INVALID` where it is none, `LIMIT_EXCEEDED` where it is larger than a document may be.
    pub fn new(sdl: &str, query: &str) -> Result<Self> {
        let document = Document::parse(query, &Settings::DEFAULT).map_err(|refusal| match refusal {
            Refusal::Syntax(error) => Error::new(Code::Invalid, error.message),
            Refusal::Limit(error) => error,
        })?;
        Ok(Self { document, types: Types::of_sdl(sdl)?, catalog: Catalog::built_in()? })
    }

    /// What its only operation costs with these variables, in points.
    ///
    /// # Errors
    /// `INVALID` where it has several operations.
    pub fn points(&self, variables: &Map<String, Value>) -> Result<u64> {
        let operation = self.document.operation(None)?;
        let pricing = Pricing { types: &self.types, catalog: &self.catalog };
        Ok(self.document.cost(operation, &pricing).map_or(0, |cost| cost.of(variables)))
    }
}
