//! The exchanges of one connection: which requests have come, and whether the answer to one is still being read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use axum::body::Body;
use http::Response;
use hyper::body::{Bytes, Frame, SizeHint};

/// Counts requests; shared by the service of a connection and its wire.
#[derive(Debug, Default)]
pub(super) struct Exchanges {
    asked: AtomicU64,
    done: AtomicU64,
}

impl Exchanges {
    /// How many requests have come.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::Acquire)
    }

    /// Whether an answer has not been read to its end.
    pub(super) fn open(&self) -> bool {
        self.done.load(Ordering::Acquire) < self.asked()
    }

    /// A request has come. It is open until what is given back is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> Open {
        self.asked.fetch_add(1, Ordering::AcqRel);
        Open(Arc::clone(self))
    }
}

/// A request whose answer has not been read to its end.
#[derive(Debug)]
pub(super) struct Open(Arc<Exchanges>);

impl Open {
    /// The answer, which keeps the request open for as long as it is being read.
    pub(super) fn until_read(self, answer: Response<Body>) -> Response<Kept> {
        answer.map(|body| Kept { body, _open: self })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.done.fetch_add(1, Ordering::AcqRel);
    }
}

/// The body of an answer to a request that is open.
#[derive(Debug)]
pub(super) struct Kept {
    body: Body,
    _open: Open,
}

impl hyper::body::Body for Kept {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
