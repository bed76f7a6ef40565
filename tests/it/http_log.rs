//! What is written into the log about a request, and what never is.

use std::{
    cell::RefCell,
    io::{self, Write},
    sync::Once,
};

use brandgraph::{domain::access::Role, kit::clock::Clock};
use chrono::TimeDelta;

use crate::http_door::{ask, authn, get, noon, open, post};

thread_local! {
    /// What this thread logged since it began to listen. A subscriber for one thread alone would be simpler, but whether
    /// a log line is of interest to anybody is remembered for the whole process, and tests run beside each other.
    static HEARD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Writes to whoever listens on this thread.
struct Ear;

impl Write for Ear {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HEARD.with_borrow_mut(|heard| heard.as_mut().map(|heard| heard.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything down to `TRACE` that was logged while the test asked.
async fn logged(asking: impl Future<Output = ()>) -> String {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let filter =
            tracing_subscriber::EnvFilter::new("brandgraph=trace,async_graphql=trace,axum=trace,tower=trace");
        let subscriber =
            tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(|| Ear).finish();
        tracing::subscriber::set_global_default(subscriber).unwrap();
    });
    HEARD.set(Some(Vec::new()));
    asking.await;
    String::from_utf8(HEARD.take().unwrap()).unwrap()
}

#[tokio::test]
async fn a_request_leaves_one_line_without_its_query_or_token() {
    let token = authn(Clock::fixed(noon())).mint("ada", Role::Editor, None, TimeDelta::hours(1)).unwrap();
    let router = open();
    let log = logged(async {
        let request =
            post().header("x-request-id", "r-77").header("authorization", format!("Bearer {token}"));
        ask(&router, request, r#"{"query": "{ telltale: who }", "variables": {"confidential": 1}}"#).await;
        ask(&router, get("/graphql?query=%7Btelltale:who%7D"), "").await;
    })
    .await;
    let line = log.lines().find(|line| line.contains("answered")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["fields"]["status"], 200);
    assert!(line["fields"]["latency_ms"].is_f64());
    let span = &line["span"];
    assert_eq!(
        (&span["method"], &span["route"], &span["request_id"]),
        (&"POST".into(), &"/graphql".into(), &"r-77".into())
    );
    for unwanted in ["telltale", "confidential", &token, token.rsplit('.').next().unwrap()] {
        assert!(!log.contains(unwanted), "{unwanted} is in\n{log}");
    }
}

#[tokio::test]
async fn the_log_learns_what_the_client_does_not() {
    let router = open();
    let log = logged(async {
        let request = post().header("x-request-id", "r-78");
        ask(&router, request, r#"{"query": "{ panic }"}"#).await;
    })
    .await;
    let line = log.lines().find(|line| line.contains("a secret detail")).unwrap();
    assert!(line.contains("r-78") && line.contains("ERROR"), "{line}");
}
