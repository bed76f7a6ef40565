//! Runs a mutation of several fields as one transaction (`@atomic`).

use async_graphql::{
    Positioned, Response, Value,
    parser::types::{Directive, ExecutableDocument},
    registry::{__DirectiveLocation, MetaDirective, Registry},
};

use super::{
    context::RequestContext,
    engine::{BrandSchema, executed, reply},
    error,
    message::{Reply, rejected},
};
use crate::{domain::Result, service::Unit};

/// The directive that makes one of a document's mutations.
const ATOMIC: &str = "atomic";

/// Declares the directive.
pub(super) fn register(registry: &mut Registry) {
    registry.add_directive(MetaDirective {
        name: ATOMIC.to_owned(),
        description: Some(
            "Makes one of everything that a mutation does: all of its fields, in one transaction, or none of them. Where one \
             fails, those after it are not tried, those before it are taken back, and every field is null."
                .to_owned(),
        ),
        locations: vec![__DirectiveLocation::MUTATION],
        args: Default::default(),
        is_repeatable: false,
        visible: None,
        composable: None,
    });
}

/// Whether an operation's directives make it one.
pub(super) fn atomic(directives: &[Positioned<Directive>]) -> bool {
    directives.iter().any(|directive| directive.node.name.node == ATOMIC)
}

/// Runs a mutation within one transaction, which is committed where nothing in it failed.
pub(super) async fn run(
    schema: &BrandSchema,
    document: ExecutableDocument,
    prepared: &RequestContext,
) -> Reply {
    match tried(schema, document, prepared).await {
        Ok(response) => reply(&response, prepared.request_id()),
        Err(error) => rejected(error::of_request(&error, prepared.request_id())),
    }
}

async fn tried(
    schema: &BrandSchema,
    document: ExecutableDocument,
    prepared: &RequestContext,
) -> Result<Response> {
    let joint = Unit::joint(&prepared.services).await?;
    let mut response = executed(schema, document, None, &prepared.within(&joint)).await;
    if joint.failed() {
        joint.rollback().await?;
        emptied(&mut response.data);
    } else {
        joint.commit(&prepared.services).await?;
    }
    Ok(response)
}

/// Takes out of the answer what was taken back; the type's own name stays.
fn emptied(data: &mut Value) {
    if let Value::Object(fields) = data {
        for value in fields.values_mut().filter(|value| !matches!(value, Value::String(_))) {
            *value = Value::Null;
        }
    }
}
