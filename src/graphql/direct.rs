//! Runs a valid query of nothing but nouns: every root field is a plan, and the answer is their JSON side by side.
//!
//! async-graphql's executor would build a value for every field and write it out again; here the database's bytes go
//! straight into the answer. What such a query means is the same either way, and a test holds both to it.

use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::Value;

use super::{
    context::RequestContext,
    document::{Document, Operation},
    error,
    read::{self, Surroundings},
    select::{Collected, Root},
};
use crate::domain::{Error, Result, read::LIMITS};

/// How many root fields are read at a time.
const AT_ONCE: usize = 4;

/// Runs the operation.
///
/// # Errors
/// What makes it no request at all: a directive's condition that is none, or too many root fields.
pub(super) async fn run(
    document: &Document,
    operation: Operation<'_>,
    request: &RequestContext,
) -> Result<Bytes> {
    let definitions = &operation.definition.variable_definitions;
    let surroundings = Surroundings { fragments: &document.parsed.fragments, definitions };
    let fields = {
        let selector = surroundings.selector(request);
        selector.collect(std::iter::once(&operation.definition.selection_set.node), "Query")?
    };
    if fields.len() > LIMITS.max_roots as usize {
        return Err(Error::limit("root fields", LIMITS.max_roots, fields.len() as u64));
    }
    let reads: Vec<_> =
        fields.iter().map(|(key, collected)| answer(key, collected, surroundings, request)).collect();
    let answers: Vec<Answer<'_>> = stream::iter(reads).buffered(AT_ONCE).collect().await;
    Ok(written(&answers))
}

async fn answer<'k>(
    key: &'k str,
    collected: &Collected<'_>,
    surroundings: Surroundings<'_>,
    request: &RequestContext,
) -> Answer<'k> {
    let Some(root) = Root::find(collected.name()) else {
        return Answer { key, always: true, json: Ok("\"Query\"".to_owned()) };
    };
    let sets: Vec<_> = collected.sets().collect();
    let json = read::root(root, collected.field(), &sets, surroundings, request).await;
    let json = json.map_err(|failed| {
        let at = collected.position();
        error::at_field(&failed, request.request_id(), key, at.line, at.column)
    });
    Answer { key, always: root.always(), json }
}

/// What one root field came to.
struct Answer<'k> {
    key: &'k str,
    always: bool,
    json: std::result::Result<String, Value>,
}

fn written(answers: &[Answer<'_>]) -> Bytes {
    let size: usize =
        answers.iter().map(|one| one.key.len() + one.json.as_ref().map_or(8, String::len) + 8).sum();
    let mut body = String::with_capacity(size.saturating_add(16));
    let errors: Vec<&Value> = answers.iter().filter_map(|one| one.json.as_ref().err()).collect();
    if answers.iter().any(|one| one.always && one.json.is_err()) {
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
    body.push('}');
    Bytes::from(body)
}
