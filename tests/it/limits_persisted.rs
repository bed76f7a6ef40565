//! Documents by their hash, a schema that strangers do not see, and pages of other sites that ask by GET.

use brandgraph::{
    graphql::persisted::{Mode, Settings},
    service::audit,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    harness::{Persona, Redis, TestApp},
    http_door::{Answer, answer, get, post},
};

const QUERY: &str = "{ viewer { subject } }";

fn hash(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

async fn ask(persona: &Persona<'_>, body: Value) -> Answer {
    answer(persona.send(post(), body.to_string()).await).await
}

fn code(answer: &Answer) -> String {
    answer.error()["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_document_that_was_told_once_is_asked_for_by_its_hash() {
    let redis = Redis::given();
    let url = redis.url();
    let prefix = uuid::Uuid::new_v4().to_string();
    let with_redis = |config: &mut brandgraph::app::config::Config| {
        config.redis.url = Some(url.clone().into());
        config.redis.prefix = prefix.clone();
        config.redis.timeout_ms = 5_000;
    };
    let app = TestApp::with(with_redis).await;
    let owner = app.as_owner();
    let by_hash = json!({"extensions": persisted(&hash(QUERY))});
    let unknown = ask(&owner, by_hash.clone()).await;
    assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND");
    assert_eq!(unknown.error()["message"], "PersistedQueryNotFound");
    // Known as a document, but not yet by its hash.
    ask(&owner, json!({"query": QUERY})).await;
    let told = ask(&owner, json!({"query": QUERY, "extensions": persisted(&hash(QUERY))})).await;
    assert_eq!(told.json()["data"]["viewer"]["subject"], "owner");
    assert_eq!(ask(&owner, by_hash.clone()).await.json(), told.json());
    // By GET too, as caches in front want it.
    let extensions = url::form_urlencoded::byte_serialize(persisted(&hash(QUERY)).to_string().as_bytes())
        .collect::<String>();
    let by_get = answer(owner.send(get(&format!("/graphql?extensions={extensions}")), "").await).await;
    assert_eq!(by_get.json(), told.json());
    // Another instance finds it in Redis, as soon as it is there.
    let other = TestApp::with(with_redis).await;
    let mut found = ask(&other.as_owner(), by_hash.clone()).await;
    while found.json()["data"].is_null() {
        found = ask(&other.as_owner(), by_hash.clone()).await;
    }
    assert_eq!(found.json()["data"]["viewer"]["subject"], "owner");
}

#[tokio::test]
async fn a_hash_that_is_none_or_anothers_is_refused_and_nothing_that_did_not_run_is_kept() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    for (extensions, path) in [
        (persisted("abc"), "extensions.persistedQuery.sha256Hash"),
        (persisted(&hash("{ other }")), "extensions.persistedQuery.sha256Hash"),
        (
            json!({"persistedQuery": {"version": 2, "sha256Hash": hash(QUERY)}}),
            "extensions.persistedQuery.version",
        ),
        (json!({"persistedQuery": 3}), "extensions.persistedQuery.version"),
    ] {
        let refused = ask(&owner, json!({"query": QUERY, "extensions": extensions})).await;
        assert_eq!(refused.error()["extensions"]["violations"][0]["path"], path, "{extensions}");
    }
    let invalid = "{ nothingOfTheKind }";
    ask(&owner, json!({"query": invalid, "extensions": persisted(&hash(invalid))})).await;
    let asked = ask(&owner, json!({"extensions": persisted(&hash(invalid))})).await;
    assert_eq!(code(&asked), "PERSISTED_QUERY_NOT_FOUND");
}

#[tokio::test]
async fn what_is_kept_by_its_hash_is_bounded_and_strangers_keep_nothing() {
    let redis = Redis::start();
    let app = TestApp::with(|config| {
        config.redis.url = Some(redis.url().into());
        config.redis.prefix = "t".to_owned();
        config.redis.timeout_ms = 5_000;
    })
    .await;
    let tell = async |persona: &Persona<'_>, text: &str| {
        let told = ask(persona, json!({"query": text, "extensions": persisted(&hash(text))})).await;
        assert_eq!(told.json()["data"]["__typename"], "Query", "{}", told.body);
    };
    let known = async |text: &str| {
        let asked = ask(&app.as_owner(), json!({"extensions": persisted(&hash(text))})).await;
        !asked.json()["data"].is_null()
    };
    let sized = |length: usize| format!("{:<length$}", "{ __typename }");
    let (longest, longer) = (sized(32 * 1024), sized(32 * 1024 + 1));
    tell(&app.as_anonymous(), "{ __typename } # of a stranger").await;
    tell(&app.as_owner(), &longer).await;
    tell(&app.as_owner(), &longest).await;
    assert!(!known("{ __typename } # of a stranger").await, "who is nobody stores nothing");
    assert!(!known(&longer).await);
    assert!(known(&longest).await);
    // It is written beside the request; nothing else ever is.
    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut keys: Vec<String> = Vec::new();
    while keys.is_empty() {
        keys = redis::cmd("KEYS").arg("t:document:*").query_async(&mut connection).await.unwrap();
    }
    assert_eq!(keys, [format!("t:document:{}", hash(&longest))]);
    let lives: i64 = redis::cmd("TTL").arg(&keys[0]).query_async(&mut connection).await.unwrap();
    assert!((86_000..=86_400).contains(&lives), "{lives}");
}

