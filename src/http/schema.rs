//! The schema as a file to download.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};

use super::{actor, error::Refusal, request_id::RequestId, router::Routes};
use crate::domain::{Code, Error, access::Actor};

/// The SDL of the graph.
pub(super) async fn sdl(State(routes): State<Arc<Routes>>, request: Request) -> Response {
    if !routes.door.open_schema {
        let (head, id) = (request.headers(), RequestId::of(request.extensions()));
        match actor::of(&routes.door.authn, head).await {
            Ok(Actor::Anonymous) => {
                let error = Error::new(Code::Unauthenticated, "the schema is shown with a bearer token only");
                return Refusal::from(error)
                    .with(WWW_AUTHENTICATE, "Bearer realm=\"brandgraph\"")
                    .problem(&id);
            }
            Ok(_) => {}
            Err(rejected) => return actor::challenge(rejected).problem(&id),
        }
    }
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], routes.door.engine.sdl()).into_response()
}
