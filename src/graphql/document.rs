//! Documents, parsed and validated once and kept: what a known document costs later is its execution.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Name, Pos, Positioned, ServerError,
    parser::{
        self,
        types::{
            DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, OperationType,
            Selection, SelectionSet,
        },
    },
};

use super::{
    cost::{Cost, Pricing},
    cycle, measure,
    nesting::shape,
    select::Root,
};
use crate::domain::{Error, Result, limits::Settings};

/// How much of a word that cannot be read is told, in characters.
const SHOWN: usize = 40;
/// Documents larger than this, in bytes, are not kept.
const MAX_KEPT: usize = 32 * 1024;
/// How much memory the kept documents may take together, in bytes.
const KEPT: u64 = 24 * 1024 * 1024;
/// How much memory a parsed document takes for each byte of its text, as measured with short fields.
const PER_BYTE: usize = 20;

/// A document that parsed.
#[derive(Debug)]
pub(super) struct Document {
    /// What was parsed.
    pub(super) parsed: ExecutableDocument,
    /// What its operations cost, by name; worked out once, when it is known to be valid.
    costs: OnceLock<Vec<(Option<Name>, Cost)>>,
}

/// One operation of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operation<'d> {
    /// Its name, where the document gives it one.
    pub(super) name: Option<&'d Name>,
    /// The operation.
    pub(super) definition: &'d OperationDefinition,
    /// Whether it is a query of nothing but reads and introspection, whose reads async-graphql's executor has no part in.
    pub(super) reads_only: bool,
    /// Whether it asks for the schema, which the executor answers.
    pub(super) introspects: bool,
}

impl Operation<'_> {
    /// The name of the type that its fields are of.
    pub(super) fn type_name(&self) -> &'static str {
        match self.definition.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        }
    }
}

impl Document {
    /// Parses a document.
    ///
    /// # Errors
    /// What is wrong, as async-graphql says it; `LIMIT_EXCEEDED` where it is larger than it may be.
    pub(super) fn parse(text: &str, limits: &Settings) -> Result<Self, Refusal> {
        within(("document_bytes", "bytes of a document"), limits.document_bytes, text.len())?;
        let shape = shape(text).map_err(|at| Refusal::Syntax(Box::new(unended(text, at))))?;
        within(("tokens", "tokens of a document"), limits.tokens, shape.tokens as usize)?;
        within(("nesting", "levels of nested braces"), limits.nesting, shape.nesting as usize)?;
        let parsed = parser::parse_query(text)
            .map_err(|error| Refusal::Syntax(Box::new(syntax_error(text, error))))?;
        within(
            ("operations", "operations of a document"),
            limits.operations,
            parsed.operations.iter().count(),
        )?;
        // Everything after this walks fragments recursively, so their number bounds the stack.
        within(("fragments", "fragments of a document"), limits.fragments, parsed.fragments.len())?;
        if let Some(circle) = cycle::find(&parsed) {
            return Err(Refusal::Syntax(Box::new(circle)));
        }
        measure::bounded(&parsed, limits).map_err(Refusal::Limit)?;
        Ok(Self { parsed, costs: OnceLock::new() })
    }

    /// What an operation costs.
    pub(super) fn cost(&self, operation: Operation<'_>, prices: &Pricing<'_>) -> Option<&Cost> {
        let costs = self.costs.get_or_init(|| {
            let operations = self.parsed.operations.iter();
            operations.map(|(name, one)| (name.cloned(), prices.operation(&self.parsed, &one.node))).collect()
        });
        costs.iter().find(|(name, _)| name.as_ref() == operation.name).map(|(_, cost)| cost)
    }

