//! What is written into the log about a request, and what never is.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use brandgraph::{domain::access::Role, kit::clock::Clock};
use chrono::TimeDelta;
use tracing_subscriber::fmt::MakeWriter;

use crate::http_door::{ask, authn, get, noon, open, post};

/// Keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Kept {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything down to `TRACE` that was logged while the test asked.
async fn logged(asking: impl Future<Output = ()>) -> String {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(kept.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    asking.await;
    drop(guard);
    String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
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
