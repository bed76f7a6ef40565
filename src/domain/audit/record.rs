//! One record: who did what to what, when, from where, and what it was before and after.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// The most characters of a client's `User-Agent` that are kept.
pub const MAX_USER_AGENT: usize = 256;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// One record, as it is written and never changed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Record {
    /// Its key.
    pub id: Uuid,
    /// When, as the transaction has it.
    pub created_at: DateTime<Utc>,
    /// Who, as [`Actor::label`](crate::domain::access::Actor::label) names it.
    pub actor: String,
    /// How that was proven: the kind of credential, and its id where it has one.
    pub credential: Option<String>,
    /// The noun and what happened to it, in the past tense (`entry.updated`), or what was refused.
    pub kind: Cow<'static, str>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// Why it was refused: a constant code.
    pub reason: Option<Cow<'static, str>>,
    /// The global id of what it happened to.
    pub node: Option<String>,
    /// The brand it happened in.
    #[serde(rename = "brand")]
    pub brand_id: Option<Uuid>,
    /// The client's address, as the server sees it.
    pub ip: Option<IpAddr>,
    /// What the client calls itself; at most [`MAX_USER_AGENT`] characters.
    pub user_agent: Option<Arc<str>>,
    /// The request, where there is one.
    pub request_id: Option<String>,
    /// How often it happened: 1, but for refusals that are told together.
    pub count: u32,
    /// What changed, as it was; null where nothing was there.
    pub before: Option<Value>,
    /// What changed, as it is; null where nothing is there any more.
    pub after: Option<Value>,
    /// What a reader needs beside that.
    pub detail: Value,
}
