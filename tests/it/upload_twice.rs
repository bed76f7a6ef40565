//! Two that look at one file at once, since the first lost its claim: the second does no harm.

use std::sync::{Arc, Mutex};

use brandgraph::{
    domain::{Error, Result},
    objects::{Answer, Get, Head, Key, Life, Listed, Part, Presigned, Put, Store, Stream},
    queue,
    service::{self, Services},
    worker,
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{FutureExt, StreamExt, stream};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    harness::TestApp,
    upload_world::{COMPLETE, REQUEST, UPLOAD, sha256},
};

/// The size of the file: two parts.
const BYTES: usize = 6 * 1024 * 1024;

fn file() -> Vec<u8> {
    b"abcdefghij".iter().copied().cycle().take(BYTES).collect()
}

/// What there is at the store.
#[derive(Debug, Default)]
struct Inside {
    /// The parts that are there.
    parts: Vec<Part>,
    /// Whether the object is.
    whole: bool,
    /// Says that the first completion has begun.
    begun: Option<oneshot::Sender<()>>,
    /// Lets it go on.
    rest: Option<oneshot::Receiver<()>>,
    /// What was removed.
    removed: u32,
}

/// A store that uses up the parts while it puts them together, and takes as long as the test likes.
#[derive(Debug)]
struct Hungry(Arc<Mutex<Inside>>);

impl Hungry {
    fn now<T: Send + 'static>(value: T) -> Answer<'static, T> {
        async move { Result::Ok(value) }.boxed()
    }
}

impl Store for Hungry {
    fn presign_put<'a>(&'a self, _: &'a Put, _: Life) -> Answer<'a, Presigned> {
        panic!("nobody sends files here")
    }
    fn presign_part<'a>(&'a self, _: &'a Key, _: &'a str, _: u32, _: u64, _: Life) -> Answer<'a, Presigned> {
        panic!("nobody sends parts here")
    }
    fn presign_get<'a>(&'a self, _: &'a Get, _: Life) -> Answer<'a, Presigned> {
        panic!("nobody gets files from here")
    }
    fn find<'a>(&'a self, _: &'a Key) -> Answer<'a, Option<Head>> {
        Self::now(self.0.lock().unwrap().whole.then_some(Head { bytes: BYTES as u64 }))
    }
    fn read<'a>(&'a self, _: &'a Key, _: Option<(u64, u64)>) -> Answer<'a, Stream> {
        Self::now(stream::once(async { Ok(Bytes::from(file())) }).boxed())
    }
    fn copy<'a>(&'a self, _: &'a Key, _: &'a Key) -> Answer<'a, ()> {
        panic!("nothing is copied here")
    }
    fn begin<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, String> {
        Self::now("session".to_owned())
    }
    fn parts<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, Option<Vec<Part>>> {
        Self::now(Some(self.0.lock().unwrap().parts.clone()))
    }
    fn complete<'a>(&'a self, _: &'a Key, _: &'a str, _: &'a [Part]) -> Answer<'a, ()> {
        let (begun, rest) = {
            let mut inside = self.0.lock().unwrap();
            inside.parts.remove(0);
            (inside.begun.take(), inside.rest.take())
        };
        async move {
            begun.map(|begun| begun.send(()));
            if let Some(rest) = rest {
                rest.await.map_err(Error::internal)?;
            }
            let mut inside = self.0.lock().unwrap();
            inside.parts.clear();
            inside.whole = true;
            Ok(())
        }
        .boxed()
    }
    fn abort<'a>(&'a self, _: &'a Key, _: &'a str) -> Answer<'a, ()> {
        self.0.lock().unwrap().parts.clear();
        Self::now(())
    }
    fn sessions<'a>(&'a self, _: DateTime<Utc>) -> Answer<'a, Vec<(Key, String)>> {
        Self::now(Vec::new())
    }
    fn delete<'a>(&'a self, _: &'a Key) -> Answer<'a, ()> {
        let mut inside = self.0.lock().unwrap();
        (inside.whole, inside.removed) = (false, inside.removed + 1);
        Self::now(())
    }
    fn list<'a>(&'a self, _: Option<&'a Key>) -> Answer<'a, Vec<Listed>> {
        Self::now(Vec::new())
    }
}

/// A completed upload of two parts, what there is at the store, and who looks at it. The first completion at the store waits: it has
/// begun once the one ends, and goes on once the other is sent.
struct Twice {
    app: TestApp,
    services: Services,
    inside: Arc<Mutex<Inside>>,
    id: Value,
    begun: Option<oneshot::Receiver<()>>,
    go: Option<oneshot::Sender<()>>,
}

