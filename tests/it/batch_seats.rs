//! Batches leave connections to others, end when nobody waits for them, and look-ups never wait for those who write.

use axum::{body::Body, http::Request};
use brandgraph::{
    domain::{
        credential::Family,
        node::{Kind, NodeId},
    },
    service::Unit,
    store::{self, Settings},
};
use serde_json::{Value, json};
use sqlx::{Executor, PgConnection};

use crate::{
    api_keys,
    batch::{BATCH, Shop, batch},
    harness::TestApp,
    http_door::post,
    idempotency::send,
};

const LOCK: &str = "begin; lock table tag in access exclusive mode";
const WAITING: &str =
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";

async fn waiting(lock: &mut PgConnection) -> i64 {
    lock.execute("select pg_stat_clear_snapshot()").await.unwrap();
    sqlx::query_scalar(WAITING).fetch_one(lock).await.unwrap()
}

fn tags(shop: &Shop<'_>, of: usize) -> Value {
    let tag = |name: String| json!({"createTag": {"brandId": shop.brand, "slug": name, "name": name}});
    (0..2).map(|number| tag(format!("t{of}-{number}"))).collect()
}

#[tokio::test]
async fn a_batch_that_nobody_waits_for_is_taken_back() {
    for (mode, dry_run) in [("PER_ITEM", false), ("ATOMIC", false), ("PER_ITEM", true)] {
        let app = TestApp::with(|config| config.http.request_timeout_seconds = 1).await;
        let shop = Shop::open(&app).await;
        let mut lock = app.db.connect().await;
        lock.execute(LOCK).await.unwrap();
        let input = json!({"mode": mode, "dryRun": dry_run, "operations": tags(&shop, 0)});
        let late = app.as_owner().error(BATCH, json!({"input": input})).await;
        assert_eq!(late["extensions"]["code"], "TIMEOUT", "{late}");
        assert_eq!(waiting(&mut lock).await, 1, "its first operation is on its way");
        lock.execute("rollback").await.unwrap();
        app.engine.written().await;
        assert_eq!(shop.count("tag").await, 0, "{mode}");
        assert_eq!(shop.count("audit_record where kind = 'tag.created'").await, 0);
    }
}

#[tokio::test]
async fn a_keyed_request_whose_batch_was_given_up_may_be_sent_again() {
    let app = TestApp::with(|config| config.http.request_timeout_seconds = 1).await;
    let shop = Shop::open(&app).await;
    let query = "mutation($t: ID!, $input: BatchInput!) {
        a: createEntry(input: {contentTypeId: $t, slug: \"a\", title: \"A\", fields: {price: 1}}) { entry { slug } }
        batch(input: $input) { committed } }";
    let variables = json!({"t": shop.kind, "input": {"mode": "ATOMIC", "operations": tags(&shop, 0)}});
    let owner = app.as_owner();
    let mut lock = app.db.connect().await;
    lock.execute(LOCK).await.unwrap();
    let (_, late) = send(&owner, &["k"], query, variables.clone()).await;
    assert_eq!(late["errors"][0]["extensions"]["code"], "TIMEOUT", "{late:#}");
    lock.execute("rollback").await.unwrap();
    app.engine.written().await;
    assert_eq!((shop.count("entry").await, shop.count("idempotency_key").await), (0, 0));
    let (replayed, again) = send(&owner, &["k"], query, variables).await;
    assert!(!replayed && again["data"]["batch"]["committed"] == json!(true), "{again:#}");
    assert_eq!((shop.count("entry").await, shop.count("tag").await), (1, 2));
}

#[tokio::test]
async fn batches_leave_connections_to_other_mutations() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let most = i64::from(Settings::default().max_write_connections / 4);
    let mut lock = app.db.connect().await;
    lock.execute(LOCK).await.unwrap();
    let owner = app.as_owner();
    let batches = futures::future::join_all((0..10).map(|of| batch(&owner, "ATOMIC", tags(&shop, of))));
    let others = async {
        while waiting(&mut lock).await < most {
            tokio::task::yield_now().await;
        }
        api_keys::brands(&app, ["one", "two", "three"]).await;
        assert_eq!(waiting(&mut lock).await, most, "no more than these have a connection");
        lock.execute("rollback").await.unwrap();
    };
    let (done, ()) = tokio::join!(batches, others);
    assert!(done.iter().all(|one| one["committed"] == json!(true)), "{done:#?}");
    assert_eq!(shop.count("tag").await, 20);
}

#[tokio::test]
async fn look_ups_and_readiness_do_not_wait_for_those_who_write() {
    let app = TestApp::start().await;
    let [brand] = api_keys::brands(&app, ["acme"]).await;
    let input = json!({"name": "site", "roles": ["viewer"], "brands": [brand]});
    let (key, about) = api_keys::create(&app.as_owner(), input).await;
    let mut writers = Vec::new();
    for _ in 0..Settings::default().max_write_connections {
        writers.push(Unit::joint(&app.services).await.unwrap());
    }
    let ready = app.as_anonymous().send(Request::get("/health/ready"), Body::empty()).await;
    assert_eq!(ready.status(), 200);
    let asked = post().header("x-api-key", key);
    let answer = app.as_anonymous().send(asked, r#"{"query": "{ brands { nodes { slug } } }"}"#).await;
    assert_eq!(answer.status(), 200);
    let db = &app.services.db;
    let id = NodeId::parse_as(Kind::ApiKey, about["id"].as_str().unwrap(), "id").unwrap();
    assert!(store::credential::find(db, Family::ApiKey, id).await.unwrap().is_some());
    assert_eq!(store::member::memberships(db, "nobody", "nobody").await.unwrap().len(), 0);
    store::role::named(db, id, &["writer".to_owned()]).await.unwrap();
    store::signing_key::load(db).await.unwrap();
    drop(writers);
}
