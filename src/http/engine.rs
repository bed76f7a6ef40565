//! What the door asks of the graph behind it: run one request to its end, and show the schema.

use futures::{FutureExt, future::BoxFuture};

use super::router::GRAPHQL;
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
        let Context { actor, request_id, from, user_agent, .. } = &context;
        let caller = Caller {
            actor: actor.clone(),
            request_id: Some(request_id.clone()),
            from: *from,
            user_agent: user_agent.clone(),
        };
        async move {
            let reply = Self::execute(self, request, context).await;
            if let Some(reason) = reply.limited.as_ref().map(|limited| limited.reason) {
                Self::refused(self, &caller, Refusal::new(reason, GRAPHQL));
            }
            reply
        }
        .boxed()
    }

    fn sdl(&self) -> String {
        Self::sdl(self)
    }

    fn refused(&self, caller: Caller, refusal: Refusal) {
        Self::refused(self, &caller, refusal);
    }
}
