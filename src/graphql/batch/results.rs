//! The type of a batch's results: one object for each operation, written as a whole.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use async_graphql::{
    ContextSelectionSet, Enum, OutputType, PathSegment, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaField, ObjectBuilder, Registry},
};

use crate::{
    domain::Error,
    graphql::{context::RequestContext, error::render, planned, register},
};

/// What became of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum BatchStatus {
    /// It was done, and is lasting.
    Done,
    /// It could be done; this was a dry run.
    Valid,
    /// It was not done; `error` says why.
    Failed,
    /// It was done and taken back, because another one failed.
    RolledBack,
    /// It was not tried, because another one failed.
    Skipped,
}

impl BatchStatus {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Done => "DONE",
            Self::Valid => "VALID",
            Self::Failed => "FAILED",
            Self::RolledBack => "ROLLED_BACK",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// The results of a batch, as they were selected: JSON text for each response key, and what is null in it by the caller's right.
#[derive(Debug, Clone, Default)]
pub(super) struct Results(pub(super) Arc<HashMap<String, (String, Vec<Error>)>>);

impl OutputType for Results {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("[BatchResult!]")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        register::nouns(registry);
        <BatchStatus as OutputType>::create_type_info(registry);
        object(
            registry,
            "BatchViolation",
            "One thing that is wrong with an operation.",
            &[
                ("path", "String!", "Where: `input.operations[57].createEntry.fields.price`."),
                ("code", "String!", "What kind of fault, constant."),
                ("message", "String!", "A sentence for a person."),
            ],
        );
        object(
            registry,
            "BatchError",
            "Why an operation failed: what the mutation of its name would have failed with.",
            &[
                ("code", "String!", "The constant code, as in `extensions.code`."),
                ("message", "String!", "A sentence for a person."),
                ("path", "String!", "Where: the first violation's place, or the operation."),
                ("retryable", "Boolean!", "Whether the same may succeed later."),
                ("violations", "[BatchViolation!]!", "Everything that is wrong with it."),
                ("details", "JSON", "Facts for programs, such as the current version in a conflict."),
            ],
        );
        object(
            registry,
            "BatchResult",
            "What became of one operation.",
            &[
                ("index", "Int!", "The operation's place among all, from 0."),
                ("key", "String", "The client key that it gave."),
                ("operation", "String!", "The operation's name."),
                ("status", "BatchStatus!", "What became of it."),
                (
                    "id",
                    "ID",
                    "The id of the node that it changed, also of one that it deleted; null where it failed.",
                ),
                ("version", "Int", "The version that the node has after it; null where it failed."),
                (
                    "node",
                    register::NODE,
                    "The node as the whole batch leaves it; null where it is gone, or the operation failed.",
                ),
                ("error", "BatchError", "Why it failed; null where it did not."),
            ],
        );
        "[BatchResult!]!".to_owned()
    }

    async fn resolve(
        &self,
        context: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some((json, refused)) = self.0.get(field.node.response_key().node.as_str()) else {
            return Ok(Value::List(Vec::new()));
        };
        let id = context.data_opt::<RequestContext>().map(RequestContext::request_id).unwrap_or_default();
        for error in refused {
            let mut rendered = context.set_error_path(render(error, id).into_server_error(field.pos));
            rendered.path.extend(error.place().iter().cloned().map(PathSegment::Field));
            context.add_error(rendered);
        }
        Ok(planned::raw(json.clone()))
    }
}

fn object(registry: &mut Registry, name: &str, about: &str, fields: &[(&str, &str, &str)]) {
    let fields = fields.iter().map(|(name, ty, about)| {
        let mut field = MetaField::new(*name, *ty);
        field.description = Some((*about).to_owned());
        ((*name).to_owned(), field)
    });
    let object = ObjectBuilder::new(name, fields.collect()).description(Some(about.to_owned()));
    registry.types.insert(name.to_owned(), object.build());
}
