//! Two brands' worth of content, put there by plain SQL so that reads are tested without writes.

use brandgraph::{
    domain::{
        access::{Actor, BrandScope, Role},
        catalog::Catalog,
    },
    graphql::{Begun, Context, Engine, Outcome, Request},
    kit::clock::Clock,
    service::{Library, Services},
    store::{Db, Settings},
};
use serde_json::{Value, json};
use sqlx::Executor;
use uuid::Uuid;

use crate::harness::{TestDb, Wire, user};

/// The key of brand `acme`.
pub const ACME: Uuid = Uuid::from_u128(0xa0);
/// The key of brand `zen`.
pub const ZEN: Uuid = Uuid::from_u128(0xb0);

const CONTENT: &str = include_str!("shelf.sql");

/// A database with content, and a graph on it.
pub struct Shelf {
    /// The database behind it.
    pub test: TestDb,
    /// What lies between the graph and it.
    pub wire: Wire,
    engine: Engine,
    actor: Actor,
}

impl Shelf {
    /// Opens the shelf to a viewer of all brands.
    pub async fn open() -> Self {
        Self::with(Catalog::built_in().unwrap()).await
    }

    /// Opens the shelf with a catalog of one's own.
    pub async fn with(catalog: Catalog) -> Self {
        let test = TestDb::create().await;
        test.connect().await.execute(CONTENT).await.unwrap();
        let wire = Wire::to(&test.url()).await;
        let settings = Settings { url: wire.url().into(), max_connections: 4, ..Settings::default() };
        let db = Db::connect(&settings).await.unwrap();
        let library = Library::new(db.clone(), b"secret").unwrap().with_catalog(catalog);
        let engine = Engine::new(Services::new(db.clone(), Clock::system()), library).unwrap();
        Self { test, wire, engine, actor: user(Role::Viewer, BrandScope::All) }
    }

    /// The same shelf for somebody else.
    pub fn seen_by(&mut self, role: Role, brands: BrandScope) -> &mut Self {
        self.actor = user(role, brands);
        self
    }

    /// The same shelf for anybody.
    pub fn seen_by_actor(&mut self, actor: Actor) -> &mut Self {
        self.actor = actor;
        self
    }

    /// Changes what lies on it.
    pub async fn change(&self, sql: &'static str) {
        self.test.connect().await.execute(sql).await.unwrap();
    }

    /// The same shelf for somebody without a token.
    pub fn seen_by_nobody(&mut self) -> &mut Self {
        self.actor = Actor::Anonymous;
        self
    }

    /// The whole answer. Every document is run twice: as a new one, by async-graphql's executor, and as a known one,
    /// directly; both must say the same.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let first = self.run(query, &variables).await;
        let again = self.run(query, &variables).await;
        assert_eq!(
            without_places(first),
            without_places(again.clone()),
            "both ways of execution agree on {query}"
        );
        again
    }

    /// The data of an answer without errors.
    pub async fn data(&self, query: &str) -> Value {
        self.data_with(query, json!({})).await
    }

    /// The data of an answer without errors.
    pub async fn data_with(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{query}");
        answer["data"].take()
    }

    /// Code, first violation's path and message of an answer that has one error.
    pub async fn refusal(&self, query: &str, variables: Value) -> (String, String, String) {
        let answer = self.ask(query, variables).await;
        let error = &answer["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            text(&error["extensions"]["code"]),
            text(&error["extensions"]["violations"][0]["path"]),
            text(&error["message"]),
        )
    }

    /// The slugs of the nodes under a root field called `entries`.
    pub async fn slugs(&self, arguments: &str) -> Vec<String> {
        let data = self.data(&format!("{{ entries({arguments}) {{ nodes {{ slug }} }} }}")).await;
        slugs(&data["entries"]["nodes"])
    }

    /// The answer to a document that is sent once, whatever it is.
    pub async fn run(&self, query: &str, variables: &Value) -> Value {
        let (outcome, body) = self.bytes(query, variables).await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(outcome == Outcome::Rejected, body.get("data").is_none(), "{body}");
        body
    }

    /// The same, to the byte.
    pub async fn bytes(&self, query: &str, variables: &Value) -> (Outcome, Vec<u8>) {
        let request = Request {
            query: Some(query.to_owned()),
            hash: None,
            operation_name: None,
            variables: variables.as_object().cloned().unwrap_or_default(),
            queries_only: false,
        };
        let context = Context {
            actor: self.actor.clone(),
            request_id: "test".to_owned(),
            from: None,
            user_agent: None,
            key: None,
            begun: Begun::default(),
        };
        let reply = self.engine.execute(request, context).await;
        (reply.outcome, reply.body.to_vec())
    }
}

/// The slugs of a list of nodes.
pub fn slugs(nodes: &Value) -> Vec<String> {
    nodes.as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect()
}

fn without_places(mut answer: Value) -> Value {
    if let Some(errors) = answer["errors"].as_array_mut() {
        for error in errors {
            if let Some(fields) = error.as_object_mut() {
                fields.remove("locations");
            }
        }
    } else if let Some(fields) = answer.as_object_mut() {
        fields.remove("errors");
    }
    answer
}
