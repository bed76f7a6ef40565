//! The catalog: the one table of nouns that schema, planner and permissions are made from.

mod access;
mod asset;
mod audit;
mod brand;
mod content_type;
mod credential;
mod entry;
mod field;
mod noun;
mod source;
mod taxonomy;
mod types;
mod upload;

use std::sync::Arc;

use indexmap::IndexMap;

pub use field::{Argument, Column, Field, Join, Presence, Read, Relation};
pub use noun::{Noun, Scope};
pub use types::{EnumType, EnumValue, IMAGE_FORMAT, Scalar};

use super::{Error, Result};

/// Every noun by its GraphQL name. It is a value: a brand's own fields make a new catalog at run time.
#[derive(Debug, Clone)]
pub struct Catalog {
    nouns: IndexMap<String, Arc<Noun>>,
}

impl Catalog {
    /// The nouns that every installation has.
    ///
    /// # Errors
    /// `INTERNAL` where a relation leads to a noun that is not declared.
    pub fn built_in() -> Result<Self> {
        Self::of(
            [
                brand::brand(),
                brand::locale(),
                content_type::content_type(),
                entry::entry(),
                entry::version(),
                taxonomy::tag(),
                taxonomy::category(),
                asset::asset(),
                upload::upload(),
                source::source(),
                source::run(),
                audit::record(),
                access::role(),
                access::member(),
                credential::api_key(),
                credential::application(),
            ]
            .into(),
        )
    }

    /// A catalog of these nouns.
    ///
    /// # Errors
    /// `INTERNAL` where a relation leads to a noun that is not among them, `CONFLICT` where two have one name.
    pub fn of(nouns: Vec<Noun>) -> Result<Self> {
        let mut named = IndexMap::with_capacity(nouns.len());
        for noun in nouns {
            if let Some(other) = named.insert(noun.name.to_string(), Arc::new(noun)) {
                let message = format!("two nouns have the name {}", other.name);
                return Err(Error::new(super::Code::Conflict, message));
            }
        }
        let catalog = Self { nouns: named };
        for noun in catalog.nouns() {
            for field in &noun.fields {
                if let Some(relation) = field.read.relation() {
                    catalog.noun(relation.noun)?;
                }
            }
        }
        Ok(catalog)
    }

    /// The same catalog with more fields on one noun, as a brand's content type brings them at run time.
    ///
    /// # Errors
    /// `INTERNAL` for an unknown noun, `CONFLICT` where the noun has a field of that name.
    pub fn with_fields(&self, noun: &str, fields: Vec<Field>) -> Result<Self> {
        let mut wider = Noun::clone(self.noun(noun)?);
        for field in fields {
            if wider.field(&field.name).is_some() {
                let message = format!("{noun} has a field {} already", field.name);
                return Err(Error::new(super::Code::Conflict, message));
            }
            wider.fields.push(field);
        }
        let mut nouns = self.nouns.clone();
        nouns.insert(noun.to_owned(), Arc::new(wider));
        Ok(Self { nouns })
    }

    /// The noun of that GraphQL name.
    ///
    /// # Errors
    /// `INTERNAL` where there is none: names come from the catalog itself.
    pub fn noun(&self, name: &str) -> Result<&Arc<Noun>> {
        self.nouns.get(name).ok_or_else(|| Error::internal(format!("the catalog has no noun {name}")))
    }

    /// Every noun, in the order of declaration.
    pub fn nouns(&self) -> impl Iterator<Item = &Arc<Noun>> {
        self.nouns.values()
    }
}
