//! Listening, and going away politely: no new connections, not ready, and requests in flight are finished.

use std::{future::Future, sync::Arc, time::Duration};

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{Instant, error::Elapsed, interval, sleep, timeout},
};
use tower::{ServiceExt, service_fn};

use super::{
    exchange::Exchanges,
    metrics,
    origin::Peer,
    settings::Settings,
    state::Draining,
    tls::Tls,
    wire::{self, UNREADABLE, Wire},
};
use crate::domain::{Error, Result};

/// How long to wait when the operating system refuses a connection (too many open files) before asking again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// How often collected metrics are folded into their buckets, so that they take no memory while nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);
/// What an HTTP/2 client with prior knowledge sends first (RFC 9113, 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long to wait for the rest of a preface of which only a part is here.
const PREFACE_PAUSE: Duration = Duration::from_millis(5);
/// The longest head that is read over HTTP/2, in bytes, to be refused by its route, with a code and a count; what is longer
/// is refused by the library, which tells nobody.
const HTTP2_HEAD: u32 = 1024 * 1024;
/// How many requests one HTTP/2 connection may have in flight.
const HTTP2_STREAMS: u32 = 256;

/// Serves until `shutdown` completes, then drains: `/health/ready` answers 503 at once, connections are still taken for
/// `drain_seconds`, and what is in flight then has `grace_seconds` to finish.
///
/// # Errors
/// `INVALID` where the certificate cannot be used, `INTERNAL` where metrics cannot be collected.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    draining: Draining,
    shutdown: impl Future<Output = ()>,
    settings: &Settings,
) -> Result<()> {
    let handle = metrics::install()?;
    let places = Arc::new(Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    let tls = Tls::load(&settings.tls).await?.map(Arc::new);
    let bounds =
        Bounds { header_timeout: settings.header_timeout(), header_bytes: settings.header_limit_bytes };
    // Every connection holds a receiver: it hears when to close, and the sender knows when the last one is gone.
    let closing = watch::Sender::new(());
    let mut upkeep = interval(UPKEEP);
    let mut shutdown = std::pin::pin!(shutdown);
    let mut stop_at: Option<Instant> = None;

    loop {
        let accept = async {
            let place = places.clone().acquire_owned().await.map_err(Error::internal)?;
            let (stream, address) = listener.accept().await.map_err(Error::internal)?;
            Ok::<_, Error>((stream, Peer(address), place))
        };
        tokio::select! {
            biased;
            () = &mut shutdown, if stop_at.is_none() => {
                draining.begin();
                tracing::info!(connections = closing.receiver_count(), "going away");
                stop_at = Some(Instant::now() + settings.drain());
            }
            () = until(stop_at) => break,
            _ = upkeep.tick() => {
                handle.run_upkeep();
                if let Some(tls) = &tls {
                    tls.renew().await;
                }
            }
            accepted = accept => match accepted {
                Ok((stream, peer, place)) => {
                    let (router, closed, tls) = (router.clone(), closing.subscribe(), tls.clone());
                    tokio::spawn(async move {
                        connection(stream, peer, tls, router, closed, bounds).await;
                        drop(place);
                    });
                }
                Err(error) => {
                    tracing::warn!(error = ?error, "no connection could be taken");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }

    drop(listener);
    closing.send_replace(());
    if timeout(settings.grace(), closing.closed()).await.is_err() {
        tracing::warn!(grace_seconds = settings.grace_seconds, "requests still in flight were cut off");
    }
    Ok(())
}

async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => std::future::pending().await,
    }
}

/// What the head of a request may take.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    header_timeout: Duration,
    header_bytes: u32,
}

/// One connection, encrypted or not.
async fn connection(
    stream: TcpStream,
    peer: Peer,
    tls: Option<Arc<Tls>>,
    router: Router,
    mut closed: watch::Receiver<()>,
    bounds: Bounds,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection is gone");
        return;
    }
    let Some(tls) = tls else {
        let greeting = timeout(bounds.header_timeout, detect_http2(&stream));
        if let Some(Ok(http2)) = greeted(greeting, &mut closed).await {
            requests(stream, http2, peer, router, closed, bounds).await;
        }
        return;
    };
    match greeted(timeout(bounds.header_timeout, tls.accept(stream)), &mut closed).await {
        Some(Ok((stream, http2))) => requests(stream, http2, peer, router, closed, bounds).await,
        Some(Err(error)) => tracing::debug!(%error, "a client could not be greeted"),
        None => {}
    }
}

