//! Uploads in the middle of which somebody goes away, or takes long: the client, the database, the store, the scanner.

use std::{
    pin::pin,
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    http::{Request, Response, header, request::Builder},
};
use brandgraph::{
    domain::Result,
    objects::{Answer, Get, Head, Key, Life, Listed, Part, Presigned, Put, Store, Stream},
    queue, service, worker,
};
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{FutureExt, StreamExt, stream};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{Executor, PgConnection};
use tokio::sync::oneshot;

use crate::{
    harness::{Attic, TestApp},
    upload_world::{COMPLETE, REQUEST, World, png, sha256},
};

/// Asks until something is so, a bounded number of times; whoever else has work to do gets to it in between.
async fn until(app: &TestApp, sql: &'static str) -> bool {
    let mut database = app.db.connect().await;
    for _ in 0..2_000 {
        let (so,): (bool,) = sqlx::query_as(sql).fetch_one(&mut database).await.unwrap();
        if so {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

fn sessions(w: &World) -> usize {
    let folder = std::fs::read_dir(w.folder.join("objects")).unwrap();
    let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("upload")).count()
}

/// A world in which keeping an answer waits until the lock is let go, and whoever holds the lock.
async fn held() -> (World, PgConnection) {
    let w = World::with(|config| config.uploads.single_bytes = 1).await;
    let mut database = w.app.db.connect().await;
    let slow = "create function slow() returns trigger language plpgsql as $$ begin \
        perform pg_advisory_xact_lock(7); return new; end $$; \
        create trigger slow before update on idempotency_key for each row execute function slow(); \
        select pg_advisory_lock(7)";
    database.execute(slow).await.unwrap();
    (w, database)
}

const WAITING: &str = "select exists (select from pg_locks where locktype = 'advisory' and not granted \
    and database = (select oid from pg_database where datname = current_database()))";

fn asked(w: &World) -> (Builder, String) {
    let body = json!({"query": REQUEST, "variables": {"input": w.promise(&png(), "image/png")}});
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    (request.header("idempotency-key", "k"), body.to_string())
}

async fn read(response: Response<Body>) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_at_the_store_ends_where_the_database_is_lost() {
    let (w, mut database) = held().await;
    let owner = w.owner();
    let (request, body) = asked(&w);
    let mut asking = pin!(owner.send(request, body));
    assert!(futures::poll!(&mut asking).is_pending());
    assert!(until(&w.app, WAITING).await);
    assert!(sessions(&w) > 0, "it was begun at the store");
    let lost = "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and not granted \
        and database = (select oid from pg_database where datname = current_database())";
    database.execute(lost).await.unwrap();
    let failed = read(asking.await).await;
    assert!(failed["errors"].is_array(), "{failed}");
    assert_eq!(sessions(&w), 0, "nothing stays at the store");
    assert!(until(&w.app, "select not exists (select from upload)").await);
    database.execute("select pg_advisory_unlock(7)").await.unwrap();
    let (request, body) = asked(&w);
    let again = read(owner.send(request, body).await).await;
    assert_eq!(again["data"]["requestUpload"]["upload"]["state"], "PENDING", "{again}");
    assert!(sessions(&w) > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_asked_for_before_it_went_away_is_there_when_it_asks_again() {
    let (w, mut database) = held().await;
    let owner = w.owner();
    {
        let (request, body) = asked(&w);
        let mut asking = pin!(owner.send(request, body));
        assert!(futures::poll!(&mut asking).is_pending());
        assert!(until(&w.app, WAITING).await);
    }
    database.execute("select pg_advisory_unlock(7)").await.unwrap();
    assert!(until(&w.app, "select exists (select from upload)").await, "it runs to its end");
    let begun = sessions(&w);
    let (request, body) = asked(&w);
    let again = owner.send(request, body).await;
    assert!(again.headers().contains_key("idempotent-replayed"));
    let again = read(again).await;
    assert_eq!(again["data"]["requestUpload"]["upload"]["state"], "PENDING", "{again}");
    assert_eq!(sessions(&w), begun, "one session for one upload");
}

/// A store whose file takes as long to read as the test likes.
#[derive(Debug)]
struct Slow {
    inner: Attic,
    rest: Mutex<Option<oneshot::Receiver<()>>>,
}

impl Store for Slow {
    fn presign_put<'a>(&'a self, put: &'a Put, life: Life) -> Answer<'a, Presigned> {
        self.inner.presign_put(put, life)
    }
    fn presign_part<'a>(
        &'a self,
        key: &'a Key,
        session: &'a str,
        number: u32,
        bytes: u64,
        life: Life,
    ) -> Answer<'a, Presigned> {
        self.inner.presign_part(key, session, number, bytes, life)
    }
    fn presign_get<'a>(&'a self, get: &'a Get, life: Life) -> Answer<'a, Presigned> {
        self.inner.presign_get(get, life)
    }
    fn find<'a>(&'a self, key: &'a Key) -> Answer<'a, Option<Head>> {
        self.inner.find(key)
    }
    fn read<'a>(&'a self, _: &'a Key, _: Option<(u64, u64)>) -> Answer<'a, Stream> {
        let rest = self.rest.lock().unwrap().take();
        let first = stream::once(async { Ok(Bytes::from_static(b"a")) });
        let second = stream::once(async move {
            if let Some(rest) = rest {
                let _ = rest.await;
            }
            Ok(Bytes::from_static(b"bc"))
        });
        async move { Result::Ok(first.chain(second).boxed()) }.boxed()
    }
    fn copy<'a>(&'a self, from: &'a Key, to: &'a Key) -> Answer<'a, ()> {
        self.inner.copy(from, to)
    }
    fn begin<'a>(&'a self, key: &'a Key, media_type: &'a str) -> Answer<'a, String> {
        self.inner.begin(key, media_type)
    }
    fn parts<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, Option<Vec<Part>>> {
        self.inner.parts(key, session)
    }
    fn complete<'a>(&'a self, key: &'a Key, session: &'a str, parts: &'a [Part]) -> Answer<'a, ()> {
        self.inner.complete(key, session, parts)
    }
    fn abort<'a>(&'a self, key: &'a Key, session: &'a str) -> Answer<'a, ()> {
        self.inner.abort(key, session)
    }
    fn sessions<'a>(&'a self, before: DateTime<Utc>) -> Answer<'a, Vec<(Key, String)>> {
        self.inner.sessions(before)
    }
    fn delete<'a>(&'a self, key: &'a Key) -> Answer<'a, ()> {
        self.inner.delete(key)
    }
    fn list<'a>(&'a self, after: Option<&'a Key>) -> Answer<'a, Vec<Listed>> {
        self.inner.list(after)
    }
}

