//! What the library that reads heads answers by itself, in our words: a head that is none, or that is far too large, reaches no
//! route, and would be answered without a body, a code or a count.

use std::{
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::{error::Refusal, exchange::Exchanges, request_id::RequestId};
use crate::{domain::Error, kit::clock::Clock};

/// Requests that could not be read as HTTP.
pub(super) const UNREADABLE: &str = "unreadable_requests_total";

/// How many fields a head may have, so that the library reads them into room of its own.
pub(super) const MAX_FIELDS: u32 = 100;
/// The longest target that the library for URIs takes, in bytes.
const MAX_TARGET: u32 = 65_534;
/// How long the rest of a refused head is awaited and thrown away, and how much of it, in bytes: a connection that is closed
/// with bytes unread takes the answer with it (RFC 9112, 9.6).
const LINGER: (Duration, u64) = (Duration::from_secs(1), 4 * 1024 * 1024);

/// The wire of an HTTP/1.1 connection.
pub(super) struct Wire<S> {
    stream: S,
    exchanges: Arc<Exchanges>,
    /// What a head may take, in bytes.
    most: u32,
    /// How many requests had come when everything was written last.
    settled: u64,
    /// Bytes that have come since.
    read: u64,
    /// What is written instead of the library's own answer, and how much of it is out.
    instead: Option<(Vec<u8>, usize)>,
    linger: Option<(Pin<Box<Sleep>>, u64)>,
}

impl<S> Wire<S> {
    /// Around a stream whose requests are told to `exchanges`.
    pub(super) fn new(stream: S, exchanges: Arc<Exchanges>, most: u32) -> Self {
        Self { stream, exchanges, most, settled: 0, read: 0, instead: None, linger: None }
    }

    /// Whether what is written now can only be the library's own: every request is answered, and every answer written.
    fn is_own(&self) -> bool {
        !self.exchanges.open() && self.exchanges.asked() == self.settled
    }

    /// What we say where the library gives this answer.
    fn say(&self, written: &[u8]) -> Vec<u8> {
        let refusal = match written.get(b"HTTP/1.1 ".len()..).and_then(|rest| rest.get(..3)) {
            Some(b"414") => {
                let target = ("target_bytes", "the target of the request in bytes");
                Refusal::new(414, Error::limit(target, MAX_TARGET, self.read))
            }
            Some(b"431") if self.read < u64::from(self.most) => {
                let fields = ("header_fields", "the number of header fields");
                Refusal::new(431, Error::limit(fields, MAX_FIELDS, MAX_FIELDS + 1))
            }
            Some(b"431") => {
                let head = ("header_limit_bytes", "the head of the request in bytes");
                // No more is read than what is enough to refuse it.
                let least = u64::from(self.most) + 1;
                Refusal::new(431, Error::limit(head, self.most, self.read.max(least)))
            }
            _ => {
                ::metrics::counter!(UNREADABLE).increment(1);
                Refusal::from(Error::invalid("head", "http", "is not the head of an HTTP/1.1 request"))
            }
        };
        refusal.closing().written(&RequestId::new(&Clock::system()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.read = self.read.saturating_add((buffer.filled().len() - before) as u64);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.instead.is_none() && !self.is_own() {
            return Pin::new(&mut self.stream).poll_write(context, bytes);
        }
        let this = &mut *self;
        if this.instead.is_none() {
            this.instead = Some((this.say(bytes), 0));
        }
        while let Some((answer, out)) = &mut this.instead
            && let rest @ [_, ..] = answer.get(*out..).unwrap_or_default()
        {
            let written = ready!(Pin::new(&mut this.stream).poll_write(context, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *out += written;
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.instead.is_some() || self.is_own() {
            let first = parts.iter().find(|part| !part.is_empty()).map_or(&[][..], |part| part);
            return self.poll_write(context, first);
        }
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        let asked = self.exchanges.asked();
        // The library flushes when it has nothing left to write.
        if !self.exchanges.open() && asked != self.settled {
            (self.settled, self.read) = (asked, 0);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.instead.is_none() {
            return Pin::new(&mut this.stream).poll_shutdown(context);
        }
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
        }
        let (end, thrown) = this.linger.get_or_insert_with(|| (Box::pin(sleep(LINGER.0)), 0));
        let mut room = [0_u8; 8 * 1024];
        while *thrown < LINGER.1 && end.as_mut().poll(context).is_pending() {
            let mut buffer = ReadBuf::new(&mut room);
            ready!(Pin::new(&mut this.stream).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            *thrown += buffer.filled().len() as u64;
        }
        Poll::Ready(Ok(()))
    }
}
