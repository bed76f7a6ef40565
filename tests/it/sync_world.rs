//! A brand, a source and a platform to pull from, for the tests of pulls.

use std::time::Duration;

use brandgraph::{
    cmp::{Credentials, Settings, cassette::Cassette},
    domain::{Result, source::NewSource},
    service::{
        Caller, Services, source,
        source_sync::{self, Options, Progress, Run},
    },
};
use sqlx::{PgConnection, postgres::PgRow};
use uuid::Uuid;
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::any};

use crate::harness::TestApp;

/// An application with one brand that speaks English and German.
pub struct World {
    pub app: TestApp,
    pub brand: Uuid,
    pub sql: PgConnection,
}

impl World {
    pub async fn new() -> Self {
        let app = TestApp::start().await;
        let mut sql = app.db.connect().await;
        let brand = Uuid::new_v4();
        sqlx::query(
            "with b as (insert into brand (id, slug, name, default_locale, created_at, updated_at) \
             values ($1, 'solvind', 'Solvind', 'en', now(), now())) \
             insert into locale (brand_id, code, fallback, chain, position) \
             values ($1, 'en', null, '{en}', 0), ($1, 'de', 'en', '{de,en}', 1)",
        )
        .bind(brand)
        .execute(&mut sql)
        .await
        .unwrap();
        Self { app, brand, sql }
    }

    pub fn services(&self) -> &Services {
        &self.app.services
    }

    pub fn caller() -> Caller {
        Caller::system("test")
    }

    /// Makes the source `cmp`, or changes it.
    pub async fn source(&self, connector: &str, base_url: &str) {
        let new = NewSource {
            brand_id: self.brand,
            name: "cmp".into(),
            connector: connector.into(),
            base_url: base_url.into(),
        };
        source::ensure(self.services(), &Self::caller(), new).await.unwrap();
    }

    /// Pulls the source `cmp`, patiently in attempts but not in time.
    pub async fn sync(&self) -> Result<Run> {
        self.sync_telling(|_| {}).await
    }

    /// The same, and tells after each page.
    pub async fn sync_telling(&self, progress: impl FnMut(&Progress<'_>)) -> Result<Run> {
        let settings = Settings {
            attempts: 3,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(5),
        };
        let credentials = Credentials::from_iter([("token".to_owned(), SECRET.to_owned().into())]);
        let options = Options { credentials, settings, recorder: None };
        source_sync::sync(self.services(), &Self::caller(), "cmp", options, progress).await
    }

    pub async fn rows(&mut self, query: &'static str) -> Vec<PgRow> {
        sqlx::query(query).fetch_all(&mut self.sql).await.unwrap()
    }

    pub async fn number(&mut self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&mut self.sql).await.unwrap()
    }

    pub async fn text(&mut self, query: &'static str) -> String {
        sqlx::query_scalar(query).fetch_one(&mut self.sql).await.unwrap()
    }
}

/// The token that no log, error or record may show.
pub const SECRET: &str = "s3cret-token-of-the-tests";

/// A platform that answers with what a function says.
pub async fn platform(answer: impl Fn(&Request) -> ResponseTemplate + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A platform that answers as a real one did; what it was never asked gets a 404 that says so.
pub async fn replay(cassette: Cassette) -> MockServer {
    platform(move |request| {
        let asked = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let Some(exchange) = cassette.answer(&asked) else {
            return ResponseTemplate::new(404).set_body_string(format!("never recorded: {asked}"));
        };
        let answer = ResponseTemplate::new(exchange.status).set_body_bytes(exchange.body.bytes());
        exchange
            .headers
            .iter()
            .fold(answer, |answer, (name, value)| answer.insert_header(name.as_str(), value.as_str()))
    })
    .await
}
