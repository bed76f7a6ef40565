//! The mutation that does many changes at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, Object, SimpleObject};
use serde_json::{Value, json};

use super::{
    answer::{Shape, Told},
    input::{Batch, Given},
    results::{BatchStatus, Results},
};
use crate::{
    domain::{
        Error, Result, Violation,
        access::{Actor, Permission},
        batch::Mode,
        node::Kind,
    },
    graphql::{
        change::Payload,
        context::{self, RequestContext},
        error::noted,
        planned,
        read::Surroundings,
    },
    service::{
        Unit,
        anew::anew,
        batch::{self, Outcome},
    },
};

/// What became of a batch.
#[derive(Debug, SimpleObject)]
pub(super) struct BatchPayload {
    /// Whether what was done is lasting: not after a dry run, nor where an operation of an `ATOMIC` batch failed.
    committed: bool,
    /// How many operations failed.
    failed: i32,
    /// What became of each operation, in their order.
    results: Results,
}

/// The mutation of many changes.
#[derive(Debug, Default)]
pub(in crate::graphql) struct BatchMutation;

#[Object]
impl BatchMutation {
    /// Does up to 1,000 changes of content in one transaction, in order: all of them or none (`ATOMIC`), or each on its own
    /// (`PER_ITEM`). Each needs what the mutation of its name needs, and leaves the same record.
    async fn batch(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The operations, and how they stand together.")] input: Given,
    ) -> Payload<BatchPayload> {
        let request = match context::of(context) {
            Ok(request) => request,
            Err(error) => return Some(Err(error)),
        };
        if request.only_validates || request.stopped() {
            return None;
        }
        let done = run(context, request, input).await;
        match &done {
            Ok((_, well)) => request.ended(*well),
            Err(error) => request.failed(error),
        }
        Some(done.map(|(payload, _)| payload).map_err(|error| {
            request.note(&error, "batch");
            request.render(&error.under("input."))
        }))
    }
}

/// The payload, and whether the batch came to a good end.
async fn run(context: &Context<'_>, request: &RequestContext, input: Given) -> Result<(BatchPayload, bool)> {
    if request.caller.actor == Actor::Anonymous {
        request.caller.actor.grant(Permission::EntryWrite)?;
    }
    let read = input.read(&context.schema_env.registry, &request.services.clock)?;
    let surroundings = planned::surroundings(context);
    let shapes = {
        // The selector stays within these braces: it is not to be held across an await.
        let selector = surroundings.selector(request);
        let set = &context.item.node.selection_set.node;
        let mut shapes = Vec::new();
        for (key, field) in selector.collect(std::iter::once(set), "BatchPayload")? {
            if field.name() == "results" {
                shapes.push((key.to_owned(), Shape::of(&selector, field.sets())?));
            }
        }
        shapes
    };
    let mut kinds: Vec<Kind> =
        read.steps.iter().filter_map(|step| step.operation.as_ref().ok()).map(|one| one.kind()).collect();
    kinds.sort_unstable_by_key(|kind| kind.prefix());
    kinds.dedup();
    for (key, shape) in &shapes {
        shape.foresee(&kinds, surroundings, request).await.map_err(|error| error.within(key))?;
    }
    anew(&request.services, || tried(&read, &shapes, surroundings, request)).await
}

