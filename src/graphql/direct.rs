//! Runs a valid query of nothing but reads: every root field is a plan, and the answer is their JSON side by side.
//!
//! async-graphql's executor would build a value for every field and write it out again; here the database's bytes go
//! straight into the answer. async-graphql only validates such a document, once.

use std::collections::HashMap;

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, value::RawValue};

use super::{
    context::RequestContext,
    document::{Document, Operation, introspection},
    error,
    read::{self, Surroundings},
    receipt::Receipt,
    select::{Collected, Fields, Root},
    viewer,
};
use crate::{
    domain::{Error, Result},
    service::Reading,
};

/// How many root fields are read at a time.
const AT_ONCE: usize = 4;

/// Refuses more root fields than a request may have.
///
/// # Errors
/// `LIMIT_EXCEEDED`; `INVALID` where a directive's condition is none.
pub(super) fn bounded(
    document: &Document,
    operation: Operation<'_>,
    request: &RequestContext,
    bound: u32,
) -> Result<()> {
    let roots = fields(document, operation, request)?.len();
    if roots > bound as usize {
        return Err(Error::limit(("root_fields", "root fields"), bound, roots as u64));
    }
    Ok(())
}

fn fields<'d>(
    document: &'d Document,
    operation: Operation<'d>,
    request: &'d RequestContext,
) -> Result<Fields<'d>> {
    let selector = surroundings(document, operation).selector(request);
    selector.collect(std::iter::once(&operation.definition.selection_set.node), operation.type_name())
}

/// What the operation may refer to.
pub(super) fn surroundings<'d>(document: &'d Document, operation: Operation<'d>) -> Surroundings<'d> {
    Surroundings {
        fragments: &document.parsed.fragments,
        definitions: &operation.definition.variable_definitions,
    }
}

/// What async-graphql answered to the fields that ask for the schema, by response key.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Introspected {
    data: HashMap<String, Box<RawValue>>,
}

/// Runs the operation.
///
/// # Errors
/// What makes it no request at all: a directive's condition that is none, one response key for two things.
pub(super) async fn run(
    document: &Document,
    operation: Operation<'_>,
    request: &RequestContext,
    schema: &Introspected,
    receipt: &Receipt,
) -> Result<Bytes> {
    let surroundings = surroundings(document, operation);
    let fields = fields(document, operation, request)?;
    let reads: Vec<_> =
        fields.iter().map(|(key, collected)| answer(key, collected, surroundings, request, schema)).collect();
    let answers: Vec<Answer<'_>> = stream::iter(reads).buffered(AT_ONCE).collect().await;
    Ok(written(&answers, receipt))
}

async fn answer<'k>(
    key: &'k str,
    collected: &Collected<'_>,
    surroundings: Surroundings<'_>,
    request: &RequestContext,
    schema: &Introspected,
) -> Answer<'k> {
    let sets: Vec<_> = collected.sets().collect();
    let (always, read) = match Root::find(collected.name()) {
        Some(root) => {
            (root.always(), read::root(root, collected.field(), &sets, surroundings, request).await)
        }
        None if collected.name() == "viewer" => {
            let selector = surroundings.selector(request);
            (true, viewer::json(&selector, &sets, request).map(Reading::from))
        }
        None if introspection(collected.name()) => {
            // `__schema` is always there, `__type` is null where there is no such type: a value was given for both.
            let json = schema.data.get(key).map_or("null", |json| json.get()).to_owned();
            (false, Ok(Reading::from(json)))
        }
        None => (true, Ok(Reading::from("\"Query\"".to_owned()))),
    };
    let told = |failed: &Error| {
        request.note(failed, collected.name());
        error::at_field(failed, request.request_id(), key, collected.position())
    };
    match read {
        Ok(Reading { json, refused }) => {
            Answer { key, always, json: Some(json), errors: refused.iter().map(told).collect() }
        }
        Err(failed) => Answer { key, always, json: None, errors: vec![told(&failed)] },
    }
}

/// What one root field came to.
struct Answer<'k> {
    key: &'k str,
    always: bool,
    /// Nothing where it failed as a whole.
    json: Option<String>,
    errors: Vec<Value>,
}

fn written(answers: &[Answer<'_>], receipt: &Receipt) -> Bytes {
    let size: usize =
        answers.iter().map(|one| one.key.len() + one.json.as_ref().map_or(8, String::len) + 8).sum();
    let mut body = String::with_capacity(size.saturating_add(112));
    let errors: Vec<&Value> = answers.iter().flat_map(|one| &one.errors).collect();
    if answers.iter().any(|one| one.always && one.json.is_none()) {
        // A field that is never null has failed: the null goes up to `data`.
        body.push_str("{\"data\":null");
    } else {
        body.push_str("{\"data\":{");
        for (number, answer) in answers.iter().enumerate() {
            if number > 0 {
                body.push(',');
            }
            body.push('"');
            body.push_str(answer.key);
            body.push_str("\":");
            body.push_str(answer.json.as_ref().map_or("null", String::as_str));
        }
        body.push('}');
    }
    if !errors.is_empty() {
        body.push_str(",\"errors\":");
        body.push_str(&Value::from_iter(errors.into_iter().cloned()).to_string());
    }
    receipt.close(&mut body);
    Bytes::from(body)
}
