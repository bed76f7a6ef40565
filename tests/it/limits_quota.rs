//! What callers may spend in a day and in a month: exact across processes and restarts, told in headers and by `viewer`.

use std::net::SocketAddr;

use brandgraph::{
    app::config::Config,
    domain::access::Role,
    http::Peer,
    service::throttle::quota::{Bounds, flush},
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    api_keys::create,
    harness::{Persona, TestApp},
    http_door::{Answer, answer, post},
    oauth::{application, token},
};

const PAGE: &str = "{ entries(first: 39) { nodes { id } } }";
const QUOTAS: &str = "{ viewer { quotas { name window bound used remaining resetsAt } } }";

fn quotas(config: &mut Config) {
    config.quotas.user = Bounds { day: 100, month: 150 };
    config.quotas.api_key = Bounds { day: 100, month: 0 };
    config.quotas.client = Bounds { day: 0, month: 100 };
}

async fn ask(persona: &Persona<'_>, query: &str) -> Answer {
    answer(persona.send(post(), json!({"query": query}).to_string()).await).await
}

/// Asks with a key or token.
async fn with(app: &TestApp, credential: &str, query: &str) -> Answer {
    let request = post()
        .header("authorization", format!("Bearer {credential}"))
        .extension(Peer(SocketAddr::from(([203, 0, 113, 7], 1))));
    answer(app.as_anonymous().send(request, json!({"query": query}).to_string()).await).await
}

fn remaining(answer: &Answer) -> Value {
    answer.json()["extensions"]["cost"]["remaining"].clone()
}

async fn used(app: &TestApp) -> Vec<(String, String, i64)> {
    let rows = "select caller_kind, period, used from quota_use order by caller_kind, period, begins_on";
    sqlx::query_as(rows).fetch_all(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test]
async fn a_quota_that_is_used_up_names_itself_and_begins_anew() {
    let app = TestApp::with(quotas).await;
    let delivery = app.as_role(Role::Delivery);
    assert_eq!(remaining(&ask(&delivery, PAGE).await), 60);
    assert_eq!(remaining(&ask(&delivery, PAGE).await), 20);
    let refused = ask(&delivery, PAGE).await;
    assert_eq!((refused.status, refused.error()["extensions"]["code"].clone()), (429, json!("RATE_LIMITED")));
    assert_eq!(
        refused.error()["message"],
        "the quota of this user is used up: 100 points a day, of which 80 are spent, and this costs 40; it begins anew at 2026-11-21T00:00:00Z"
    );
    assert_eq!(
        refused.error()["extensions"]["details"],
        json!({
            "limit": "user_day", "bound": 100, "value": 120, "cost": 40, "remaining": 20,
            "retryAfterSeconds": 43_200, "resetsAt": "2026-11-21T00:00:00Z",
        })
    );
    assert_eq!(refused.header("retry-after"), "43200");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"user_day\";q=100;w=86400, \"user_month\";q=150;w=2592000"
    );
    assert_eq!(refused.header("ratelimit"), "\"user_day\";r=20;t=43200, \"user_month\";r=70");
    // Nothing was taken for what was refused, and another has a quota of their own.
    assert_eq!(remaining(&ask(&delivery, "{ __typename }").await), 19);
    assert_eq!(remaining(&ask(&app.as_owner(), PAGE).await), 60);
    // The next day what is left of the month counts.
    app.clock.advance(TimeDelta::hours(12));
    assert_eq!(remaining(&ask(&delivery, PAGE).await), 29);
    let refused = ask(&delivery, PAGE).await;
    assert_eq!(refused.error()["extensions"]["details"]["limit"], "user_month");
    assert_eq!(refused.error()["extensions"]["details"]["resetsAt"], "2026-12-01T00:00:00Z");
    // What no day ever holds is no matter of waiting.
    let never = ask(&delivery, "{ entries(first: 100) { nodes { id } } }").await;
    assert_eq!((never.status, never.error()["extensions"]["code"].clone()), (400, json!("LIMIT_EXCEEDED")));
    let counted = app.as_owner().get("/metrics").await;
    assert!(counted.contains("rate_limited_total{rule=\"user_day\"}"), "{counted}");
    assert!(counted.contains("quota_points_total{caller=\"user\"}"), "{counted}");
}

#[tokio::test]
async fn the_viewer_sees_what_is_left() {
    let app = TestApp::with(quotas).await;
    let owner = app.as_owner();
    ask(&owner, PAGE).await;
    let seen = ask(&owner, QUOTAS).await.json()["data"]["viewer"]["quotas"].clone();
    let day = json!({
        "name": "user_day", "window": "DAY", "bound": 100, "used": 41, "remaining": 59,
        "resetsAt": "2026-11-21T00:00:00.000000+00:00",
    });
    let month = json!({
        "name": "user_month", "window": "MONTH", "bound": 150, "used": 41, "remaining": 109,
        "resetsAt": "2026-12-01T00:00:00.000000+00:00",
    });
    assert_eq!(seen, json!([day, month]));
    for nobodys in
        [ask(&app.as_anonymous(), QUOTAS).await, ask(&TestApp::start().await.as_owner(), QUOTAS).await]
    {
        assert_eq!(nobodys.json()["data"]["viewer"]["quotas"], json!([]));
    }
}

