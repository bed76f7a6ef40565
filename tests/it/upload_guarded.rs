//! The embedded store's door: what is not signed in full is refused, and what is refused is counted, recorded and charged.

use brandgraph::service::{audit, throttle::Settings};
use serde_json::{Value, json};

use crate::upload_world::{World, curl, get, png, run};

async fn refusals(w: &World) -> Vec<(String, i64)> {
    audit::flush(&w.app.services, true).await.unwrap();
    let text = "select reason, sum(count)::bigint from audit_record where outcome = 'refused' \
        and detail->>'what' = '/media' and ip is not null group by 1 order by 1";
    sqlx::query_as(text).fetch_all(&mut w.app.db.connect().await).await.unwrap()
}

fn with(put: &Value, name: &str, value: &str) -> Value {
    let mut put = put.clone();
    put["headers"].as_array_mut().unwrap().push(json!({"name": name, "value": value}));
    put
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_nobody_signed_is_refused() {
    let w = World::new().await;
    let (bytes, other) = (png(), b"a text of somebody else".to_vec());
    let kept = w.request(w.promise(&other, "text/plain")).await;
    assert_eq!(curl(&kept["put"], &other).await.status, 200);
    let source = kept["put"]["url"].as_str().unwrap().split('?').next().unwrap();
    let source = source.split_once("//").unwrap().1.split_once('/').unwrap().1.to_owned();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let copy = with(&requested["put"], "x-amz-copy-source", &source);
    let answer = curl(&copy, &bytes).await;
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("x-amz-copy-source"), "{}", answer.text());
    assert_eq!(w.kept().len(), 1, "{:?}", w.kept());
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200, "as it was signed");
    assert_eq!(refusals(&w).await, [("signature".to_owned(), 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_recorded_and_charged() {
    let w = World::with(|config| {
        config.rate_limits = Settings { enabled: Some(true), ..Settings::default() };
        config.rate_limits.anonymous.points_per_minute = Some(60);
        config.rate_limits.anonymous.burst = Some(45);
    })
    .await;
    let bytes = png();
    let requested = w.request(w.promise(&bytes, "image/png")).await;
    let url = requested["put"]["url"].as_str().unwrap();
    let mut forged = requested["put"].clone();
    forged["url"] = json!(url.replace("/incoming/", "/files/"));
    assert_eq!(curl(&forged, &bytes).await.status, 403, "another key");
    assert_eq!(get(url.split('?').next().unwrap()).await.status, 403, "without a signature");
    for status in [403, 403, 429, 429] {
        assert_eq!(curl(&forged, &bytes).await.status, status);
    }
    let away = run(&[format!("http://{}/graphql?query=%7B__typename%7D", w.address)], b"").await;
    assert_eq!(away.status, 429, "as after any other failures: {}", away.text());
    // Who has a good signature is let in, wherever others fail.
    assert_eq!(curl(&requested["put"], &bytes).await.status, 200);
    let recorded = refusals(&w).await;
    assert_eq!(recorded, [("signature".to_owned(), 5), ("unauthenticated".to_owned(), 1)]);
    let counted = w.owner().get("/metrics").await;
    assert!(
        counted.contains("security_refusals_total{kind=\"login.refused\",reason=\"signature\"}"),
        "{counted}"
    );
}
