//! The schema as a file to download.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;

use super::router::Routes;

/// The SDL of the graph.
pub(super) async fn sdl(State(routes): State<Routes>) -> Response {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], routes.door.engine.sdl()).into_response()
}
