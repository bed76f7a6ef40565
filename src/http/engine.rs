//! What the door asks of the graph behind it: run one request to its end, and show the schema.

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::domain::access::Actor;

/// One GraphQL request whose parameters were well-formed.
#[derive(Debug, Clone)]
pub struct Request {
    /// The document.
    pub query: String,
    /// Which operation of the document to run.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: serde_json::Map<String, serde_json::Value>,
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
}

/// How far the request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran; the answer has `data`, and maybe errors beside it.
    Executed,
    /// It did not parse, validate or coerce; the answer has no `data`.
    Rejected,
    /// It is a mutation where only queries are allowed.
    MutationRefused,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// How far the request came.
    pub outcome: Outcome,
    /// The whole response object, as JSON.
    pub body: Bytes,
}

/// The graph, as seen from the door.
pub trait Engine: Send + Sync + 'static {
    /// Runs one request to its end.
    fn execute(&self, request: Request, context: Context) -> BoxFuture<'_, Reply>;

    /// The schema in SDL.
    fn sdl(&self) -> String;
}
