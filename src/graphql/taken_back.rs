//! What is said of the fields of a document that is one, where one of them failed: none of them is in the answer, and each has an error.

use async_graphql::{
    Name, PathSegment, Pos, Response, ServerError, Value,
    parser::types::{ExecutableDocument, Selection},
};

use super::error::render;
use crate::domain::{Code, Error, Violation};

/// The response keys of the root fields, in their order, and where they stand.
pub(super) fn fields(document: &ExecutableDocument) -> Vec<(Name, Pos)> {
    let operations = document.operations.iter().map(|(_, operation)| operation);
    let items = operations.flat_map(|operation| &operation.node.selection_set.node.items);
    items
        .filter_map(|item| match &item.node {
            Selection::Field(field) => Some((field.node.response_key().node.clone(), field.pos)),
            _ => None,
        })
        .collect()
}

/// Takes out of the answer what was taken back; the type's own name stays. A field that failed says why by itself; the others get an
/// error with the code of the first one that failed: `rolled_back` where they were done, `skipped` where they were not tried.
pub(super) fn told(response: &mut Response, fields: &[(Name, Pos)], cause: Option<Code>, request_id: &str) {
    let root = |error: &ServerError| match error.path.first() {
        Some(PathSegment::Field(key)) => Some(key.clone()),
        _ => None,
    };
    let mut failed: Vec<String> = response.errors.iter().filter_map(root).collect();
    let Value::Object(data) = &mut response.data else { return };
    failed.retain(|key| data.get(key.as_str()) == Some(&Value::Null));
    let code = cause.unwrap_or(Code::Conflict);
    let first = fields.iter().map(|(key, _)| key.as_str()).find(|key| failed.iter().any(|one| one == key));
    let first = first.unwrap_or("another field").to_owned();
    // What was refused inside of a field is not in the answer either.
    response.errors.retain(|error| root(error).is_none_or(|key| failed.contains(&key)));
    for (key, at) in fields {
        let Some(value) = data.get_mut(key.as_str()) else { continue };
        if matches!(value, Value::String(_)) || failed.iter().any(|one| one == key.as_str()) {
            continue;
        }
        let (what, message) = match std::mem::take(value) {
            Value::Null => ("skipped", format!("this was not tried, because `{first}` failed")),
            _ => ("rolled_back", format!("this was taken back, because `{first}` failed")),
        };
        let error = Error::new(code, &message).with_violation(Violation::new(&first, what, &message));
        let mut error = render(&error, request_id).into_server_error(*at);
        error.path = vec![PathSegment::Field(key.to_string())];
        response.errors.push(error);
    }
}