#[tokio::test]
async fn two_servers_and_one_that_is_started_again_count_together() {
    let one = TestApp::with(quotas).await;
    let two = one.beside(quotas).await;
    assert_eq!(remaining(&ask(&one.as_owner(), "{ __typename }").await), 99);
    assert_eq!(remaining(&ask(&two.as_owner(), PAGE).await), 60, "it does not know of the other yet");
    for app in [&one, &two] {
        assert_eq!(flush(&app.services).await.unwrap(), 2);
    }
    assert_eq!(
        remaining(&ask(&two.as_owner(), "{ __typename }").await),
        58,
        "writing tells what others spent"
    );
    assert_eq!(
        remaining(&ask(&one.as_owner(), "{ __typename }").await),
        98,
        "who did not write since has not heard"
    );
    for app in [&two, &one, &two] {
        flush(&app.services).await.unwrap();
    }
    assert_eq!(remaining(&ask(&one.as_owner(), "{ __typename }").await), 56);
    flush(&one.services).await.unwrap();
    let again = one.beside(quotas).await;
    assert_eq!(remaining(&ask(&again.as_owner(), "{ __typename }").await), 55);
    assert_eq!(ask(&again.as_owner(), "{ entries(first: 99) { nodes { id } } }").await.status, 429);
    flush(&again.services).await.unwrap();
    assert_eq!(used(&one).await, [("user".into(), "day".into(), 45), ("user".into(), "month".into(), 45)]);
    assert_eq!(flush(&again.services).await.unwrap(), 0, "nothing is written twice");
    // Who had nothing to write hears too.
    assert_eq!(flush(&two.services).await.unwrap(), 0);
    assert_eq!(remaining(&ask(&two.as_owner(), "{ __typename }").await), 54);
}

#[tokio::test]
async fn what_cannot_be_written_is_written_later() {
    let app = TestApp::with(quotas).await;
    ask(&app.as_owner(), PAGE).await;
    let mut behind = app.db.connect().await;
    sqlx::query("alter table quota_use rename to elsewhere").execute(&mut behind).await.unwrap();
    flush(&app.services).await.unwrap_err();
    assert_eq!(remaining(&ask(&app.as_owner(), PAGE).await), 20, "it is counted on");
    assert_eq!(remaining(&ask(&app.as_delivery(), PAGE).await), 60, "who cannot be looked up is let in");
    sqlx::query("alter table elsewhere rename to quota_use").execute(&mut behind).await.unwrap();
    flush(&app.services).await.unwrap();
    let mut sums: Vec<i64> = used(&app).await.into_iter().map(|(_, _, used)| used).collect();
    sums.sort_unstable();
    assert_eq!(sums, [40, 40, 80, 80]);
}

#[tokio::test]
async fn a_key_and_an_application_have_a_rate_and_a_quota_of_their_own() {
    let app = TestApp::with(|config| {
        quotas(config);
        config.quotas.user = Bounds::default();
        config.rate_limits.enabled = Some(true);
        config.rate_limits.api_key.points_per_minute = Some(60);
        config.rate_limits.api_key.burst = Some(50);
        config.rate_limits.client.points_per_minute = Some(60);
        config.rate_limits.client.burst = Some(60);
    })
    .await;
    let input = json!({"name": "Website", "roles": ["delivery"]});
    let (key, _) = create(&app.as_owner(), input.clone()).await;
    let (other, _) = create(&app.as_owner(), input.clone()).await;
    let (_, client, secret) = application(&app, input).await;
    let client_token = token(&app, &client, &secret).await;
    for (credential, rate, quota, burst) in
        [(&key, "api_key", "api_key_day", 50), (&client_token, "client", "client_month", 60)]
    {
        assert_eq!(remaining(&with(&app, credential, PAGE).await), burst - 40);
        let refused = with(&app, credential, PAGE).await;
        assert_eq!((refused.status, &refused.error()["extensions"]["details"]["limit"]), (429, &json!(rate)));
        assert_eq!(refused.error()["extensions"]["details"]["bound"], burst);
        app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(
            remaining(&with(&app, credential, PAGE).await),
            burst.min(60) - 40,
            "a bucket is full again"
        );
        app.clock.advance(TimeDelta::minutes(1));
        let refused = with(&app, credential, PAGE).await;
        assert_eq!(
            (refused.status, &refused.error()["extensions"]["details"]["limit"]),
            (429, &json!(quota))
        );
    }
    assert_eq!(remaining(&with(&app, &other, PAGE).await), 10, "another key has buckets of its own");
    // A token that is new is of the same application.
    app.clock.advance(TimeDelta::minutes(1));
    let fresh = token(&app, &client, &secret).await;
    assert_eq!(with(&app, &fresh, PAGE).await.error()["extensions"]["details"]["limit"], "client_month");
}
