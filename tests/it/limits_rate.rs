//! How fast callers may spend: exact across instances in Redis, in memory while it is away, told in headers.

use std::{net::SocketAddr, sync::Arc};

use axum::http::Request;
use brandgraph::{
    cache::{self, Bucket, Limiter, Rate},
    domain::access::Role,
    http::Peer,
    kit::clock::Clock,
    service::throttle::Settings,
};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    harness::{Persona, Redis, TestApp},
    http_door::{Answer, answer, post},
};

const SLOW: Rate = Rate { points_per_minute: 1, burst: 100 };

/// One instance of several.
fn instance(url: &str, prefix: &str, clock: &Clock) -> Limiter {
    let settings =
        cache::Settings { url: Some(url.to_owned().into()), prefix: prefix.to_owned(), timeout_ms: 5_000 };
    let redis = cache::Redis::new(&settings, clock.clone()).unwrap();
    Limiter::new(redis, &[Some(SLOW), Some(SLOW)], clock)
}

fn bucket(rule: usize) -> Bucket {
    Bucket { rule, owner: 7, rate: SLOW }
}

#[tokio::test]
async fn two_instances_let_exactly_as_much_through_as_one() {
    let prefix = uuid::Uuid::new_v4().to_string();
    let (redis, clock) = (Redis::given(), Clock::system());
    let instances = [0, 1].map(|_| Arc::new(instance(&redis.url(), &prefix, &clock)));
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..400 {
        let limiter = Arc::clone(&instances[number % 2]);
        asked.spawn(async move { limiter.charge(&[bucket(0)], 1).await });
    }
    let answers = asked.join_all().await;
    assert_eq!(answers.iter().filter(|charged| charged.allowed).count(), 100);
    let mut left: Vec<_> =
        answers.iter().filter(|charged| charged.allowed).map(|one| one.levels[0].remaining).collect();
    left.sort_unstable();
    assert_eq!(left, (0..100).collect::<Vec<_>>());
    assert!(
        answers.iter().filter(|charged| !charged.allowed).all(|charged| !charged.levels[0].wait.is_zero())
    );
}

#[tokio::test]
async fn all_buckets_are_charged_or_none() {
    let prefix = uuid::Uuid::new_v4().to_string();
    let redis = Redis::given();
    let limiter = instance(&redis.url(), &prefix, &Clock::system());
    assert!(limiter.charge(&[bucket(1)], 90).await.allowed);
    let refused = limiter.charge(&[bucket(0), bucket(1)], 20).await;
    assert!(!refused.allowed);
    assert_eq!(refused.levels.iter().map(|level| level.remaining).collect::<Vec<_>>(), [100, 10]);
    assert_eq!(limiter.charge(&[bucket(0)], 100).await.levels[0].remaining, 0, "nothing was taken");
}

#[tokio::test]
async fn while_redis_is_away_each_instance_counts_for_itself() {
    let mut redis = Redis::start();
    let clock = Clock::fixed("2026-11-20T12:00:00Z".parse().unwrap());
    let limiter = instance(&redis.url(), "x", &clock);
    assert_eq!(limiter.charge(&[bucket(0)], 60).await.levels[0].remaining, 40);
    redis.kill();
    for left in [40, 0] {
        let charged = limiter.charge(&[bucket(0)], if left == 40 { 60 } else { 40 }).await;
        assert!(charged.allowed, "a bucket in memory is full at first");
        assert_eq!(charged.levels[0].remaining, left);
    }
    assert!(!limiter.charge(&[bucket(0)], 1).await.allowed, "but it is a bucket");
    redis.resume();
    // It is left alone for a second, by our own clock, which stands still.
    assert!(!limiter.charge(&[bucket(0)], 1).await.allowed);
    let mut charged = limiter.charge(&[bucket(0)], 1).await;
    while !charged.allowed {
        clock.advance(TimeDelta::milliseconds(1_001));
        charged = limiter.charge(&[bucket(0)], 1).await;
    }
    assert_eq!(charged.levels[0].remaining, 99, "the new Redis knows of nothing");
}

async fn ask(persona: &Persona<'_>, from: &str, query: &str) -> Answer {
    let request = post().extension(Peer(SocketAddr::new(from.parse().unwrap(), 1)));
    answer(persona.send(request, json!({"query": query}).to_string()).await).await
}

/// Somebody with a token that nobody issued.
async fn forger(app: &TestApp, from: &str) -> Answer {
    let request = post()
        .header("authorization", "Bearer forged")
        .extension(Peer(SocketAddr::new(from.parse().unwrap(), 1)));
    answer(app.as_anonymous().send(request, "{}").await).await
}

async fn strict() -> TestApp {
    TestApp::with(|config| {
        config.rate_limits = Settings { enabled: Some(true), ..Settings::default() };
        config.rate_limits.address.points_per_minute = Some(0);
        config.rate_limits.anonymous.points_per_minute = Some(60);
        config.rate_limits.anonymous.burst = Some(25);
        config.rate_limits.user.points_per_minute = Some(600);
        config.rate_limits.user.burst = Some(100);
    })
    .await
}

