//! Documents, parsed and validated once and kept: what a known document costs later is its execution.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
        Selection, SelectionSet,
    },
};

use super::select::Root;
use crate::domain::{Error, Result};

/// How many fields a document may have once its fragments are written out.
const MAX_FIELDS: u64 = 5_000;
/// Documents larger than this, in bytes, are not kept.
const MAX_KEPT: usize = 32 * 1024;
/// How many documents are kept.
const KEPT: u64 = 2_000;

/// A document that parsed.
#[derive(Debug)]
pub(super) struct Document {
    /// What was parsed.
    pub(super) parsed: ExecutableDocument,
}

/// One operation of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation<'d> {
    /// The operation.
    pub(super) definition: &'d OperationDefinition,
    /// Whether it is a query of nothing but nouns, which is answered without async-graphql's executor.
    pub(super) reads_only: bool,
}

impl Document {
    /// Parses a document.
    ///
    /// # Errors
    /// What is wrong, as async-graphql says it; `LIMIT_EXCEEDED` where its fragments write out to too many fields.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let parsed = async_graphql::parser::parse_query(text)
            .map_err(|error| Refusal::Syntax(Box::new(error.into())))?;
        let size = size(&parsed);
        if size > MAX_FIELDS {
            return Err(Refusal::Limit(Error::limit(
                "fields of a document, fragments written out",
                MAX_FIELDS,
                size,
            )));
        }
        Ok(Self { parsed })
    }

    /// The operation to run.
    ///
    /// # Errors
    /// `INVALID` where the name fits none, or none was given and there are several.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<Operation<'_>> {
        let definition = match (&self.parsed.operations, name) {
            (DocumentOperations::Single(one), None) => Some(one),
            // A single operation is one without a name.
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(many), Some(name)) => many.get(name),
            (DocumentOperations::Multiple(many), None) if many.len() == 1 => many.values().next(),
            (DocumentOperations::Multiple(_), None) => None,
        };
        let definition = definition.map(|found| &found.node).ok_or_else(|| match name {
            Some(name) => Error::invalid("operationName", "unknown", format!("there is no operation {name}")),
            None => Error::invalid("operationName", "required", "the document has several operations"),
        })?;
        let reads_only = definition.ty == OperationType::Query
            && definition.directives.is_empty()
            && reads(&definition.selection_set.node, &self.parsed.fragments, 0);
        Ok(Operation { definition, reads_only })
    }
}

/// Why a document was refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is no GraphQL.
    Syntax(Box<async_graphql::ServerError>),
    /// It is too large.
    Limit(Error),
}

fn reads(set: &SelectionSet, fragments: &HashMap<Name, Positioned<FragmentDefinition>>, depth: u8) -> bool {
    depth < 8
        && set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                name == "__typename" || Root::find(name).is_some()
            }
            Selection::InlineFragment(inline) => reads(&inline.node.selection_set.node, fragments, depth + 1),
            Selection::FragmentSpread(spread) => fragments
                .get(&spread.node.fragment_name.node)
                .is_some_and(|fragment| reads(&fragment.node.selection_set.node, fragments, depth + 1)),
        })
}

/// The number of fields with every fragment written out where it is spread, each fragment counted once. A document of 1 kB
/// can write out to 2^32 fields, and validation would walk them all.
fn size(document: &ExecutableDocument) -> u64 {
    let mut known = HashMap::new();
    document
        .operations
        .iter()
        .map(|(_, operation)| set_size(&operation.node.selection_set.node, document, &mut known))
        .fold(0, u64::saturating_add)
}

fn set_size<'d>(
    set: &'d SelectionSet,
    document: &'d ExecutableDocument,
    known: &mut HashMap<&'d Name, u64>,
) -> u64 {
    let mut total = 0_u64;
    for item in &set.items {
        let size = match &item.node {
            Selection::Field(field) => {
                set_size(&field.node.selection_set.node, document, known).saturating_add(1)
            }
            Selection::InlineFragment(inline) => set_size(&inline.node.selection_set.node, document, known),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match (known.get(name), document.fragments.get(name)) {
                    (Some(size), _) => *size,
                    (None, Some(fragment)) => {
                        // A fragment that spreads itself counts as nothing inside itself; validation refuses it.
                        known.insert(name, 0);
                        let size = set_size(&fragment.node.selection_set.node, document, known);
                        known.insert(name, size);
                        size
                    }
                    (None, None) => 0,
                }
            }
        };
        total = total.saturating_add(size);
    }
    total
}

/// The documents that were found valid, by their text.
#[derive(Debug, Clone)]
pub(super) struct Documents(moka::sync::Cache<String, Arc<Document>>);

impl Documents {
    /// None yet.
    pub(super) fn new() -> Self {
        Self(moka::sync::Cache::new(KEPT))
    }

    /// The document of that text, if it was found valid before.
    pub(super) fn find(&self, text: &str) -> Option<Arc<Document>> {
        self.0.get(text)
    }

    /// Keeps a valid document.
    pub(super) fn keep(&self, text: String, document: Arc<Document>) {
        if text.len() <= MAX_KEPT {
            self.0.insert(text, document);
        }
    }
}
