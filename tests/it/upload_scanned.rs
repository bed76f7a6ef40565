//! Files are scanned before they can be had: by something that speaks clamd's protocol, or HTTP.

use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::upload_world::World;

/// The test file of EICAR, in two halves so that no scanner takes this source for it.
fn eicar() -> Vec<u8> {
    let halves = ["X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-", "ANTIVIRUS-TEST-FILE!$H+H*"];
    halves.concat().into_bytes()
}

/// Answers as clamd does, and remembers what it was sent.
async fn clamd() -> (String, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("clamd://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut command = [0; 10];
            client.read_exact(&mut command).await.unwrap();
            assert_eq!(&command, b"zINSTREAM\0");
            let mut file = Vec::new();
            loop {
                let length = client.read_u32().await.unwrap() as usize;
                if length == 0 {
                    break;
                }
                let mut chunk = vec![0; length];
                client.read_exact(&mut chunk).await.unwrap();
                file.extend(chunk);
            }
            let found = file.windows(10).any(|part| part == b"EICAR-STAN");
            taken.lock().unwrap().clone_from(&file);
            let verdict: &[u8] =
                if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" };
            client.write_all(verdict).await.unwrap();
        }
    });
    (address, seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clamd_finds_is_quarantined_and_removed() {
    let (address, seen) = clamd().await;
    let w = World::with(|config| config.uploads.scanner = Some(address)).await;
    let clean = vec![b'a'; 200_000];
    assert_eq!(w.send(&clean, w.promise(&clean, "text/plain")).await["state"], "READY");
    assert_eq!(*seen.lock().unwrap(), clean, "the scanner saw all of it");
    let upload = w.send(&eicar(), w.promise(&eicar(), "text/plain")).await;
    assert_eq!((&upload["state"], &upload["problemCode"]), (&json!("QUARANTINED"), &json!("malware")));
    assert_eq!(upload["problem"], "the scanner found Eicar-Test-Signature");
    assert_eq!(w.kept().len(), 1, "only the clean one: {:?}", w.kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_while_the_scanner_is_away() {
    let w = World::with(|config| config.uploads.scanner = Some("clamd://127.0.0.1:9".to_owned())).await;
    let upload = w.send(b"abc", w.promise(b"abc", "text/plain")).await;
    assert_eq!(upload["state"], "VERIFYING", "{upload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_over_http_scans_too() {
    let server = MockServer::start().await;
    let says = json!({"clean": false, "found": "Something"});
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(says)).mount(&server).await;
    let w = World::with(|config| config.uploads.scanner = Some(server.uri())).await;
    let upload = w.send(b"abc", w.promise(b"abc", "text/plain")).await;
    assert_eq!(
        (&upload["state"], &upload["problem"]),
        (&json!("QUARANTINED"), &json!("the scanner found Something"))
    );
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].body, b"abc");
}