/// What a greeting came to; nothing where it took too long, or the server goes away. Nothing was asked yet, so that nothing
/// is cut off: the server need not wait for this one.
async fn greeted<T>(
    greeting: impl Future<Output = Result<T, Elapsed>>,
    closed: &mut watch::Receiver<()>,
) -> Option<T> {
    tokio::select! {
        greeted = greeting => greeted.ok(),
        _ = closed.changed() => None,
    }
}

/// The requests of one connection, in HTTP/1.1 or HTTP/2.
async fn requests(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    http2: bool,
    Peer(peer): Peer,
    router: Router,
    mut closed: watch::Receiver<()>,
    bounds: Bounds,
) {
    let exchanges = Arc::new(Exchanges::default());
    let begun = Arc::clone(&exchanges);
    let service = TowerToHyperService::new(service_fn(move |mut request: Request<Incoming>| {
        let open = begun.begin();
        request.extensions_mut().insert(Peer(peer));
        let answer = router.clone().oneshot(request);
        async move { answer.await.map(|answer| open.until_read(answer)) }
    }));
    let served = if http2 {
        let mut http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .keep_alive_interval(bounds.header_timeout)
            .max_header_list_size(HTTP2_HEAD.max(bounds.header_bytes))
            .max_concurrent_streams(HTTP2_STREAMS);
        let mut connection = std::pin::pin!(http2.serve_connection(TokioIo::new(stream), service));
        let served = tokio::select! {
            served = connection.as_mut() => Some(served),
            _ = closed.changed() => None,
            () = idle(&exchanges, bounds.header_timeout) => None,
        };
        let served = match served {
            Some(served) => served,
            // What is in flight is finished.
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if served.is_err() {
            ::metrics::counter!(UNREADABLE).increment(1);
        }
        served
    } else {
        let mut http1 = hyper::server::conn::http1::Builder::new();
        http1
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.header_timeout)
            .max_headers(wire::MAX_FIELDS as usize)
            .max_buf_size(bounds.header_bytes as usize);
        let wire = TokioIo::new(Wire::new(stream, exchanges, bounds.header_bytes));
        let mut connection = std::pin::pin!(http1.serve_connection(wire, service).with_upgrades());
        tokio::select! {
            served = connection.as_mut() => served,
            _ = closed.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Completes when nothing was asked for so long: a client that answers pings alone would hold its connection for ever.
async fn idle(exchanges: &Exchanges, time: Duration) {
    let mut before = None;
    loop {
        let now = exchanges.asked();
        if before == Some(now) {
            return;
        }
        before = Some(now);
        sleep(time).await;
    }
}

/// Whether the connection starts as HTTP/2 does. hyper can tell too, but waits for the bytes without a bound, and so
/// would anybody who sent half of them hold a connection for ever.
async fn detect_http2(stream: &TcpStream) -> std::io::Result<bool> {
    let mut start = [0_u8; HTTP2_PREFACE.len()];
    loop {
        let length = stream.peek(&mut start).await?;
        let seen = start.get(..length).unwrap_or_default();
        if length == 0 || !HTTP2_PREFACE.starts_with(seen) {
            return Ok(false);
        }
        if length == HTTP2_PREFACE.len() {
            return Ok(true);
        }
        // A peeked socket stays readable, so that only a pause keeps this from spinning until the rest is here.
        sleep(PREFACE_PAUSE).await;
    }
}
