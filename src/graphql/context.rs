//! What a resolver works with: put in by the engine alone, taken out here alone.

use std::sync::Arc;

use async_graphql::Context;

use super::error::render;
use crate::{
    domain::{Error, audit::Refusal},
    service::{Caller, Joint, Library, Services, Waiting, audit, throttle::Throttle},
};

/// Everything that belongs to one request.
#[derive(Debug, Clone)]
pub struct RequestContext {
    /// The adapters.
    pub services: Services,
    /// What reads.
    pub library: Library,
    /// What charges callers.
    pub throttle: Arc<Throttle>,
    /// On whose behalf.
    pub caller: Caller,
    /// Whether somebody still waits for the answer.
    pub waiting: Waiting,
    /// The values of the operation's variables, as they came.
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether the document is only to be validated: what reads nouns then reads nothing, and what writes writes nothing.
    pub only_validates: bool,
    /// Whether everything in the document is one: where something fails, nothing of it stays, and what follows is not tried.
    pub atomic: bool,
}

impl RequestContext {
    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.caller.request_id.as_deref().unwrap_or_default()
    }

    /// The same within a transaction: what is written takes part in it, what is read sees it.
    #[must_use]
    pub fn within(&self, joint: &Joint) -> Self {
        Self { services: self.services.within(joint), library: self.library.within(joint), ..self.clone() }
    }

    /// Whether what comes now need not be tried, because something before it failed and everything is one.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.atomic && self.services.joint.as_ref().is_some_and(Joint::failed)
    }

    /// Notes how a change ended.
    pub fn ended(&self, well: bool) {
        if let Some(joint) = &self.services.joint {
            joint.note(well);
        }
    }

    /// Notes why a change, or the answer of one, failed.
    pub fn failed(&self, error: &Error) {
        if let Some(joint) = &self.services.joint {
            joint.note_failure(error);
        }
    }

    /// Notes an error that tells of a refusal, for the record of it; `what` is the root field.
    pub fn note(&self, error: &Error, what: &str) {
        if let Some(refusal) = Refusal::of(error, what) {
            audit::refused(&self.services, &self.caller, refusal);
        }
    }

    /// An error of the domain as the resolver's.
    #[must_use]
    pub fn render(&self, error: &Error) -> async_graphql::Error {
        render(error, self.request_id())
    }
}

/// The context of the request that a resolver runs in.
///
/// # Errors
/// `INTERNAL` where the schema was executed by anyone but the engine.
pub fn of<'a>(context: &Context<'a>) -> async_graphql::Result<&'a RequestContext> {
    context
        .data_opt::<RequestContext>()
        .ok_or_else(|| render(&Error::internal("a resolver runs without a request context"), ""))
}
