//! The whole application on a database of the test's own, asked in memory; time stands still at noon.

use std::{net::SocketAddr, path::Path, sync::Arc};

use brandgraph::{
    app::{
        build::{self, Built},
        config::Config,
        files::Files,
    },
    domain::access::Role,
    graphql::Engine,
    http::{self, Draining, Router},
    kit::clock::Clock,
    service::{Services, authn::Authn, upload::Media},
    store::{self, Db, Settings},
};
use chrono::TimeDelta;
use tokio::net::TcpListener;

use super::{Attic, Persona, TestDb};

/// How many connections one test's application opens at most.
const CONNECTIONS: u32 = 4;

/// The application of one test.
pub struct TestApp {
    /// The use cases, for what a test does behind the door.
    pub services: Services,
    /// The time, as 2026-11-20 12:00 UTC; `advance` moves it.
    pub clock: Clock,
    /// The database, for a look behind the scenes.
    pub db: Arc<TestDb>,
    /// The graph behind the routes.
    pub engine: Engine,
    pub(super) router: Router,
    authn: Arc<Authn>,
}

impl TestApp {
    /// An application without content.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let clock = Clock::fixed("2026-11-20T12:00:00Z".parse().unwrap());
        Box::pin(Self::build(Arc::new(TestDb::create().await), clock, change, None)).await.0
    }

    /// Another process on the same database, at the same time.
    pub async fn beside(&self, change: impl FnOnce(&mut Config)) -> Self {
        Box::pin(Self::build(Arc::clone(&self.db), self.clock.clone(), change, None)).await.0
    }

    /// The same on a socket, with the embedded store of objects in a folder. The store knows no time but the machine's, so that
    /// this clock stands at it.
    pub async fn serving(folder: &Path, change: impl FnOnce(&mut Config)) -> (Self, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let clock = Clock::fixed(Clock::system().now());
        let with = |config: &mut Config| {
            config.embedded.folder = folder.to_owned();
            change(config);
        };
        let db = Arc::new(TestDb::create().await);
        let (app, draining) = Box::pin(Self::build(db, clock, with, Some(address))).await;
        let router = app.router.clone();
        tokio::spawn(async move {
            http::serve(listener, router, draining, std::future::pending(), &http::Settings::default()).await
        });
        (app, address)
    }

    async fn build(
        db: Arc<TestDb>,
        clock: Clock,
        change: impl FnOnce(&mut Config),
        address: Option<SocketAddr>,
    ) -> (Self, Draining) {
        let settings = Settings {
            url: db.url().into(),
            max_connections: CONNECTIONS,
            min_connections: 0,
            ..Settings::default()
        };
        let services = Services::new(Db::connect(&settings).await.unwrap(), clock.clone());
        let mut config = Config::default();
        config.auth.secret = Some("a secret of the tests, of 32 bytes or more".to_owned().into());
        change(&mut config);
        let files = match address {
            Some(address) => Box::pin(Files::open(&config, address)).await.unwrap(),
            None => Files::default(),
        };
        let media = match address {
            Some(_) => files.media.clone(),
            None => Media::new(Some(Arc::new(Attic)), config.uploads.clone()).unwrap(),
        };
        let services = services.with_media(media);
        let Built { router, door, authn, engine, draining, .. } = build::build(&config, &services).unwrap();
        let router = files.mount(router, &door, &config.http).unwrap();
        (Self { services, clock, db, engine, router, authn }, draining)
    }

    /// Somebody who may do everything.
    pub fn as_owner(&self) -> Persona<'_> {
        self.as_role(Role::Owner)
    }

    /// A website's server: sees what is published.
    pub fn as_delivery(&self) -> Persona<'_> {
        self.as_role(Role::Delivery)
    }

    /// Somebody with a role in every brand.
    pub fn as_role(&self, role: Role) -> Persona<'_> {
        self.persona(role, None)
    }

    /// Somebody with a role in one brand, named by its slug.
    pub fn as_role_in(&self, role: Role, brand: &str) -> Persona<'_> {
        self.persona(role, Some(brand))
    }

    /// Somebody without a token.
    pub fn as_anonymous(&self) -> Persona<'_> {
        Persona { app: self, who: None }
    }

    fn persona(&self, role: Role, brand: Option<&str>) -> Persona<'_> {
        Persona { app: self, who: Some((role, brand.map(str::to_owned))) }
    }

    /// A token of that subject and role, in every brand.
    pub fn token_of(&self, subject: &str, role: Role) -> String {
        self.authn.mint(subject, role, None, TimeDelta::days(365)).unwrap()
    }

    /// A token of that role, in the brand that has the slug now.
    pub async fn token(&self, role: Role, brand: Option<&str>) -> String {
        let brand = match brand {
            None => None,
            Some(slug) => Some(store::brand::find_id(&self.services.db, slug).await.unwrap().unwrap()),
        };
        self.authn.mint(role.name(), role, brand, TimeDelta::days(365)).unwrap()
    }
}
