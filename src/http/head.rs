//! The bound on the head of a request, to the byte. The library that reads heads grows its buffer in steps and lets some more pass.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::request::Parts;

use super::{error::Refusal, media::MediaType, request_id::RequestId, router};
use crate::domain::Error;

/// Refuses a head of more bytes than so many, as HTTP/1.1 would write it.
pub(super) async fn bounded(State(most): State<u32>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let bytes = bytes(&head);
    if bytes <= u64::from(most) {
        return next.run(Request::from_parts(head, body)).await;
    }
    let id = RequestId::of(&head.extensions);
    let error = Error::limit(("header_limit_bytes", "the head of the request in bytes"), most, bytes);
    // What it announces is not read.
    let refusal = Refusal::new(431, error).closing();
    if head.uri.path() == router::GRAPHQL {
        refusal.graphql(MediaType::Json, &id)
    } else {
        refusal.problem(&id)
    }
}

/// The request line, each header with its colon, blank and line end, and the empty line.
fn bytes(head: &Parts) -> u64 {
    const LINE: usize = "  HTTP/1.1\r\n".len();
    const FIELD: usize = ": \r\n".len();
    let target = head.uri.path_and_query().map_or(0, |target| target.as_str().len());
    let fields = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + FIELD);
    let total = head.method.as_str().len() + target + LINE + fields.sum::<usize>() + 2;
    u64::try_from(total).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_as_long_as_it_is_written() {
        let written = "GET /graphql?query=%7Ba%7D HTTP/1.1\r\nhost: shop.example\r\naccept: */*\r\n\r\n";
        let request = http::Request::get("/graphql?query=%7Ba%7D")
            .header("host", "shop.example")
            .header("accept", "*/*")
            .body(())
            .unwrap();
        assert_eq!(bytes(&request.into_parts().0), written.len() as u64);
    }
}
