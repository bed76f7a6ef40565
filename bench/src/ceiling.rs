//! What an answer could cost at least: axum, 16 connections, one prepared hand-written statement, no GraphQL at all.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::{DateTime, Utc};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use serde_json::Value;
use tokio_postgres::{NoTls, types::ToSql};
use uuid::Uuid;

use crate::{
    Fallible,
    query::{Kind, Query},
};

/// How to serve the ceilings.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that brandgraph reads too.
    #[arg(long)]
    database_url: String,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9090")]
    listen: SocketAddr,
}

/// Answers `POST /Q1` to `/Q7` (the body holds the variables) and `POST /static/{bytes}`, until it is ended.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let pool = pool(&arguments.database_url).await?;
    let app = Router::new()
        .route("/static/{bytes}", post(fixed))
        .with_state(Arc::new("x".repeat(1 << 20)))
        .merge(Router::new().route("/{query}", post(answer)).with_state(pool));
    listen(arguments.listen, app).await
}

/// As many connections as brandgraph reads with, each set as its own are.
pub(crate) async fn pool(url: &str) -> Fallible<Pool> {
    let mut config: tokio_postgres::Config = url.parse()?;
    config.options("-c statement_timeout=15000 -c timezone=UTC -c jit=off");
    let manager =
        Manager::from_config(config, NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
    let pool = Pool::builder(manager).max_size(16).build()?;
    drop(pool.get().await?);
    Ok(pool)
}

/// Serves until it is ended.
pub(crate) async fn listen(address: SocketAddr, app: Router) -> Fallible {
    let listener = tokio::net::TcpListener::bind(address).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    // Without this, the last part of an answer may wait for the client's acknowledgement.
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn fixed(Path(bytes): Path<usize>, State(filling): State<Arc<String>>) -> Response {
    let filling = filling.get(..bytes.saturating_sub(18)).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], format!(r#"{{"data":{{"fixed":"{filling}"}}}}"#)).into_response()
}

async fn answer(State(pool): State<Pool>, Path(name): Path<String>, body: Bytes) -> Response {
    let Some(query) = Query::find(&name) else { return StatusCode::NOT_FOUND.into_response() };
    match ask(&pool, query, &body).await {
        Ok(json) => ([(CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn ask(pool: &Pool, query: Query, body: &[u8]) -> Fallible<String> {
    let variables: Value = serde_json::from_slice(body)?;
    let parameters = query
        .parameters()
        .iter()
        .map(|(name, kind)| parameter(variables.get(*name).and_then(Value::as_str), *kind, name))
        .collect::<Fallible<Vec<_>>>()?;
    let borrowed: Vec<&(dyn ToSql + Sync)> =
        parameters.iter().map(|parameter| &**parameter as &(dyn ToSql + Sync)).collect();
    let client = pool.get().await?;
    let statement = client.prepare_cached(query.statement()).await?;
    let row = client.query_one(&statement, &borrowed).await?;
    let json: &str = row.try_get(0)?;
    let mut out = String::with_capacity(json.len() + 10);
    out.push_str(r#"{"data":"#);
    out.push_str(json);
    out.push('}');
    Ok(out)
}

fn parameter(value: Option<&str>, kind: Kind, name: &str) -> Fallible<Box<dyn ToSql + Sync + Send>> {
    let value = value.ok_or_else(|| format!("the variable {name} is missing"))?;
    Ok(match kind {
        Kind::Text => Box::new(value.to_owned()),
        Kind::Moment => Box::new(value.parse::<DateTime<Utc>>()?),
        Kind::Id => {
            let (_, key) = value.split_once('_').ok_or("no id")?;
            Box::new(key.parse::<Uuid>()?)
        }
    })
}
