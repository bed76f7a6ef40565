//! The server on a real socket: how it goes away, and what it does with clients that dawdle.

use std::sync::Arc;

use brandgraph::http::{Door, Settings};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::http_door::{Server, Stub, door};

fn request(query: &str) -> String {
    let body = format!("{{\"query\": \"{query}\"}}");
    format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn read_all(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn shutting_down_finishes_what_is_in_flight_and_takes_nothing_new() {
    let stub = Stub::default();
    let (started, release) = (stub.started.clone(), stub.release.clone());
    let server = Server::start(Door { engine: Arc::new(stub), ..door() }, Settings::default()).await;
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    // These two have nothing in flight, and must not keep the server waiting.
    let _silent = TcpStream::connect(server.address).await.unwrap();
    let mut idle = answered(&server, "/health/live").await;
    busy.write_all(request("{ wait }").as_bytes()).await.unwrap();
    started.acquire().await.unwrap().forget();

    server.stop.send(()).unwrap();
    assert_eq!(read_all(&mut idle).await, "", "the idle connection is closed");
    assert!(server.draining.begun());
    // The port is free again, and may by now be that of another test's server; this one must not hear of it.
    if let Ok(mut late) = TcpStream::connect(server.address).await {
        let _ = late.write_all(request("{ wait }").as_bytes()).await;
    }
    assert!(!server.served.is_finished());

    release.add_permits(1);
    let answer = read_all(&mut busy).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.ends_with(r#"{"data":{"wait":true}}"#), "{answer}");
    server.served.await.unwrap().unwrap();
    assert_eq!(started.available_permits(), 0, "nothing new is taken");
}

/// A kept-alive connection on which one request was answered.
async fn answered(server: &Server, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = vec![0; 1024];
    let mut length = 0;
    while !answer[..length].ends_with(b"live\n") {
        length += stream.read(&mut answer[length..]).await.unwrap();
    }
    stream
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_cut_off_after_the_grace_period() {
    let stub = Stub::default();
    let started = stub.started.clone();
    let settings = Settings { grace_seconds: 0, ..Settings::default() };
    let server = Server::start(Door { engine: Arc::new(stub), ..door() }, settings).await;
    let mut busy = TcpStream::connect(server.address).await.unwrap();
    busy.write_all(request("{ wait }").as_bytes()).await.unwrap();
    started.acquire().await.unwrap().forget();
    server.stop.send(()).unwrap();
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn while_draining_connections_are_still_taken_and_told_that_the_server_is_not_ready() {
    let settings = Settings { drain_seconds: 3600, ..Settings::default() };
    let server = Server::start(door(), settings).await;
    server.stop.send(()).unwrap();
    while !server.draining.begun() {
        tokio::task::yield_now().await;
    }
    let answer = reqwest::get(format!("http://{}/health/ready", server.address)).await.unwrap();
    assert_eq!(answer.status(), 503);
    server.served.abort();
}

#[tokio::test]
async fn a_head_that_does_not_arrive_in_time_closes_the_connection() {
    let settings = Settings { header_timeout_seconds: 1, ..Settings::default() };
    let server = Server::start(door(), settings).await;
    let dawdle = async |start: &str| {
        let mut slow = TcpStream::connect(server.address).await.unwrap();
        slow.write_all(start.as_bytes()).await.unwrap();
        // Ends, or is reset: either way the server did not keep it.
        let _ = slow.read_to_end(&mut Vec::new()).await;
    };
    tokio::join!(
        dawdle(""),
        dawdle("P"),
        dawdle("PRI * HT"),
        dawdle("GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"),
        dawdle("POST /graphql HTTP/1.1\r\nhost:"),
    );
}

#[tokio::test]
async fn an_http2_connection_that_asks_nothing_is_closed() {
    let settings = Settings { header_timeout_seconds: 1, ..Settings::default() };
    let server = Server::start(door(), settings).await;
    let mut client = TcpStream::connect(server.address).await.unwrap();
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    // Every ping is answered, and nothing else is said.
    let mut head = [0; 9];
    while client.read_exact(&mut head).await.is_ok() {
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        client.read_exact(&mut payload).await.unwrap();
        if (head[3], head[4]) == (6, 0) {
            head[4] = 1;
            let _ = client.write_all(&[&head[..], &payload].concat()).await;
        }
    }
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let server = Server::start(door(), Settings::default()).await;
    let url = format!("http://{}/health/live", server.address);
    let new = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    assert_eq!(new.get(&url).send().await.unwrap().version(), reqwest::Version::HTTP_2);
    assert_eq!(reqwest::get(&url).await.unwrap().version(), reqwest::Version::HTTP_11);
}

#[tokio::test]
async fn a_body_over_the_limit_is_answered_and_not_cut_off() {
    let server = Server::start(door(), Settings::default()).await;
    let answer = reqwest::Client::new()
        .post(format!("http://{}/graphql", server.address))
        .header("content-type", "application/json")
        .body(vec![b' '; 3 * 1024 * 1024])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
}

#[tokio::test]
async fn a_large_answer_is_compressed_for_those_who_ask() {
    let server = Server::start(door(), Settings::default()).await;
    let plain = reqwest::Client::builder().no_gzip().build().unwrap();
    let url = format!("http://{}/schema.graphql", server.address);
    let answer = plain.get(&url).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(!plain.get(&url).send().await.unwrap().headers().contains_key("content-encoding"));
}