/// An upload of `abc` that was completed, and a store that does not go on after its first byte until it is told to.
async fn slow(scanner: Option<String>, scan_bytes: u64) -> (TestApp, service::Services, oneshot::Sender<()>) {
    let app = TestApp::start().await;
    let create = "mutation { createBrand(input: {slug: \"acme\", name: \"Acme\", defaultLocale: \"en\", locales: [{code: \"en\"}]}) { brand { id } } }";
    let brand = app.as_owner().data(create, json!({})).await["createBrand"]["brand"]["id"].clone();
    let promise = json!({"brandId": brand, "filename": "a.txt", "mediaType": "text/plain", "byteSize": 3, "sha256": sha256(b"abc")});
    let requested = app.as_owner().data(REQUEST, json!({"input": promise})).await;
    let id = &requested["requestUpload"]["upload"]["id"];
    app.as_owner().data(COMPLETE, json!({"input": {"id": id}})).await;
    let (go, rest) = oneshot::channel();
    let store = Slow { inner: Attic, rest: Mutex::new(Some(rest)) };
    let settings = service::upload::Settings { scanner, scan_bytes, ..service::upload::Settings::default() };
    let media = service::upload::Media::new(Some(Arc::new(store)), settings).unwrap();
    let services = app.services.clone().with_media(media);
    (app, services, go)
}

async fn locked_for(app: &TestApp) -> Option<f64> {
    let sql = "select extract(epoch from locked_until - '2026-11-20T12:00:00Z')::float8 from job \
        where kind = 'upload.verify' and state = 'running'";
    let found: Option<(f64,)> =
        sqlx::query_as(sql).fetch_optional(&mut app.db.connect().await).await.unwrap();
    found.map(|(seconds,)| seconds)
}

#[tokio::test]
async fn a_file_that_takes_long_to_read_is_not_looked_at_by_two() {
    let (app, services, go) = slow(None, 100).await;
    let working = services.clone();
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(async move {
        let settings = worker::Settings { poll_ms: 3_600_000, ..worker::Settings::default() };
        worker::run(working, settings, stopped.map(drop)).await;
    });
    assert!(
        until(&app, "select exists (select from job where kind = 'upload.verify' and state = 'running')")
            .await
    );
    assert_eq!(locked_for(&app).await, Some(900.0));
    app.clock.advance(TimeDelta::minutes(10));
    tokio::time::pause();
    tokio::time::advance(queue::RENEW_EVERY + std::time::Duration::from_secs(1)).await;
    tokio::time::resume();
    let renewed = "select exists (select from job where kind = 'upload.verify' and locked_until = '2026-11-20T12:25:00Z')";
    assert!(until(&app, renewed).await, "the claim is renewed: {:?}", locked_for(&app).await);
    app.clock.advance(TimeDelta::minutes(6));
    let other = queue::claim(&app.services.db, &worker::KINDS, 10, app.clock.now()).await.unwrap();
    assert!(
        other.iter().all(|job| job.kind != "upload.verify"),
        "16 minutes after it was claimed: {other:?}"
    );
    go.send(()).unwrap();
    assert!(until(&app, "select exists (select from upload where state = 'ready')").await);
    stop.send(()).unwrap();
    worker.await.unwrap();
    let (assets,): (i64,) =
        sqlx::query_as("select count(*) from asset").fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(assets, 1);
}

#[tokio::test]
async fn a_scanner_says_what_it_thinks_before_the_rest_of_a_large_file_is_read() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("clamd://{}", listener.local_addr().unwrap());
    let (app, services, go) = slow(Some(address), 1).await;
    // clamd waits for the next piece for 30 seconds and no longer: the rest of the file comes after its verdict.
    let clamd = tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut client, _) = listener.accept().await.unwrap();
        let mut said = [0; 10 + 4 + 1 + 4];
        client.read_exact(&mut said).await.unwrap();
        assert_eq!(&said, b"zINSTREAM\0\0\0\0\x01a\0\0\0\0");
        client.write_all(b"stream: OK\0").await.unwrap();
        drop(client);
        go.send(()).unwrap();
    });
    worker::run_due(&services).await.unwrap();
    clamd.await.unwrap();
    let state: Value = sqlx::query_scalar("select to_jsonb(state) from upload")
        .fetch_one(&mut app.db.connect().await)
        .await
        .unwrap();
    assert_eq!(state, "ready");
}