impl Twice {
    async fn new() -> Self {
        // Asked for and completed at a store that has everything.
        let app = TestApp::with(|config| {
            config.uploads.single_bytes = 1;
            config.uploads.part_bytes = 5 * 1024 * 1024;
        })
        .await;
        let ((begins, begun), (go, rest)) = (oneshot::channel(), oneshot::channel());
        let part = |number, bytes| Part { number, bytes, tag: None };
        let inside = Inside {
            parts: vec![part(1, 5 * 1024 * 1024), part(2, 1024 * 1024)],
            begun: Some(begins),
            rest: Some(rest),
            ..Inside::default()
        };
        let inside = Arc::new(Mutex::new(inside));
        let store = Arc::new(Hungry(inside.clone()));
        let media = service::upload::Media::new(Some(store), service::upload::Settings::default()).unwrap();
        let services = app.services.clone().with_media(media);
        let create = "mutation { createBrand(input: {slug: \"acme\", name: \"Acme\", defaultLocale: \"en\", locales: [{code: \"en\"}]}) { brand { id } } }";
        let brand = app.as_owner().data(create, json!({})).await["createBrand"]["brand"]["id"].clone();
        let promise = json!({"brandId": brand, "filename": "a.txt", "mediaType": "text/plain", "byteSize": BYTES, "sha256": sha256(&file())});
        let requested = app.as_owner().data(REQUEST, json!({"input": promise})).await;
        let id = requested["requestUpload"]["upload"]["id"].clone();
        app.as_owner().data(COMPLETE, json!({"input": {"id": id}})).await;
        Self { app, services, inside, id, begun: Some(begun), go: Some(go) }
    }

    /// Somebody who begins to look, and is in the middle of putting the parts together.
    async fn first(&mut self) -> tokio::task::JoinHandle<()> {
        let services = self.services.clone();
        let looking = tokio::spawn(async move {
            worker::run_due(&services).await.unwrap();
        });
        self.begun.take().unwrap().await.unwrap();
        looking
    }

    /// Runs what is due, as somebody else does after the claim of the first has run out.
    async fn second(&self) {
        self.app.clock.advance(TimeDelta::minutes(16));
        worker::run_due(&self.services).await.unwrap();
    }

    async fn state(&self) -> Value {
        self.app.as_owner().data(UPLOAD, json!({"id": self.id})).await["upload"].take()
    }

    async fn assets(&self) -> i64 {
        let sql = "select count(*) from asset";
        sqlx::query_scalar(sql).fetch_one(&mut self.app.db.connect().await).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_finds_half_of_the_parts_waits_for_who_is_putting_them_together() {
    let mut t = Twice::new().await;
    let first = t.first().await;
    t.second().await;
    assert_eq!(t.state().await["state"], "VERIFYING", "{}", t.state().await);
    t.go.take().unwrap().send(()).unwrap();
    first.await.unwrap();
    assert_eq!(t.state().await["state"], "READY");
    t.app.clock.advance(TimeDelta::minutes(2));
    worker::run_due(&t.services).await.unwrap();
    assert_eq!(t.state().await["state"], "READY");
    assert_eq!((t.assets().await, t.inside.lock().unwrap().removed), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_was_putting_parts_together_may_be_gone_and_is_not_waited_for_for_ever() {
    let mut t = Twice::new().await;
    let first = t.first().await;
    first.abort();
    t.second().await;
    assert_eq!(t.state().await["state"], "VERIFYING");
    t.app.clock.advance(TimeDelta::hours(1));
    worker::run_due(&t.services).await.unwrap();
    let upload = t.state().await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("FAILED"), &json!("missing")), "{upload}");
    assert_eq!(t.assets().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_lost_its_claim_refuses_nothing() {
    let mut t = Twice::new().await;
    let db = &t.services.db;
    let job = queue::claim(db, &worker::KINDS, 10, t.app.clock.now()).await.unwrap();
    let job = job.into_iter().find(|job| job.kind == "upload.verify").unwrap();
    let lost = service::upload::Claim::of(&job);
    t.app.clock.advance(TimeDelta::minutes(16));
    let first = t.first().await;
    // It comes to itself, and finds that it cannot look at the file.
    let caller = service::Caller::system("upload");
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from upload").fetch_one(&mut t.app.db.connect().await).await.unwrap();
    service::upload::give_up(&t.services, &caller, id, &lost).await.unwrap();
    assert_eq!(t.state().await["state"], "VERIFYING");
    t.go.take().unwrap().send(()).unwrap();
    first.await.unwrap();
    assert_eq!((t.state().await["state"].clone(), t.assets().await), (json!("READY"), 1));
    assert_eq!(t.inside.lock().unwrap().removed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_that_is_alone_lets_go_of_what_was_being_looked_at() {
    let mut t = Twice::new().await;
    let first = t.first().await;
    first.abort();
    // The store that ended with its server had used nothing up.
    t.inside.lock().unwrap().parts.insert(0, Part { number: 1, bytes: 5 * 1024 * 1024, tag: None });
    worker::run_due(&t.services).await.unwrap();
    assert_eq!(t.state().await["state"], "VERIFYING", "the claim of the first still holds");
    let caller = service::Caller::system("upload");
    assert_eq!(service::upload::let_go(&t.services, &caller).await.unwrap(), 1);
    worker::run_due(&t.services).await.unwrap();
    assert_eq!(t.state().await["state"], "READY", "{}", t.state().await);
    assert_eq!(service::upload::let_go(&t.services, &caller).await.unwrap(), 0);
}
