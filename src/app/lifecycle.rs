//! The server from its first line to its last: listen, database, services, graph, door; then the same in reverse.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use chrono::TimeDelta;
use futures::FutureExt;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::oneshot,
    task::JoinSet,
    time::Instant,
};

use super::{
    backend::{Backend, Sharing},
    build::{self, Built},
    config::{Config, Environment},
    failure::Failure,
    files::{Files, FilesBeside},
    first_run,
};
use crate::{
    domain::access::Role,
    graphql::persisted::Persisted,
    http,
    service::{Services, audit, authn::Authn, throttle::quota},
    worker,
};

/// How long the token that is printed at the start is valid, in hours.
const WELCOME_TOKEN_HOURS: i64 = 24;

/// What a process does besides answering requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// It runs background jobs too.
    Also,
    /// Another process does that.
    Elsewhere,
}

/// Serves until the process is told to stop, then finishes what is in flight.
///
/// # Errors
/// Where the configuration does not allow it, the address is taken, or the database is out of reach.
pub async fn serve(config: &Config, environment: &Environment, work: Work) -> Result<(), Failure> {
    check(config)?;
    // First: a port that is taken is told before anything else was started.
    let listener = listen(config.http.listen, "BRANDGRAPH__HTTP__LISTEN").await?;
    let operations = match config.http.operations_listen {
        Some(address) => Some(listen(address, "BRANDGRAPH__HTTP__OPERATIONS_LISTEN").await?),
        None => None,
    };
    let asked = stop_signal()?;
    let backend = Backend::open(config, environment, Sharing::Alone).await?;
    // Without its database a server would say 503 for good: what started it starts both again.
    let (lost, gone) = (backend.lost(), Arc::new(OnceLock::new()));
    let noted = Arc::clone(&gone);
    let stopped = async move {
        tokio::select! {
            () = asked => {}
            why = lost => {
                tracing::error!("{why}");
                let _ = noted.set(why);
            }
        }
    };
    let stopped = stopped.boxed().shared();
    let address = address_of(&listener)?;
    let files = match Files::open(config, address).await {
        Ok(files) => files,
        Err(error) => {
            backend.close().await;
            return Err(error);
        }
    };
    let services = backend.services.clone().with_media(files.media.clone());
    if let Err(error) = files.let_go(&services).await {
        backend.close().await;
        return Err(error.into());
    }
    // Before the first job runs, so that it is counted.
    http::metrics::install()?;
    worker::describe();
    audit::metrics::describe();
    let mut jobs = JoinSet::new();
    jobs.spawn(audit::run(services.clone(), stopped.clone()));
    jobs.spawn(quota::run(services.clone(), stopped.clone()));
    if work == Work::Also {
        jobs.spawn(worker::run(services.clone(), config.worker, stopped.clone()));
        jobs.spawn(sealed(services.clone(), config.audit.clone(), stopped.clone()));
    }
    let served = serve_on(config, (listener, operations), &files, services.clone(), stopped).await;
    if served.is_err() {
        // Nobody asked it to stop, so that it would not.
        jobs.abort_all();
    }
    while jobs.join_next().await.is_some() {}
    if let Err(error) = audit::flush(&services, true).await {
        tracing::warn!(%error, "the last refusals could not be written into the audit record");
    }
    if let Err(error) = quota::flush(&services).await {
        tracing::warn!(%error, "what callers have spent last could not be written");
    }
    backend.close().await;
    match gone.get() {
        Some(why) => Err(Failure::Failed(why.clone())),
        None => served,
    }
}

async fn serve_on(
    config: &Config,
    (listener, machines): (TcpListener, Option<TcpListener>),
    files: &Files,
    services: Services,
    stopped: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let address = address_of(&listener)?;
    let Built { mut router, door, operations, authn, draining, engine } = build::build(config, &services)?;
    router = files.mount(router, &door, &config.http)?;
    let mut first_run = JoinSet::new();
    if config.demo() {
        router = first_run::with_platform(router);
        first_run.spawn(first_run::fill(services, address));
    }
    welcome(config, address, &authn);
    // A pull that is not done when the set goes out of scope is cut off between two batches; the next start goes on.
    let stopped_at = OnceLock::new();
    let stopped = async {
        stopped.await;
        let _ = stopped_at.set(Instant::now());
    };
    // Health is asked until the last request is answered; whoever is asked then is going away.
    let (served, nobody_left) = oneshot::channel::<()>();
    let settings = config.http.for_operations();
    let beside = async {
        let Some(listener) = machines else { return Ok(()) };
        let over = nobody_left.map(drop);
        http::serve(listener, operations, draining.clone(), over, &settings).await
    };
    let public = async {
        let ended = http::serve(listener, router, draining.clone(), stopped, &config.http).await;
        drop(served);
        ended
    };
    let (ended, beside) = tokio::join!(public, beside);
    ended.and(beside)?;
    // Mutations that nobody waits for have the time that requests have, and no longer.
    let whole = Duration::from_secs(config.http.drain_seconds.saturating_add(config.http.grace_seconds));
    let begun = stopped_at.get().copied().unwrap_or_else(Instant::now);
    let end = begun.checked_add(whole).unwrap_or(begun);
    if tokio::time::timeout_at(end, engine.written()).await.is_err() {
        tracing::warn!("mutations still running were cut off; what they did is undone");
    }
    Ok(())
}