#[tokio::test]
async fn who_has_spent_too_much_is_told_how_long_to_wait() {
    let app = strict().await;
    let from = "203.0.113.7";
    for left in (0..25).rev() {
        let answer = ask(&app.as_anonymous(), from, "{ __typename }").await;
        assert_eq!(
            answer.json()["extensions"]["cost"],
            json!({"requested": 1, "bound": 250_000, "remaining": left})
        );
    }
    let refused = ask(&app.as_anonymous(), from, "{ __typename }").await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.error()["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(refused.error()["extensions"]["retryable"], true);
    assert_eq!(
        refused.error()["extensions"]["details"],
        json!({"limit": "anonymous", "bound": 25, "value": 26, "cost": 1, "remaining": 0, "retryAfterSeconds": 1})
    );
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.header("ratelimit-policy"), "\"anonymous\";q=25;w=25");
    assert_eq!(refused.header("ratelimit"), "\"anonymous\";r=0;t=1");
    // Another's bucket is full; one second later there is one point more.
    assert_eq!(ask(&app.as_anonymous(), "203.0.113.8", "{ __typename }").await.status, 200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(ask(&app.as_anonymous(), from, "{ __typename }").await.status, 200);
    assert_eq!(ask(&app.as_anonymous(), from, "{ __typename }").await.status, 429);
}

#[tokio::test]
async fn a_caller_is_charged_by_cost_wherever_they_are() {
    let app = strict().await;
    let delivery = app.as_role(Role::Delivery);
    let remaining = |answer: &Answer| answer.json()["extensions"]["cost"]["remaining"].clone();
    let page = "{ entries(first: 39) { nodes { id } } }";
    assert_eq!(remaining(&ask(&delivery, "203.0.113.7", page).await), 60);
    assert_eq!(remaining(&ask(&delivery, "2001:db8::1", page).await), 20);
    assert_eq!(ask(&delivery, "203.0.113.9", page).await.status, 429);
    // More than the bucket ever holds is no matter of waiting.
    let never = ask(&delivery, "203.0.113.9", "{ entries(first: 100) { nodes { id } } }").await;
    assert_eq!((never.status, never.error()["extensions"]["code"].clone()), (400, json!("LIMIT_EXCEEDED")));
    assert_eq!(never.error()["extensions"]["details"], json!({"limit": "burst", "bound": 100, "value": 101}));
    assert_eq!(remaining(&ask(&app.as_owner(), "203.0.113.7", page).await), 60);
}

#[tokio::test]
async fn what_is_refused_and_logins_that_fail_are_charged_too() {
    let app = strict().await;
    let from = "203.0.113.7";
    assert_eq!(ask(&app.as_anonymous(), from, "{ nonsense").await.status, 400);
    assert_eq!(forger(&app, from).await.status, 401);
    let limited = forger(&app, from).await;
    assert_eq!((limited.status, limited.header("retry-after")), (429, "5"));
    assert_eq!(limited.header("www-authenticate"), "");
    assert_eq!(ask(&app.as_anonymous(), from, "{ nonsense").await.status, 429);
    let counted = app.as_owner().get("/metrics").await;
    assert!(counted.contains("rate_limited_total{rule=\"anonymous\"}"), "{counted}");
}

#[tokio::test]
async fn who_fails_too_often_is_sent_away_before_anything_is_looked_up() {
    let app = strict().await;
    let (from, elsewhere) = ("203.0.113.7", "203.0.113.8");
    let keys = async |from: &str| {
        let request =
            Request::get("/.well-known/jwks.json").extension(Peer(SocketAddr::new(from.parse().unwrap(), 1)));
        app.as_anonymous().send(request, "").await.status().as_u16()
    };
    for status in [401, 401, 429] {
        assert_eq!(forger(&app, from).await.status, status);
    }
    let away = ask(&app.as_owner(), from, "{ __typename }").await;
    assert_eq!((away.status, away.header("retry-after")), (429, "5"));
    assert_eq!(keys(from).await, 429);
    assert_eq!(
        (ask(&app.as_owner(), elsewhere, "{ __typename }").await.status, keys(elsewhere).await),
        (200, 200)
    );
    app.clock.advance(TimeDelta::seconds(5));
    assert_eq!(ask(&app.as_owner(), from, "{ __typename }").await.status, 200);
    for _ in 0..25 {
        assert_eq!(keys(elsewhere).await, 200);
    }
    assert_eq!(keys(elsewhere).await, 429, "public keys are charged too");
}

#[tokio::test]
async fn an_address_is_believed_of_a_trusted_proxy_alone() {
    let app = TestApp::with(|config| {
        config.rate_limits.enabled = Some(true);
        config.rate_limits.anonymous.points_per_minute = Some(1);
        config.http.trusted_proxies = vec!["10.0.0.0/8".to_owned()];
    })
    .await;
    let ask = async |peer: &str, forwarded: &str| {
        let request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("x-forwarded-for", forwarded)
            .extension(Peer(SocketAddr::new(peer.parse().unwrap(), 1)));
        let body = json!({"query": "{ __typename }"}).to_string();
        app.as_anonymous().send(request, body).await.status().as_u16()
    };
    assert_eq!(ask("10.1.1.1", "203.0.113.1").await, 200);
    assert_eq!(ask("10.1.1.1", "203.0.113.2").await, 200);
    assert_eq!(ask("10.1.1.1", "203.0.113.1").await, 429);
    assert_eq!(ask("203.0.113.3", "203.0.113.4").await, 200);
    assert_eq!(ask("203.0.113.3", "203.0.113.5").await, 429, "anybody can write a header");
}

#[tokio::test]
async fn nobody_is_charged_where_the_database_is_embedded() {
    let app = TestApp::start().await;
    let answer = ask(&app.as_anonymous(), "203.0.113.7", "{ __typename }").await;
    assert_eq!(answer.json()["extensions"], json!({"cost": {"requested": 1, "bound": 250_000}}));
}
