//! What the door asks of the graph behind it: run one request to its end, and show the schema.

use futures::{FutureExt, future::BoxFuture};

use crate::graphql;
pub use crate::graphql::{Begun, Context, Operation, Outcome, Reply, Request};

/// The graph, as seen from the door; a test of the door brings a small one of its own.
pub trait Engine: Send + Sync + 'static {
    /// Runs one request to its end.
    fn execute(&self, request: Request, context: Context) -> BoxFuture<'_, Reply>;

    /// The schema in SDL.
    fn sdl(&self) -> String;
}

impl Engine for graphql::Engine {
    fn execute(&self, request: Request, context: Context) -> BoxFuture<'_, Reply> {
        Self::execute(self, request, context).boxed()
    }

    fn sdl(&self) -> String {
        Self::sdl(self)
    }
}
