//! What a client gives to the mutation `batch`, and the steps that come of it.

use std::borrow::Cow;

use async_graphql::{Enum, InputObject, InputType, InputValueResult, Value, registry::Registry};

use super::{
    keys::{self, Keys},
    operation::BatchOperation,
};
use crate::{
    domain::{
        Error, Result,
        batch::{MAX_OPERATIONS, Mode},
        node::NodeId,
    },
    kit::clock::Clock,
    service::batch::Step,
};

/// Whether the operations of a batch stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub(super) enum BatchMode {
    /// All of them or none: where one fails, nothing is written.
    Atomic,
    /// Each on its own: where one fails, the others are written all the same, in one transaction.
    PerItem,
}

impl From<BatchMode> for Mode {
    fn from(mode: BatchMode) -> Self {
        match mode {
            BatchMode::Atomic => Self::Atomic,
            BatchMode::PerItem => Self::PerItem,
        }
    }
}

/// Many changes, in order.
#[derive(Debug, InputObject)]
struct BatchInput {
    /// What is to be done, in order; 1 to 1,000 operations. Where an operation takes an id, it may give `@` and the key of an
    /// operation before it, whose node is then meant; inside `fields`, where a text is a text, `{"@key": "that key"}` stands for
    /// its id.
    operations: Vec<BatchOperation>,
    /// Whether they stand together.
    mode: BatchMode,
    /// Do everything, check everything, show what would be, and take it all back.
    #[graphql(default)]
    dry_run: bool,
}

/// The input as it came: keys are put into it before it is read any further.
#[derive(Debug)]
pub(super) struct Given(Value);

impl InputType for Given {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        BatchInput::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        BatchInput::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        Ok(Self(value.unwrap_or_default()))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// A batch that was read.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) mode: Mode,
    pub(super) dry_run: bool,
    pub(super) steps: Vec<Step>,
    /// The name of each operation, and its key.
    pub(super) names: Vec<(String, Option<String>)>,
}

impl Given {
    /// Reads the batch. What is wrong with one operation is kept with it.
    ///
    /// # Errors
    /// What is wrong with the whole: `LIMIT_EXCEEDED` for too many operations, `INVALID` for none, or for keys that are none or
    /// stand twice.
    pub(super) fn read(self, registry: &Registry, clock: &Clock) -> Result<Batch> {
        let Value::Object(mut given) = self.0 else { return Err(Error::internal("a batch is no object")) };
        let mode = match given.get("mode") {
            Some(Value::Enum(name)) => BatchMode::parse(Some(Value::Enum(name.clone()))),
            Some(Value::String(name)) => BatchMode::parse(Some(Value::String(name.clone()))),
            _ => BatchMode::parse(None),
        };
        let mode = mode.map_err(|_| Error::internal("a batch has a mode that there is not"))?.into();
        let dry_run = given.get("dryRun") == Some(&Value::Boolean(true));
        // One operation stands for a list of one.
        let operations = match given.swap_remove("operations") {
            Some(Value::List(operations)) => operations,
            Some(Value::Null) | None => Vec::new(),
            Some(one) => vec![one],
        };
        let count = operations.len() as u64;
        if count > u64::from(MAX_OPERATIONS) {
            return Err(Error::limit_at(
                "operations",
                ("max_operations", "operations of a batch"),
                MAX_OPERATIONS,
                count,
            ));
        }
        if operations.is_empty() {
            return Err(Error::invalid("operations", "min_items", "must hold at least one operation"));
        }
        let operations: Vec<_> = operations.into_iter().map(keys::opened).collect::<Result<_>>()?;
        let keys = Keys::of(&operations, clock)?;
        let mut batch = Batch { mode, dry_run, steps: Vec::new(), names: Vec::new() };
        for (index, (name, value)) in operations.into_iter().enumerate() {
            let made = keys.made_by(index);
            batch.names.push((name.to_string(), made.map(|(key, _)| key.to_owned())));
            let id = made.map(|(_, NodeId { id, .. })| id);
            let operation = keys.put_into(index, &name, value, registry).and_then(|value| {
                let whole = Value::Object(std::iter::once((name.clone(), value)).collect());
                BatchOperation::parse(Some(whole))
                    .map_err(|error| {
                        Error::invalid(
                            "",
                            "type",
                            error.into_server_error(async_graphql::Pos::default()).message,
                        )
                    })?
                    .parse_all()
            });
            batch.steps.push(Step { id, operation });
        }
        Ok(batch)
    }
}
