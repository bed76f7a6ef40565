//! Encrypted connections, and certificates that change while the server runs.

use std::{fs, path::PathBuf};

use brandgraph::http::{Settings, TlsSettings};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, Version};

use crate::http_door::{Server, door};

/// A folder with a certificate of its own.
struct Identity {
    folder: PathBuf,
}

impl Identity {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("brandgraph-tls-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        Self { folder }
    }

    /// Writes a new certificate, and gives a client that trusts it and nothing else.
    fn issue(&self) -> Client {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(self.folder.join("tls.crt"), cert.pem()).unwrap();
        fs::write(self.folder.join("tls.key"), signing_key.serialize_pem()).unwrap();
        let trusted = Certificate::from_pem(cert.pem().as_bytes()).unwrap();
        Client::builder().tls_certs_only([trusted]).build().unwrap()
    }

    fn settings(&self) -> Settings {
        let tls = TlsSettings {
            certificate: Some(self.folder.join("tls.crt")),
            key: Some(self.folder.join("tls.key")),
        };
        Settings { tls, header_timeout_seconds: 1, ..Settings::default() }
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn connections_are_encrypted_where_a_certificate_is_configured() {
    let identity = Identity::new();
    let client = identity.issue();
    let server = Server::start(door(), identity.settings()).await;
    let port = server.address.port();
    let url = format!("https://localhost:{port}/health/live");
    let answer = client.get(&url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, Version::HTTP_2));
    // A client that does not know the certificate, one that does not encrypt, and one that says nothing get nothing.
    Client::new().get(&url).send().await.unwrap_err();
    Client::new().get(format!("http://localhost:{port}/health/live")).send().await.unwrap_err();
    let mut silent = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut silent, &mut Vec::new()).await;
    server.stop.send(()).unwrap();
    server.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_certificate_that_was_written_anew_is_taken_without_a_restart() {
    let identity = Identity::new();
    let first = identity.issue();
    let server = Server::start(door(), identity.settings()).await;
    let url = format!("https://localhost:{}/health/live", server.address.port());
    first.get(&url).send().await.unwrap();
    // What cannot be used changes nothing.
    fs::write(identity.folder.join("tls.key"), "no key").unwrap();
    server_takes(&identity.issue(), &url).await;
}

/// Asks, on a new connection each time, until the server shows the certificate that the client trusts.
async fn server_takes(client: &Client, url: &str) {
    while client.get(url).send().await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_told_at_the_start() {
    let identity = Identity::new();
    identity.issue();
    fs::write(identity.folder.join("tls.key"), "no key").unwrap();
    let server = Server::start(door(), identity.settings()).await;
    let error = server.served.await.unwrap().unwrap_err();
    assert!(error.message().contains("tls.key"), "{error}");
}
