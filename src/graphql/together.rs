//! Runs a mutation as one transaction: because it is to be one (`@atomic`), or because its answer is kept with what it wrote.

use async_graphql::{
    Positioned,
    parser::types::{Directive, ExecutableDocument, Selection},
    registry::{__DirectiveLocation, MetaDirective, Registry},
};
use async_graphql_value::Value;
use bytes::Bytes;
use serde_json::{Map, Value as Json};

use super::{
    context::RequestContext,
    engine::{BrandSchema, executed, reply},
    error,
    message::{Outcome, Reply, rejected},
    taken_back,
};
use crate::{
    domain::{Error, Result, node::NodeId},
    service::{Unit, anew::anew, batch::hold_named, idempotency::Keyed},
};

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

/// Runs a mutation within one transaction: one that is all or nothing, or one whose client gave it a key. What the key stands for
/// is answered as it was the first time. The answer is kept where anything in it came to a good end; otherwise nothing was
/// written, and the same request may be tried again.
pub(super) async fn run(
    schema: &BrandSchema,
    document: ExecutableDocument,
    prepared: &RequestContext,
    keyed: Option<&Keyed>,
) -> Reply {
    match anew(&prepared.services, || tried(schema, document.clone(), prepared, keyed)).await {
        Ok(reply) => reply,
        Err(error) => rejected(error::of_request(&error, prepared.request_id())),
    }
}

async fn tried(
    schema: &BrandSchema,
    document: ExecutableDocument,
    prepared: &RequestContext,
    keyed: Option<&Keyed>,
) -> Result<Reply> {
    let joint = Unit::joint(&prepared.services).await?;
    if !prepared.atomic {
        joint.separate();
    }
    if let Some(keyed) = keyed
        && let Some(answer) = keyed.claim(&prepared.services, &joint).await?
    {
        joint.rollback().await?;
        let body = Bytes::from(answer);
        return Ok(Reply { outcome: Outcome::Replayed, operation: None, body, limited: None });
    }
    let named = named(&document, &prepared.variables);
    if let Err(error) = hold_named(&joint, &prepared.caller, &named).await {
        joint.rollback().await?;
        return Err(error);
    }
    let fields = taken_back::fields(&document);
    let mut response = executed(schema, document, None, &prepared.within(&joint)).await;
    if let Some(error) = joint.passing() {
        // Others stood in the way: nobody has heard of it yet, and it is run anew.
        if error.contended() {
            joint.rollback().await?;
            return Err(error);
        }
        // An answer that is kept is given for a day: what may go well the next time is no part of it.
        if keyed.is_some() && !prepared.atomic && joint.succeeded() {
            joint.rollback().await?;
            return Err(not_kept(&error));
        }
    }
    let whole = !prepared.atomic || !joint.failed();
    if !whole {
        taken_back::told(&mut response, &fields, joint.cause(), prepared.request_id());
    }
    let reply = reply(&response, prepared.request_id());
    if whole && joint.succeeded() {
        if let Some(keyed) = keyed
            && let Err(error) = keyed.keep(&joint, &reply.body).await
        {
            joint.rollback().await?;
            return Err(error);
        }
        joint.commit(&prepared.services).await?;
    } else {
        joint.rollback().await?;
    }
    Ok(reply)
}

/// What the fields of a document name as what they change.
fn named(document: &ExecutableDocument, variables: &Map<String, Json>) -> Vec<NodeId> {
    let given = |value: &Value| match value {
        Value::Variable(name) => variables.get(name.as_str())?.get("id")?.as_str().map(str::to_owned),
        Value::Object(fields) => match fields.get("id")? {
            Value::Variable(name) => variables.get(name.as_str())?.as_str().map(str::to_owned),
            Value::String(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let arguments = sets.flat_map(|set| &set.items).filter_map(|item| match &item.node {
        Selection::Field(field) => field.node.get_argument("input"),
        _ => None,
    });
    let ids = arguments.filter_map(|argument| given(&argument.node));
    ids.filter_map(|id| NodeId::parse(&id, "id").ok()).collect()
}

/// What is said where a part of a keyed request could not be done for now.
fn not_kept(error: &Error) -> Error {
    let message = format!(
        "a part of the request could not be done for now, so nothing of it was written and its key is free; send it again ({})",
        error.message()
    );
    Error::new(error.code(), message)
}