async fn with_manifest(mode: Mode) -> TestApp {
    let path = std::env::temp_dir().join(format!("brandgraph-{}.json", uuid::Uuid::new_v4()));
    std::fs::write(&path, json!({hash(QUERY): QUERY}).to_string()).unwrap();
    let app = TestApp::with(|config| {
        config.documents = Settings { mode, manifest: Some(path.clone()), automatic: true };
    })
    .await;
    std::fs::remove_file(path).unwrap();
    app
}

#[tokio::test]
async fn only_trusted_documents_run_where_that_is_enforced() {
    let app = with_manifest(Mode::Enforce).await;
    let owner = app.as_owner();
    let subject = async |body| ask(&owner, body).await.json()["data"]["viewer"]["subject"].clone();
    assert_eq!(subject(json!({"query": QUERY})).await, "owner");
    assert_eq!(subject(json!({"extensions": persisted(&hash(QUERY))})).await, "owner");
    let other = "{ __typename }";
    for body in [
        json!({"query": other}),
        json!({"query": other, "extensions": persisted(&hash(other))}),
        json!({"extensions": persisted(&hash(other))}),
    ] {
        let refused = ask(&owner, body).await;
        assert_eq!(code(&refused), "FORBIDDEN");
        assert_eq!(refused.error()["extensions"]["violations"][0]["code"], "untrusted");
    }
    audit::flush(&app.services, true).await.unwrap();
    let sql = "select sum(count) from audit_record where reason = 'untrusted' and actor = 'user:owner'";
    let told: i64 = sqlx::query_scalar(sql).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(told, 3, "each leaves its record");
}

#[tokio::test]
async fn other_documents_run_and_are_counted_until_then() {
    for mode in [Mode::Observe, Mode::Log] {
        let app = with_manifest(mode).await;
        assert_eq!(ask(&app.as_owner(), json!({"query": "{ __typename }"})).await.status, 200);
        assert!(app.as_owner().get("/metrics").await.contains("\nuntrusted_documents_total "));
    }
}

#[tokio::test]
async fn strangers_do_not_see_a_schema_that_is_closed() {
    let app = TestApp::with(|config| config.http.open_schema = Some(false)).await;
    let (stranger, owner) = (app.as_anonymous(), app.as_owner());
    let misspelt = json!({"query": "{ entrys { nodes { id } } }"});
    let introspection = json!({"query": "{ ...F } fragment F on Query { __schema { queryType { name } } }"});
    // Twice: whether the document is known or new.
    for _ in 0..2 {
        assert_eq!(code(&ask(&stranger, introspection.clone()).await), "UNAUTHENTICATED");
        assert_eq!(
            ask(&owner, introspection.clone()).await.json()["data"]["__schema"]["queryType"]["name"],
            "Query"
        );
        assert!(!ask(&stranger, misspelt.clone()).await.body.contains("entries"));
        assert!(ask(&owner, misspelt.clone()).await.body.contains("\\\"entries\\\""));
    }
    assert_eq!(answer(stranger.send(get("/schema.graphql"), "").await).await.status, 401);
    assert!(owner.get("/schema.graphql").await.contains("type Query"));
    assert_eq!(ask(&stranger, json!({"query": "{ __typename }"})).await.status, 200);
}

#[tokio::test]
async fn a_page_of_another_site_cannot_ask_by_get() {
    let app = TestApp::start().await;
    let asked = async |site: &str| {
        let request = get("/graphql?query=%7B__typename%7D").header("sec-fetch-site", site);
        answer(app.as_anonymous().send(request, "").await).await
    };
    assert_eq!(asked("same-origin").await.status, 200);
    let refused = asked("cross-site").await;
    assert_eq!((refused.status, code(&refused).as_str()), (403, "FORBIDDEN"));
}
