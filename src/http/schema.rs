//! The schema as a file to download.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};

use super::{entrance, error::Refusal, request_id::RequestId, router::Routes};
use crate::domain::{Code, Error, access::Actor};

/// Where the schema is.
pub(super) const PATH: &str = "/schema.graphql";

/// The SDL of the graph.
pub(super) async fn sdl(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    if !routes.door.open_schema {
        let (head, _) = request.into_parts();
        let id = RequestId::of(&head.extensions);
        match entrance::admit(&routes, &head, &id, PATH).await {
            Ok(Actor::Anonymous) => {
                let error = Error::new(Code::Unauthenticated, "the schema is shown with a bearer token only");
                return Refusal::from(error)
                    .with(WWW_AUTHENTICATE, "Bearer realm=\"brandgraph\"")
                    .problem(&id);
            }
            Ok(_) => {}
            Err(refusal) => return refusal.problem(&id),
        }
    }
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], routes.door.engine.sdl()).into_response()
}