/// One try of the whole batch, up to its end: what it was run for, and is nobody's answer yet, may be run again.
async fn tried(
    batch: &Batch,
    shapes: &[(String, Shape<'_>)],
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Result<(BatchPayload, bool)> {
    let Batch { mode, dry_run, steps, names } = batch;
    let (mode, dry_run) = (*mode, *dry_run);
    let joint = Unit::joint(&request.services).await?;
    let within = request.within(&joint);
    // What is taken back anyway goes on after a fault, so that all of them are told at once.
    let tried = if dry_run { Mode::PerItem } else { mode };
    let outcomes =
        batch::run(&within.services, &request.caller, &request.waiting, tried, steps.clone()).await?;
    let failure = first_failure(&outcomes, names);
    let told: Vec<Told> = outcomes
        .into_iter()
        .zip(names)
        .enumerate()
        .map(|(index, one)| told(request, dry_run, index, one))
        .collect();
    let failed = told.iter().filter(|one| one.status == BatchStatus::Failed).count();
    let undone = failed == told.len() || (mode == Mode::Atomic && failed > 0);
    if undone && let Some(error) = failure.filter(|_| request.atomic) {
        // Its results go with the document: the field's error is all that is left to say which operation it was.
        return Err(error);
    }
    let mut results = HashMap::with_capacity(shapes.len());
    for (key, shape) in shapes {
        results.insert(key.clone(), shape.write(&told, surroundings, &within).await?);
    }
    let committed = !dry_run && !undone;
    request.waiting.check()?;
    if committed {
        joint.commit(&request.services).await?;
    } else {
        joint.rollback().await?;
    }
    let payload = BatchPayload {
        committed,
        failed: i32::try_from(failed).unwrap_or(i32::MAX),
        results: Results(Arc::new(results)),
    };
    Ok((payload, !undone))
}

fn told(
    request: &RequestContext,
    dry_run: bool,
    index: usize,
    (outcome, (name, key)): (Outcome, &(String, Option<String>)),
) -> Told {
    let (name, key) = (name.clone(), key.clone());
    let told = Told { index, name, key, status: BatchStatus::Skipped, changed: None, error: None };
    match outcome {
        Outcome::Done(kind, changed) => {
            let status = if dry_run { BatchStatus::Valid } else { BatchStatus::Done };
            Told { status, changed: Some((kind, changed)), ..told }
        }
        Outcome::Failed(error) => {
            request.note(&error, &told.name);
            noted(&error, request.request_id());
            let error = rendered(&error, &format!("input.operations[{index}].{}", told.name));
            Told { status: BatchStatus::Failed, error: Some(error), ..told }
        }
        Outcome::Undone => Told { status: BatchStatus::RolledBack, ..told },
        Outcome::Skipped => told,
    }
}

/// The error of the first operation that failed, with its place in the input.
fn first_failure(outcomes: &[Outcome], names: &[(String, Option<String>)]) -> Option<Error> {
    let mut each = outcomes.iter().zip(names).enumerate();
    each.find_map(|(index, (outcome, (name, _)))| {
        let Outcome::Failed(error) = outcome else { return None };
        let place = |path: &str| placed(&format!("operations[{index}].{name}"), path);
        let mut told = Error::new(error.code(), format!("operation {index} (`{name}`): {}", error.message()));
        if error.violations().is_empty() {
            let mut details = error.details().cloned().unwrap_or_else(|| json!({}));
            let path = place(details.get("path").and_then(Value::as_str).unwrap_or_default());
            if let Value::Object(details) = &mut details {
                details.insert("path".to_owned(), path.into());
            }
            told = told.with_details(details);
        }
        let violations = error.violations().iter();
        let moved = violations.map(|one| Violation::new(place(&one.path), one.code, one.message.clone()));
        Some(moved.fold(told, Error::with_violation))
    })
}

/// An error of an operation, with paths from the mutation's argument on.
fn rendered(error: &Error, operation: &str) -> Value {
    let violations: Vec<Value> = error
        .violations()
        .iter()
        .map(|one| json!({"path": placed(operation, &one.path), "code": one.code, "message": one.message}))
        .collect();
    let told = error.details().and_then(|details| details.get("path")).and_then(Value::as_str);
    let first = error.violations().first().map(|one| one.path.as_str()).or(told);
    json!({
        "code": error.code().name(),
        "message": error.message(),
        "path": placed(operation, first.unwrap_or_default()),
        "retryable": error.retryable(),
        "violations": violations,
        "details": error.details(),
    })
}

/// A place inside of an operation's input: `fields/price` of operation 57 is `input.operations[57].createEntry.fields.price`.
fn placed(operation: &str, path: &str) -> String {
    let mut placed = operation.to_owned();
    for step in path.split(['/', '.']).filter(|step| !step.is_empty()) {
        if step.bytes().all(|byte| byte.is_ascii_digit()) {
            placed.push_str(&format!("[{step}]"));
        } else {
            placed.push('.');
            placed.push_str(step);
        }
    }
    placed
}
