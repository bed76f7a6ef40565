//! Listening, and going away politely: no new connections, not ready, and requests in flight are finished.

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use http::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    time::{Instant, interval, sleep, timeout},
};
use tower::ServiceExt;

use super::{metrics, origin::Peer, settings::Settings, state::Draining};
use crate::domain::{Error, Result};

/// How long to wait when the operating system refuses a connection (too many open files) before asking again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// How often collected metrics are folded into their buckets, so that they take no memory while nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);
/// What an HTTP/2 client with prior knowledge sends first (RFC 9113, 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How long to wait for the rest of a preface of which only a part is here.
const PREFACE_PAUSE: Duration = Duration::from_millis(5);
/// How many requests one HTTP/2 connection may have in flight.
const HTTP2_STREAMS: u32 = 256;

/// Serves until `shutdown` completes, then drains: `/health/ready` answers 503 at once, connections are still taken for
/// `drain_seconds`, and what is in flight then has `grace_seconds` to finish.
///
/// # Errors
/// `INTERNAL` where metrics cannot be collected.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    draining: Draining,
    shutdown: impl Future<Output = ()>,
    settings: &Settings,
) -> Result<()> {
    let handle = metrics::install()?;
    let places = Arc::new(Semaphore::new(settings.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    let header_timeout = settings.header_timeout();
    // Every connection holds a receiver: it hears when to close, and the sender knows when the last one is gone.
    let closing = watch::Sender::new(());
    let mut upkeep = interval(UPKEEP);
    let mut shutdown = std::pin::pin!(shutdown);
    let mut stop_at: Option<Instant> = None;

    loop {
        let accept = async {
            let place = places.clone().acquire_owned().await.map_err(Error::internal)?;
            listener.accept().await.map(|(stream, peer)| (stream, peer, place)).map_err(Error::internal)
        };
        tokio::select! {
            biased;
            () = &mut shutdown, if stop_at.is_none() => {
                draining.begin();
                tracing::info!(connections = closing.receiver_count(), "going away");
                stop_at = Some(Instant::now() + settings.drain());
            }
            () = until(stop_at) => break,
            _ = upkeep.tick() => handle.run_upkeep(),
            accepted = accept => match accepted {
                Ok((stream, peer, place)) => {
                    let (router, closed) = (router.clone(), closing.subscribe());
                    tokio::spawn(async move {
                        connection(stream, peer, router, closed, header_timeout).await;
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

/// One connection, HTTP/1.1 or HTTP/2 with prior knowledge.
async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut closed: watch::Receiver<()>,
    header_timeout: Duration,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection is gone");
        return;
    }
    let speaks_http2 = tokio::select! {
        detected = timeout(header_timeout, detect_http2(&stream)) => match detected {
            Ok(Ok(detected)) => detected,
            _ => return,
        },
        // Nothing was asked yet, so that nothing is cut off: the server need not wait for this one.
        _ = closed.changed() => return,
    };
    let io = TokioIo::new(stream);
    let service = TowerToHyperService::new(router.map_request(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(Peer(peer)));
        request
    }));
    let served = if speaks_http2 {
        let mut http2 = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        http2
            .timer(TokioTimer::new())
            .keep_alive_interval(header_timeout)
            .max_concurrent_streams(HTTP2_STREAMS);
        let mut connection = std::pin::pin!(http2.serve_connection(io, service));
        tokio::select! {
            served = connection.as_mut() => served,
            _ = closed.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    } else {
        let mut http1 = hyper::server::conn::http1::Builder::new();
        http1.timer(TokioTimer::new()).header_read_timeout(header_timeout);
        let mut connection = std::pin::pin!(http1.serve_connection(io, service).with_upgrades());
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
