//! A door for tests: the real routes in front of a small schema, asked in memory or over a socket.

use std::{net::SocketAddr, sync::Arc};

use async_graphql::{Context, EmptySubscription, Object, Schema, Variables, parser::types::OperationType};
use axum::{Router, body::Body};
use brandgraph::{
    domain::{Code, Error, Result, access::Actor},
    graphql,
    http::{
        self, Door, Draining, Settings,
        engine::{self, Engine, Operation, Outcome, Reply, Request},
    },
    kit::clock::Clock,
    service::{
        Library,
        authn::{self, Authn},
        throttle::Throttle,
    },
};
use chrono::{DateTime, Utc};
use futures::{FutureExt, future::BoxFuture};
use http_body_util::BodyExt;
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};
use tower::ServiceExt;
use uuid::Uuid;

use crate::harness::TestApp;

pub const SECRET: &str = "a secret for tests, thirty-two bytes or more";
pub const BRAND: Uuid = Uuid::from_u128(7);

pub fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

/// Runs a schema whose fields do what a test of the door needs done behind it.
pub struct Stub {
    schema: Schema<Query, Mutation, EmptySubscription>,
    pub started: Arc<Semaphore>,
    pub release: Arc<Semaphore>,
}

pub struct Query;

#[Object]
impl Query {
    /// Who asks.
    async fn who(&self, context: &Context<'_>) -> String {
        let context = context.data_unchecked::<engine::Context>();
        match &context.actor {
            Actor::User(who) => {
                let held = who.memberships.iter().map(|one| format!(" {} {:?}", one.role.name, one.brands));
                format!("{}{}", who.subject, held.collect::<String>())
            }
            other => other.label(),
        }
    }

    /// The id of the request.
    async fn request_id(&self, context: &Context<'_>) -> String {
        context.data_unchecked::<engine::Context>().request_id.clone()
    }

    /// Gives back what it gets.
    async fn echo(&self, text: String) -> String {
        text
    }

    /// Waits until the test lets it go on.
    async fn wait(&self, context: &Context<'_>) -> bool {
        let (started, release) = context.data_unchecked::<(Arc<Semaphore>, Arc<Semaphore>)>();
        started.add_permits(1);
        release.acquire().await.unwrap().forget();
        true
    }

    /// Panics.
    async fn panic(&self) -> bool {
        std::hint::black_box(None).expect("a secret detail")
    }
}

pub struct Mutation;

#[Object]
impl Mutation {
    /// Writes nothing.
    async fn write(&self) -> bool {
        true
    }

    /// Writes for ever.
    async fn slow(&self, context: &Context<'_>) -> bool {
        context.data_unchecked::<engine::Context>().begun.mark();
        std::future::pending().await
    }
}

impl Default for Stub {
    fn default() -> Self {
        let schema = Schema::new(Query, Mutation, EmptySubscription);
        Self { schema, started: Arc::new(Semaphore::new(0)), release: Arc::new(Semaphore::new(0)) }
    }
}

impl Engine for Stub {
    fn execute(&self, request: Request, context: engine::Context) -> BoxFuture<'_, Reply> {
        async move {
            if request.queries_only
                && let Ok(document) =
                    async_graphql::parser::parse_query(request.query.as_deref().unwrap_or_default())
                && document
                    .operations
                    .iter()
                    .any(|(_, operation)| operation.node.ty == OperationType::Mutation)
            {
                let body = r#"{"errors":[{"message":"no mutations here","extensions":{"code":"INVALID"}}]}"#;
                return Reply {
                    outcome: Outcome::MutationRefused,
                    operation: Some(Operation::Mutation),
                    body: body.into(),
                    limited: None,
                };
            }
            let mut asked = async_graphql::Request::new(request.query.unwrap_or_default())
                .variables(Variables::from_json(request.variables.into()))
                .data(context)
                .data((self.started.clone(), self.release.clone()));
            asked.operation_name = request.operation_name;
            let response = self.schema.execute(asked).await;
            if response.data == async_graphql::Value::Null && response.is_err() {
                let body = serde_json::json!({ "errors": response.errors }).to_string();
                return Reply {
                    outcome: Outcome::Rejected,
                    operation: None,
                    body: body.into(),
                    limited: None,
                };
            }
            let body = serde_json::to_vec(&response).unwrap().into();
            Reply { outcome: Outcome::Executed, operation: Some(Operation::Query), body, limited: None }
        }
        .boxed()
    }

    fn sdl(&self) -> String {
        self.schema.sdl()
    }
}

pub fn authn(clock: Clock) -> Arc<Authn> {
    let settings = authn::Settings {
        secret: Some(SECRET.into()),
        development: Some(true),
        ..authn::Settings::default()
    };
    Arc::new(Authn::new(&settings, clock, None).unwrap())
}

/// A door that a test may still change before it opens it.
pub fn door() -> Door {
    let clock = Clock::fixed(noon());
    Door {
        engine: Arc::new(Stub::default()),
        authn: authn(clock.clone()),
        ready: Arc::new(|| async { Ok(()) }.boxed()),
        draining: Draining::default(),
        metrics: http::metrics::install().unwrap(),
        playground: None,
        open_schema: true,
        services: None,
        public_metrics: true,
        throttle: Arc::new(Throttle::off(&clock)),
        clock,
    }
}

pub fn open() -> Router {
    http::router(door(), &Settings::default()).unwrap()
}

/// What came back, all of it read.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The first GraphQL error.
    pub fn error(&self) -> serde_json::Value {
        self.json()["errors"][0].clone()
    }
}

pub async fn ask(router: &Router, request: axum::http::request::Builder, body: impl Into<Body>) -> Answer {
    answer(router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap()).await
}

/// An answer, read to its end.
pub async fn answer(response: axum::response::Response) -> Answer {
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// The graph of a whole application, to put behind a door.
pub fn graph(app: &TestApp) -> Arc<dyn Engine> {
    let library = Library::new(app.services.db.clone(), SECRET.as_bytes()).unwrap();
    Arc::new(graphql::Engine::new(app.services.clone(), library).unwrap())
}

/// A POST to the endpoint, as GraphQL clients send it today.
pub fn post() -> axum::http::request::Builder {
    axum::http::Request::post("/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
}

pub fn get(path: &str) -> axum::http::request::Builder {
    axum::http::Request::get(path)
}

pub fn database_down() -> Result<()> {
    Err(Error::new(Code::Unavailable, "the database at 10.0.0.7 refused the connection"))
}

/// A server on a port of its own, which stops when told to.
pub struct Server {
    pub address: SocketAddr,
    pub draining: Draining,
    pub stop: tokio::sync::oneshot::Sender<()>,
    pub served: JoinHandle<Result<()>>,
}

impl Server {
    pub async fn start(door: Door, settings: Settings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let draining = door.draining.clone();
        let router = http::router(door, &settings).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let drain = draining.clone();
        let served = tokio::spawn(async move {
            let shutdown = async move { drop(stopped.await) };
            http::serve(listener, router, drain, shutdown, &settings).await
        });
        Self { address, draining, stop, served }
    }
}
