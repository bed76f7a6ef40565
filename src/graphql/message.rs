//! What goes into the engine and what comes out: requests, who sends them, answers.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::parser::types::OperationType;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{error, persisted::Hash};
use crate::{
    domain::{access::Actor, idempotency::IdempotencyKey},
    service::throttle,
};

/// One GraphQL request whose parameters were well-formed.
#[derive(Debug, Clone)]
pub struct Request {
    /// The document; nothing where its hash stands for it.
    pub query: Option<String>,
    /// The document's hash, where the client told it (automatic persisted queries, trusted documents).
    pub hash: Option<Hash>,
    /// Which operation of the document to run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Map<String, Value>,
    /// Whether mutations are refused, as they are by GET.
    pub queries_only: bool,
}

/// Who asks, and under which id the request is logged.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks.
    pub actor: Actor,
    /// The request's id.
    pub request_id: String,
    /// The client's address.
    pub from: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: Option<Arc<str>>,
    /// The key that the client gave the request, which makes a mutation that is sent again the same one.
    pub key: Option<IdempotencyKey>,
    /// Where the engine notes that it writes; whoever stops waiting looks here.
    pub begun: Begun,
}

/// Set once a mutation has begun, which then runs to its end, whether somebody waits for it or not.
#[derive(Debug, Clone, Default)]
pub struct Begun(Arc<AtomicBool>);

impl Begun {
    /// Notes that a mutation begins.
    pub fn mark(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether a mutation has begun.
    #[must_use]
    pub fn get(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// How far the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran; the answer has `data`, and maybe errors beside it.
    Executed,
    /// It ran before, under the same key; the answer is the one that it had then.
    Replayed,
    /// It did not parse, validate or coerce; the answer has no `data`.
    Rejected,
    /// It is a mutation where only queries are allowed.
    MutationRefused,
    /// The caller has spent what it may; the answer has no `data`.
    Limited,
}

/// What kind of operation a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It reads.
    Query,
    /// It writes.
    Mutation,
    /// It listens.
    Subscription,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How far the request came.
    pub outcome: Outcome,
    /// What it asked for; `None` where that could not be told.
    pub operation: Option<Operation>,
    /// The whole response object, as JSON.
    pub body: Bytes,
    /// Why it was refused, where the caller has spent what it may.
    pub limited: Option<Arc<throttle::Refused>>,
}

impl Reply {
    /// The same, of that kind of operation.
    pub(super) fn to(self, operation: Operation) -> Self {
        Self { operation: Some(operation), ..self }
    }
}

impl From<OperationType> for Operation {
    fn from(kind: OperationType) -> Self {
        match kind {
            OperationType::Query => Self::Query,
            OperationType::Mutation => Self::Mutation,
            OperationType::Subscription => Self::Subscription,
        }
    }
}

/// The answer to what is no request that can be run.
pub(super) fn rejected(error: Value) -> Reply {
    let body = json!({"errors": [error]}).to_string();
    Reply { outcome: Outcome::Rejected, operation: None, body: Bytes::from(body), limited: None }
}

/// The answer to a caller who can spend no more now, or never so much at once.
pub(super) fn limited(refused: throttle::Refused, request_id: &str) -> Reply {
    let reply = rejected(error::of_request(&refused.error, request_id));
    if refused.retry_after.is_none() {
        return reply;
    }
    Reply { outcome: Outcome::Limited, limited: Some(Arc::new(refused)), ..reply }
}
