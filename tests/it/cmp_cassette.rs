//! Recordings hold what was said and no secret; credentials become the header that the connector asks for.

use std::{sync::Arc, time::Duration};

use brandgraph::{
    cmp::{
        Connector, NewPull, Pull, Settings,
        cassette::{Body, Cassette, Recorder},
    },
    domain::{Code, Result},
    kit::clock::Clock,
};
use serde_json::json;
use wiremock::{MockServer, Request, ResponseTemplate};

use crate::sync_world::{platform, replay};

fn connector(auth: &str) -> Arc<Connector> {
    let text = format!(
        "connector: c\nauth: {auth}\nresources:\n  - name: things\n    \
         list: {{path: /things, query: {{page: '{{page}}'}}, items: .data, paging: {{page: {{size: 1}}}}}}\n    \
         entry: {{type: thing, external_id: .id, title: .title}}\n"
    );
    Arc::new(Connector::parse("c.yaml", &text).unwrap())
}

async fn pull(auth: &str, server: &MockServer, recorder: Option<Arc<Recorder>>) -> Result<Vec<u64>> {
    let secrets =
        [("key", "k3y"), ("user", "ada"), ("password", "p4ss:word"), ("bad", "line\nbreak"), ("empty", "")];
    let mut pull = Pull::new(NewPull {
        connector: connector(auth),
        base_url: server.uri(),
        credentials: secrets
            .map(|(name, value)| (name.to_owned(), value.to_owned().into()))
            .into_iter()
            .collect(),
        settings: Settings {
            attempts: 2,
            first_pause: Duration::from_millis(1),
            longest_pause: Duration::from_millis(2),
        },
        clock: Clock::system(),
        request_id: "test".to_owned(),
        recorder,
    })?;
    let mut pages = Vec::new();
    while let Some(page) = pull.next().await? {
        pages.push(page.mapped.records.len() as u64);
    }
    Ok(pages)
}

/// Three things, one a page; the platform repeats the secret that it was given.
fn three(request: &Request) -> ResponseTemplate {
    let page: u64 = request.url.query_pairs().next().unwrap().1.parse().unwrap();
    let secret = request.headers.get("x-key").map(|value| value.to_str().unwrap().to_owned());
    let items = if page < 3 { vec![json!({"id": page, "title": "A"})] } else { Vec::new() };
    ResponseTemplate::new(200)
        .set_body_json(json!({"data": items, "you": secret}))
        .insert_header("Set-Cookie", "session=1")
        .insert_header("Retry-After", "0")
}

#[tokio::test]
async fn a_recording_is_replayed_as_it_was_and_holds_no_secret() {
    let recorder = Arc::new(Recorder::default());
    let auth = "{header: {name: X-Key, credential: key}}";
    let real = pull(auth, &platform(three).await, Some(Arc::clone(&recorder))).await.unwrap();
    let text = serde_json::to_string(&recorder.cassette("three things")).unwrap();
    assert!(!text.contains("k3y") && text.contains("***"), "{text}");
    assert!(!text.contains("session"), "{text}");
    let cassette = Cassette::parse(&text).unwrap();
    assert_eq!(cassette.exchanges[1].get, "/things?page=2");
    assert!(matches!(cassette.exchanges[1].body, Body::Json(_)));
    assert_eq!(pull(auth, &replay(cassette).await, None).await.unwrap(), real);
}

#[tokio::test]
async fn what_was_never_recorded_is_refused() {
    let error = pull("none", &replay(Cassette::default()).await, None).await.unwrap_err();
    assert!(error.message().contains("GET /things?page=1 answered 404"), "{error}");
}

#[test]
fn what_is_no_recording_is_refused_with_its_place() {
    let error = Cassette::parse("{\"about\": \"x\",\n\"exchanges\": 3}").unwrap_err();
    assert_eq!((error.code(), error.violations()[0].path.as_str()), (Code::Invalid, "2:14"));
}

#[tokio::test]
async fn each_kind_of_proof_is_sent_as_the_connector_says() {
    for (auth, name, value) in [
        ("{bearer: {credential: key}}", "authorization", "Bearer k3y"),
        ("{basic: {username: user, password: password}}", "authorization", "Basic YWRhOnA0c3M6d29yZA=="),
        ("{header: {name: X-Api-Key, credential: key, prefix: 'Key '}}", "x-api-key", "Key k3y"),
    ] {
        let server = platform(three).await;
        pull(auth, &server, None).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        assert!(requests.iter().all(|request| request.headers[name] == value), "{auth}");
    }
    let server = platform(three).await;
    pull("none", &server, None).await.unwrap();
    assert!(!server.received_requests().await.unwrap()[0].headers.contains_key("authorization"));
}

#[tokio::test]
async fn a_secret_that_cannot_be_sent_is_named_and_not_shown() {
    for (credential, code) in [("bad", "header"), ("empty", "required"), ("unknown", "required")] {
        let auth = format!("{{bearer: {{credential: {credential}}}}}");
        let error = pull(&auth, &platform(three).await, None).await.unwrap_err();
        let fault = &error.violations()[0];
        assert_eq!((fault.path.clone(), fault.code), (format!("credentials.{credential}"), code));
        assert!(!format!("{error:?}").contains("break"));
    }
}
