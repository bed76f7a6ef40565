//! A real OpenID Connect server (npm `oidc-provider`) of a test's own, and a door that takes its tokens.

use std::process::Stdio;

use axum::Router;
use brandgraph::{
    http::{self, Door, Settings},
    kit::clock::Clock,
    service::authn::{self, Authn, IssuerSettings, RoleSettings},
};
use chrono::{SubsecRound, Utc};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{
    http_door::{Answer, SECRET, ask, door, post},
    http_node,
};

/// A running server; it ends with the test.
pub struct Oidc {
    pub issuer: String,
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Oidc {
    pub async fn start() -> Self {
        tokio::task::spawn_blocking(http_node::install).await.unwrap();
        let mut process = Command::new("node")
            .arg("oidc.mjs")
            .current_dir(http_node::root().join("tests/audit"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let input = process.stdin.take().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let issuer = output.next_line().await.unwrap().expect("oidc.mjs says its issuer");
        Self { issuer, process, input, output }
    }

    /// Has the server do something, and waits until it is done.
    pub async fn tell(&mut self, what: &str) -> String {
        self.input.write_all(format!("{what}\n").as_bytes()).await.unwrap();
        self.output.next_line().await.unwrap().unwrap()
    }

    /// How often its keys were asked for.
    pub async fn asked(&mut self) -> u64 {
        self.tell("asked").await.parse().unwrap()
    }

    /// A token, signed with the algorithm that is the client's name.
    pub async fn token(&self, algorithm: &str) -> String {
        self.token_for(algorithm, "urn:brandgraph").await
    }

    pub async fn token_for(&self, algorithm: &str, resource: &str) -> String {
        let request = reqwest::Client::new()
            .post(format!("{}/token", self.issuer))
            .basic_auth(algorithm, Some("secret"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=client_credentials&scope=read&resource={resource}"));
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// What is believed of this server.
    pub fn settings(&self) -> IssuerSettings {
        issuer(&self.issuer)
    }
}

pub fn issuer(issuer: &str) -> IssuerSettings {
    IssuerSettings {
        issuer: issuer.to_owned(),
        audiences: vec!["brandgraph".to_owned()],
        algorithms: ["RS256", "ES256", "EdDSA"].map(str::to_owned).to_vec(),
        leeway_seconds: 30,
        max_stale_seconds: 86_400,
        roles_claim: "realm.roles".to_owned(),
        roles: vec![RoleSettings { value: "cms-editors".to_owned(), role: "editor".to_owned(), brand: None }],
        brand_claim: None,
    }
}

/// A door that takes the tokens of these issuers. Its time begins now, as that of the servers does, and then stands still.
pub fn taking(issuers: Vec<IssuerSettings>) -> (Router, Clock) {
    let clock = Clock::fixed(Utc::now().trunc_subsecs(6));
    let settings = authn::Settings { secret: Some(SECRET.into()), issuers, ..authn::Settings::default() };
    let authn = Authn::new(&settings, clock.clone(), None).unwrap().into();
    let door = Door { authn, clock: clock.clone(), ..door() };
    (http::router(door, &Settings::default()).unwrap(), clock)
}

/// Asks who one is.
pub async fn who(router: &Router, token: &str) -> Answer {
    let request = post().header("authorization", format!("Bearer {token}"));
    ask(router, request, r#"{"query": "{ who }"}"#).await
}

/// Who one is, where one is let in.
pub async fn name(router: &Router, token: &str) -> String {
    let answer = who(router, token).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()["data"]["who"].as_str().unwrap().to_owned()
}