    /// The operation to run.
    ///
    /// # Errors
    /// `INVALID` where the name fits none, or none was given and there are several.
    pub(super) fn operation(&self, name: Option<&str>) -> Result<Operation<'_>> {
        let found = match (&self.parsed.operations, name) {
            (DocumentOperations::Single(one), None) => Some((None, one)),
            // A single operation is one without a name.
            (DocumentOperations::Single(_), Some(_)) => None,
            (DocumentOperations::Multiple(many), Some(name)) => {
                many.get_key_value(name).map(|(name, one)| (Some(name), one))
            }
            (DocumentOperations::Multiple(many), None) if many.len() == 1 => {
                many.iter().next().map(|(name, one)| (Some(name), one))
            }
            (DocumentOperations::Multiple(_), None) => None,
        };
        let (name, definition) =
            found.map(|(name, found)| (name, &found.node)).ok_or_else(|| match name {
                Some(name) => Error::invalid(
                    "operationName",
                    "unknown",
                    format!("there is no operation named \"{name}\""),
                ),
                None => Error::invalid("operationName", "required", "the document has several operations"),
            })?;
        let reads_only = definition.ty == OperationType::Query
            && definition.directives.is_empty()
            && every(&definition.selection_set.node, &self.parsed.fragments, 0, &|name| {
                matches!(name, "__typename" | "viewer") || introspection(name) || Root::find(name).is_some()
            });
        let introspects =
            !every(&definition.selection_set.node, &self.parsed.fragments, 0, &|name| !introspection(name));
        Ok(Operation { name, definition, reads_only, introspects })
    }
}

/// Why a document was refused.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is no GraphQL.
    Syntax(Box<ServerError>),
    /// It is too large.
    Limit(Error),
}

fn within(what: (&'static str, &'static str), bound: u32, value: usize) -> Result<(), Refusal> {
    if value > bound as usize {
        return Err(Refusal::Limit(Error::limit(what, bound, value as u64)));
    }
    Ok(())
}

/// The refusal of a document whose text that begins at `at` has no end.
fn unended(text: &str, at: usize) -> ServerError {
    let before = text.get(..at).unwrap_or_default();
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    ServerError::new(
        format!("syntax error at line {line}, column {column}: the text that begins here does not end"),
        Some(Pos { line, column }),
    )
}

/// What stands where the parser could go no further. Its own message is a drawing of the document, several lines long.
fn syntax_error(text: &str, error: parser::Error) -> ServerError {
    let start = match &error {
        parser::Error::Syntax { start, .. } => *start,
        _ => return error.into(),
    };
    let line = text.split('\n').nth(start.line.saturating_sub(1)).unwrap_or_default();
    let rest: String = line.chars().skip(start.column.saturating_sub(1)).take(SHOWN).collect();
    let rest = rest.trim_start();
    let word = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    let found = match (word, rest.chars().next()) {
        ("", None) => "the end of the line".to_owned(),
        ("", Some(sign)) => format!("`{sign}`"),
        (word, _) => format!("`{word}`"),
    };
    let message =
        format!("syntax error at line {}, column {}: did not expect {found}", start.line, start.column);
    ServerError::new(message, Some(start))
}

/// Whether a root field asks for the schema.
pub(super) fn introspection(name: &str) -> bool {
    matches!(name, "__schema" | "__type")
}

/// Whether every field of a set, those of its fragments too, has such a name.
fn every(
    set: &SelectionSet,
    fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
    depth: u8,
    fits: &dyn Fn(&str) -> bool,
) -> bool {
    depth < 8
        && set.items.iter().all(|item| match &item.node {
            Selection::Field(field) => fits(field.node.name.node.as_str()),
            Selection::InlineFragment(inline) => {
                every(&inline.node.selection_set.node, fragments, depth + 1, fits)
            }
            Selection::FragmentSpread(spread) => fragments
                .get(&spread.node.fragment_name.node)
                .is_some_and(|fragment| every(&fragment.node.selection_set.node, fragments, depth + 1, fits)),
        })
}

/// The documents that were found valid, by their text.
#[derive(Debug, Clone)]
pub(super) struct Documents(moka::sync::Cache<String, Arc<Document>>);

impl Documents {
    /// None yet.
    pub(super) fn new() -> Self {
        let weigher = |text: &String, _: &Arc<Document>| {
            u32::try_from(text.len().saturating_mul(PER_BYTE).saturating_add(2_048)).unwrap_or(u32::MAX)
        };
        Self(moka::sync::Cache::builder().max_capacity(KEPT).weigher(weigher).build())
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
