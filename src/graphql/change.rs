//! What every mutation does alike: input into a command with everything that is wrong at once, errors with their place.

use std::future::Future;

use async_graphql::{Context, ID, MaybeUndefined, OutputType, SimpleObject};
use uuid::Uuid;

use super::{context, planned};
use crate::{
    domain::{
        Error, Result, Violation,
        change::Patch,
        node::{Kind, NodeId},
    },
    service::{Caller, Services, anew::anew},
};

/// A node that is gone.
#[derive(Debug, SimpleObject)]
pub(super) struct DeletePayload {
    /// The id that the node had, and has again when it is restored.
    deleted_id: ID,
    /// The version that the node ended with; a restore may expect it.
    version: i32,
}

impl DeletePayload {
    pub(super) fn new(kind: Kind, changed: crate::domain::change::Changed) -> Self {
        Self { deleted_id: ID(NodeId::new(kind, changed.id).to_string()), version: changed.version }
    }
}

/// A node that is gone for good.
#[derive(Debug, SimpleObject)]
pub(super) struct PurgePayload {
    /// The id that the node had.
    purged_id: ID,
}

impl PurgePayload {
    pub(super) fn new(kind: Kind, changed: crate::domain::change::Changed) -> Self {
        Self { purged_id: ID(NodeId::new(kind, changed.id).to_string()) }
    }
}

/// What a mutation answers. Null where it failed, so that one does not take with it what the others of its document did.
pub(super) type Payload<T> = Option<async_graphql::Result<T>>;

/// Does what a command asks for, where there is one, and where the caller may have the payload that is selected. What is wrong is shown under `input`, where the caller gave it.
pub(super) async fn change<C, T, F>(
    context: &Context<'_>,
    command: Result<C>,
    work: impl Fn(Services, Caller, C) -> F,
) -> Payload<T>
where
    C: Clone,
    T: OutputType,
    F: Future<Output = Result<T>> + Send,
{
    let request = match context::of(context) {
        Ok(request) => request,
        Err(error) => return Some(Err(error)),
    };
    if request.only_validates || request.stopped() {
        return None;
    }
    let done = match command {
        Ok(command) => {
            // What cannot be shown is said while nothing is written yet: an error after the commit would look like a failure.
            if let Err(error) = planned::foresee(&T::type_name(), context, request).await {
                request.note(&error, &context.item.node.name.node);
                request.failed(&error);
                return Some(Err(request.render(&error)));
            }
            let run = || work(request.services.clone(), request.caller.clone(), command.clone());
            anew(&request.services, run).await
        }
        Err(error) => Err(error),
    };
    match &done {
        Ok(_) => request.ended(true),
        Err(error) => request.failed(error),
    }
    Some(done.map_err(|error| {
        request.note(&error, &context.item.node.name.node);
        request.render(&error.under("input."))
    }))
}

/// Collects everything that is wrong with an input, so that it is told at once.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    violations: Vec<Violation>,
    other: Option<Error>,
}

impl Wrong {
    /// What was parsed, where it could be.
    pub(super) fn take<T>(&mut self, parsed: Result<T>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                if error.violations().is_empty() {
                    self.other.get_or_insert(error);
                } else {
                    self.violations.extend(error.violations().iter().cloned());
                }
                None
            }
        }
    }

    /// The key in an id of a kind.
    pub(super) fn key(&mut self, kind: Kind, id: &ID, at: &str) -> Option<Uuid> {
        self.take(NodeId::parse_as(kind, id, at))
    }

    /// The keys in ids of a kind; as many as could be read.
    pub(super) fn keys(&mut self, kind: Kind, ids: &[ID], at: &str) -> Vec<Uuid> {
        ids.iter()
            .enumerate()
            .filter_map(|(index, id)| self.key(kind, id, &format!("{at}/{index}")))
            .collect()
    }

    /// A part that need not be given.
    pub(super) fn optional<T, U>(
        &mut self,
        given: Option<T>,
        parse: impl FnOnce(T) -> Result<U>,
    ) -> Option<U> {
        given.and_then(|value| self.take(parse(value)))
    }

    /// A part that may be left as it is, but not be emptied.
    pub(super) fn change<T, U>(
        &mut self,
        given: MaybeUndefined<T>,
        at: &str,
        parse: impl FnOnce(T, &str) -> Result<U>,
    ) -> Option<U> {
        match given {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => self.take(Err(Error::invalid(
                at,
                "null",
                "must not be null; leave it out to keep it as it is",
            ))),
            MaybeUndefined::Value(value) => self.take(parse(value, at)),
        }
    }

    /// A part that may be left as it is, emptied or set.
    pub(super) fn patch<T, U>(
        &mut self,
        given: MaybeUndefined<T>,
        at: &str,
        parse: impl FnOnce(T, &str) -> Result<U>,
    ) -> Patch<U> {
        match given {
            MaybeUndefined::Undefined => Patch::Keep,
            MaybeUndefined::Null => Patch::Clear,
            MaybeUndefined::Value(value) => self.take(parse(value, at)).map_or(Patch::Keep, Patch::Set),
        }
    }

    /// The command, made of parts that are there whenever nothing was wrong.
    pub(super) fn finish<T>(self, command: Option<T>) -> Result<T> {
        if !self.violations.is_empty() {
            return Err(Error::violated(self.violations));
        }
        match (self.other, command) {
            (Some(error), _) => Err(error),
            (None, Some(command)) => Ok(command),
            (None, None) => {
                Err(Error::internal("a part of an input is missing, but nothing was wrong with it"))
            }
        }
    }
}