/// Runs background jobs until the process is told to stop, then finishes those that have begun. Health and metrics are at the address
/// `machines`, where one is given.
///
/// # Errors
/// Where the address is taken, or the database is out of reach.
pub async fn work(
    config: &Config,
    environment: &Environment,
    machines: Option<SocketAddr>,
) -> Result<(), Failure> {
    let listener = match machines {
        Some(address) => Some(listen(address, "--listen").await?),
        None => None,
    };
    let stopped = stop_signal()?;
    let backend = Backend::open(config, environment, Sharing::Beside).await?;
    let files = match FilesBeside::open(config, &backend).await {
        Ok(files) => files,
        Err(error) => {
            backend.close().await;
            return Err(error);
        }
    };
    let services = backend.services.clone().with_media(files.media.clone());
    let stopped = stopped.shared();
    let door = listener.map(|listener| Ok((listener, build::build(config, &services)?))).transpose();
    let door = match door {
        Ok(door) => door,
        Err(error) => {
            backend.close().await;
            return Err(error);
        }
    };
    worker::describe();
    let (finished, idle) = oneshot::channel::<()>();
    let settings = config.http.for_operations();
    let beside = async {
        let Some((listener, Built { operations, draining, .. })) = door else { return Ok(()) };
        tracing::info!("health and metrics are at http://{}", address_of(&listener)?);
        let going = async {
            stopped.clone().await;
            draining.begin();
            idle.map(drop).await;
        };
        http::serve(listener, operations, draining.clone(), going, &settings).await.map_err(Failure::from)
    };
    tracing::info!("running background jobs");
    let jobs = async {
        let sealing = sealed(backend.services.clone(), config.audit.clone(), stopped.clone());
        tokio::join!(worker::run(services.clone(), config.worker, stopped.clone()), sealing);
        drop(finished);
    };
    let ((), beside) = tokio::join!(jobs, beside);
    backend.close().await;
    beside
}

/// Seals audit records until the process is told to stop.
async fn sealed(services: Services, settings: audit::Settings, stopped: impl Future<Output = ()> + Send) {
    if let Err(error) = audit::keep_sealing(services, settings, stopped).await {
        tracing::error!(%error, "audit records are not sealed");
    }
}

/// Whether a server may be started with this configuration.
///
/// # Errors
/// What serving needs beyond settings that are right each on its own.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    refuse_public(config)?;
    if !config.embedded_mode() && config.auth.secret.is_none() {
        let message = "auth.secret: must be given where database.url is: tokens are signed with it";
        return Err(Failure::Usage(message.to_owned()));
    }
    // Read here too, so that a manifest that is none is told of before anything runs.
    Persisted::new(&config.documents, None).map(drop).map_err(Failure::from)
}

/// The embedded database has a generated secret and no operator: it is for this machine alone.
fn refuse_public(config: &Config) -> Result<(), Failure> {
    let all = [
        ("http.listen", Some(config.http.listen)),
        ("http.operations_listen", config.http.operations_listen),
    ];
    let reached = |(_, address): &(_, Option<SocketAddr>)| address.is_some_and(|at| !at.ip().is_loopback());
    if config.embedded_mode()
        && let Some((name, Some(listen))) = all.into_iter().find(reached)
    {
        return Err(Failure::Usage(format!(
            "{name} is {listen}, which other machines can reach; without database.url brandgraph listens on a loopback address only"
        )));
    }
    Ok(())
}

fn address_of(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::because("listening", &error))
}

async fn listen(address: SocketAddr, variable: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => {
            Failure::Failed(format!("{address} is in use by another program; choose another with {variable}"))
        }
        _ => Failure::because(format_args!("listening on {address}"), &error),
    })
}

/// Completes when the process is asked to stop. Asked again, it ends at once; the database is then stopped by its
/// supervisor.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let because = |error: io::Error| Failure::because("waiting for signals", &error);
    let mut interrupt = signal(SignalKind::interrupt()).map_err(because)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(because)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::warn!("asked again: ending at once");
            std::process::exit(130);
        });
    })
}

/// Says where to go, and with an embedded database also how to get in.
fn welcome(config: &Config, address: SocketAddr, authn: &Authn) {
    tracing::info!("listening on http://{address}");
    if !config.embedded_mode() {
        return;
    }
    match authn.mint("you", Role::Owner, None, TimeDelta::hours(WELCOME_TOKEN_HOURS)) {
        Ok(token) => super::say(format_args!(
            "\n  Playground  http://{address}/#token={token}\n  GraphQL     http://{address}/graphql\n  Token       {token}\n"
        )),
        Err(error) => tracing::warn!(%error, "no token could be made"),
    }
}
