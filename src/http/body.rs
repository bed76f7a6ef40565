//! Reading a request body within bounds: no more bytes than the limit, no longer than the deadline, and of strangers no more at a time
//! than there is room for.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::{Bytes, BytesMut};
use http::header::RETRY_AFTER;
use http_body_util::BodyExt;

use super::{
    error::Refusal,
    room::{Held, Room},
};
use crate::domain::{Code, Error};

/// How far past the limit a body is still read and thrown away. A client that is cut off while it sends often never
/// reads the answer that says why; one that is only somewhat too large gets to see it.
const DISCARD_FACTOR: usize = 4;

/// How long nothing may come of a body that is thrown away before its sender is answered.
const PAUSE: Duration = Duration::from_millis(250);

/// The whole body. It takes up room, where it is somebody's who has a share of one.
///
/// # Errors
/// 413 for more than `limit` bytes, 408 for more than `deadline`, 503 where there is no room, 400 for a connection that breaks.
pub(super) async fn read(
    body: Body,
    limit: usize,
    deadline: Duration,
    room: Option<&Room>,
) -> Result<(Bytes, Held), Refusal> {
    // What is announced need not come to be refused.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        let _ = tokio::time::timeout(deadline, discard(body, limit)).await;
        return Err(too_large(limit, announced));
    }
    match tokio::time::timeout(deadline, collect(body, limit, room)).await {
        Ok(read) => read,
        Err(_elapsed) => Err(Refusal::new(
            408,
            Error::new(
                Code::Timeout,
                format!("the request body did not arrive within {} seconds", deadline.as_secs()),
            ),
        )
        .closing()),
    }
}

/// Reads what is on its way and throws it away, so that its sender gets to see the answer.
async fn discard(mut body: Body, limit: usize) {
    let mut length = 0_usize;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(PAUSE, body.frame()).await {
        length = length.saturating_add(frame.data_ref().map_or(0, Bytes::len));
        if length > limit.saturating_mul(DISCARD_FACTOR) {
            break;
        }
    }
}

async fn collect(mut body: Body, limit: usize, room: Option<&Room>) -> Result<(Bytes, Held), Refusal> {
    let mut held = Held::default();
    let mut first: Option<Bytes> = None;
    let mut rest = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length <= limit
            && let Some(room) = room
            && !room.take(&mut held, data.len())
        {
            return Err(crowded(room));
        }
        if length > limit {
            (rest, held) = (BytesMut::new(), Held::default());
            if length > limit.saturating_mul(DISCARD_FACTOR) {
                break;
            }
        } else if first.is_none() && rest.is_empty() {
            first = Some(data);
        } else {
            // Most bodies are one frame and are passed on without a copy.
            if let Some(first) = first.take() {
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&data);
        }
    }
    if length > limit {
        return Err(too_large(limit, length));
    }
    Ok((first.unwrap_or_else(|| rest.freeze()), held))
}

/// Requests without credentials that came to more than there is room for; a count for operators.
pub(super) const CROWDED: &str = "stranger_bodies_refused_total";

/// How long somebody is to wait for whom there was no room, in seconds.
const AGAIN: &str = "1";

fn crowded(room: &Room) -> Refusal {
    metrics::counter!(CROWDED).increment(1);
    let message = format!(
        "requests without credentials take up the {} bytes that there are for their bodies; try again in a second",
        room.size()
    );
    Refusal::from(Error::new(Code::Unavailable, message)).with(RETRY_AFTER, AGAIN).closing()
}

fn too_large(limit: usize, length: usize) -> Refusal {
    let bytes = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Refusal::from(Error::limit(
        ("body_limit_bytes", "the request body in bytes"),
        bytes(limit),
        bytes(length),
    ))
    .closing()
}

fn broken(source: axum::Error) -> Refusal {
    Error::invalid("body", "incomplete", "the connection broke before the whole body had arrived")
        .with_source(source)
        .into()
}
