//! The graph as the door sees it.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};

use super::failure::Failure;
use crate::{
    http::engine::{Context, Engine, Outcome, Reply, Request},
    service::{Services, authn::FindBrand},
};

/// Stands in until the engine is there: refuses everything.
pub(super) struct Graph;

impl Engine for Graph {
    fn execute(&self, _: Request, _: Context) -> BoxFuture<'_, Reply> {
        let body = r#"{"errors":[{"message":"there is no graph yet","extensions":{"code":"UNAVAILABLE"}}]}"#;
        async { Reply { outcome: Outcome::Rejected, operation: None, body: body.into() } }.boxed()
    }

    fn sdl(&self) -> String {
        String::new()
    }
}

pub(super) fn engine(_: &Services) -> Result<Graph, Failure> {
    Ok(Graph)
}

pub(super) fn find_brand(_: &Services) -> FindBrand {
    Arc::new(|_| async { Ok(None) }.boxed())
}
