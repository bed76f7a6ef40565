//! An operation written so that each response key stands once: async-graphql runs a field as often as it is written down.

use async_graphql::{
    Positioned,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection, SelectionSet},
};

use super::{
    context::RequestContext,
    direct,
    document::{Document, Operation},
    select::Collected,
    types::{Types, innermost},
};
use crate::domain::Result;

/// The operation alone, with its root fields, and the fields of payloads, each written once. What stands below them is left as it
/// is, side by side. Directives on those fields are obeyed, and gone.
///
/// # Errors
/// `INVALID` where a directive's condition is none, or where one key stands for two things.
pub(super) fn operation(
    document: &Document,
    operation: Operation<'_>,
    types: &Types,
    request: &RequestContext,
) -> Result<ExecutableDocument> {
    let selector = direct::surroundings(document, operation).selector(request);
    let mut definition = operation.definition.clone();
    let at = definition.selection_set.pos;
    let root = operation.type_name();
    let fields = selector.collect(std::iter::once(&operation.definition.selection_set.node), root)?;
    let items = fields.values().map(|field| {
        // A payload is made by async-graphql, field by field; what a query reads is read in one go.
        let payload = types.field(root, field.name()).filter(|_| definition.ty == OperationType::Mutation);
        let inside = match payload {
            Some(payload) => {
                let fields = selector.collect(field.sets(), innermost(payload))?;
                SelectionSet { items: fields.values().map(|field| once(field, joined(field))).collect() }
            }
            None => joined(field),
        };
        Ok(once(field, inside))
    });
    let items = items.collect::<Result<_>>()?;
    definition.selection_set = Positioned::new(SelectionSet { items }, at);
    Ok(ExecutableDocument {
        operations: DocumentOperations::Single(Positioned::new(definition, at)),
        fragments: document.parsed.fragments.clone(),
    })
}

/// Every selection that stands below any of the fields.
fn joined(collected: &Collected<'_>) -> SelectionSet {
    SelectionSet { items: collected.sets().flat_map(|set| set.items.iter().cloned()).collect() }
}

fn once(collected: &Collected<'_>, selection_set: SelectionSet) -> Positioned<Selection> {
    let (field, at) = (collected.field(), collected.position());
    let field = Field {
        alias: field.alias.clone(),
        name: field.name.clone(),
        arguments: field.arguments.clone(),
        directives: Vec::new(),
        selection_set: Positioned::new(selection_set, field.selection_set.pos),
    };
    Positioned::new(Selection::Field(Positioned::new(field, at)), at)
}
