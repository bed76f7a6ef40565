//! The schema as a file to download.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;

use super::router::Routes;

/// The SDL of the graph.
pub(super) async fn sdl(State(routes): State<Arc<Routes>>) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], routes.door.engine.sdl()).into_response()
}
