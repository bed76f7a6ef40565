//! What the door asks of the graph behind it: run one request to its end, and show the schema.

use futures::{FutureExt, future::BoxFuture};

pub use crate::graphql::{Begun, Context, Operation, Outcome, Reply, Request};
use crate::{domain::audit::Refusal, graphql, service::Caller};

/// The graph, as seen from the door; a test of the door brings a small one of its own.
pub trait Engine: Send + Sync + 'static {
    /// Runs one request to its end.
    fn execute(&self, request: Request, context: Context) -> BoxFuture<'_, Reply>;

    /// The schema in SDL.
    fn sdl(&self) -> String;

    /// Notes what was refused at the door, for the record of it.
    fn refused(&self, _caller: Caller, _refusal: Refusal) {}
}

impl Engine for graphql::Engine {
    fn execute(&self, request: Request, context: Context) -> BoxFuture<'_, Reply> {
        Self::execute(self, request, context).boxed()
    }

    fn sdl(&self) -> String {
        Self::sdl(self)
    }

    fn refused(&self, caller: Caller, refusal: Refusal) {
        Self::refused(self, &caller, refusal);
    }
}
