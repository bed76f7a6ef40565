//! The demo platform: a small REST API with brand content and a dialect of its own, so that the first run pulls from
//! something through the same path as from a real platform.

mod chance;
mod content;
mod picture;
mod words;

use axum::{
    Json, Router,
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::{Value, json};

/// The most items of one page, whatever is asked for.
const MAX_PAGE: usize = 50;

/// The platform's routes, to be nested anywhere.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/v2/media", get(async |query| offset("media", picture::PICTURES, picture::describe, &query)))
        .route("/v2/media/{file}", get(file))
        .route("/v2/people", get(async |query| page("people", content::PEOPLE, content::person, &query)))
        .route(
            "/v2/products",
            get(async |query| page("products", content::PRODUCTS, content::product, &query)),
        )
        .route("/v2/stories", get(async |query| page("stories", content::STORIES, content::story, &query)))
}

#[derive(Debug, Deserialize)]
struct Pages {
    page: Option<usize>,
    per: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct Offset {
    from: Option<usize>,
    count: Option<usize>,
}

fn page(name: &str, all: usize, make: fn(usize) -> Value, query: &Query<Pages>) -> Json<Value> {
    let size = query.per.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE);
    let first = query.page.unwrap_or(1).saturating_sub(1).saturating_mul(size);
    list(name, all, make, first, size)
}

fn offset(name: &str, all: usize, make: fn(usize) -> Value, query: &Query<Offset>) -> Json<Value> {
    list(name, all, make, query.from.unwrap_or(0), query.count.unwrap_or(MAX_PAGE).clamp(1, MAX_PAGE))
}

fn list(name: &str, all: usize, make: fn(usize) -> Value, first: usize, size: usize) -> Json<Value> {
    let items: Vec<Value> = (0..all).skip(first).take(size).map(make).collect();
    Json(json!({name: items, "found": all}))
}

async fn file(Path(name): Path<String>) -> Response {
    match picture::find(&name) {
        Some(number) => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
                (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400")),
            ];
            (headers, picture::draw(number)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
