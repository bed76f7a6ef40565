//! ClamAV's real daemon, with a signature of our own, scans what is uploaded: it finds, it is stopped, and it is asked for too much.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use brandgraph::worker;
use chrono::TimeDelta;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

use crate::upload_world::{World, curl};

/// What the signature is of; no other scanner knows it.
const FOUND: &[u8] = b"brandgraph: these bytes are found by a scanner that was told of them";

struct Clamd {
    folder: PathBuf,
    child: Option<Child>,
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn program() -> PathBuf {
    // It is a system's daemon: users do not have it on their path.
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"].map(PathBuf::from));
    let found = folders.map(|folder| folder.join("clamd")).find(|file| file.is_file());
    found.expect("`clamd` is missing (scripts/install clamd): it is needed for scanning files for real")
}

impl Clamd {
    async fn new(more: &str) -> Self {
        // The path of a socket is short.
        let folder = std::env::temp_dir().join(format!("clamd-{}", uuid::Uuid::new_v4().simple()));
        std::fs::create_dir_all(folder.join("signatures")).unwrap();
        let hex: String = FOUND.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(folder.join("signatures/own.ndb"), format!("Brandgraph.Test:0:*:{hex}\n")).unwrap();
        let here = folder.display();
        let settings = format!(
            "LocalSocket {here}/socket\nDatabaseDirectory {here}/signatures\nForeground yes\nLogTime no\n{more}\n"
        );
        std::fs::write(folder.join("clamd.conf"), settings).unwrap();
        let mut clamd = Self { folder, child: None };
        clamd.start().await;
        clamd
    }

    async fn start(&mut self) {
        let mut child = Command::new(program())
            .arg(format!("--config-file={}/clamd.conf", self.folder.display()))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        // The last thing it says before it takes connections.
        while let Some(line) = lines.next_line().await.unwrap() {
            said.push_str(&line);
            said.push('\n');
            if line.contains("Self checking") || line.contains("SelfCheck") {
                tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
                self.child = Some(child);
                return;
            }
        }
        panic!("clamd did not start: {said}");
    }

    async fn stop(&mut self) {
        let mut child = self.child.take().unwrap();
        child.kill().await.unwrap();
    }

    fn address(&self) -> String {
        format!("clamd://{}/socket", self.folder.display())
    }
}

async fn world(scanner: String) -> World {
    World::with(|config| config.uploads.scanner = Some(scanner)).await
}

/// Sends a file and says that it was sent; nobody has looked at it then.
async fn sent(w: &World, bytes: &[u8]) -> Value {
    let requested = w.request(w.promise(bytes, "text/plain")).await;
    assert_eq!(curl(&requested["put"], bytes).await.status, 200);
    let id = requested["upload"]["id"].clone();
    w.complete(&id).await;
    id
}

async fn last_error(w: &World) -> String {
    let sql = "select coalesce(last_error, '') from job where kind = 'upload.verify'";
    sqlx::query_scalar(sql).fetch_one(&mut w.app.db.connect().await).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clamav_knows_is_quarantined_and_what_it_does_not_know_is_taken() {
    let clamd = Clamd::new("").await;
    let w = world(clamd.address()).await;
    let clean = vec![b'a'; 200_000];
    assert_eq!(w.send(&clean, w.promise(&clean, "text/plain")).await["state"], "READY");
    // It stands across the end of a chunk, and the end of the first piece that is sent.
    let bad = [&vec![b'a'; 65_500][..], FOUND, b" and more"].concat();
    let upload = w.send(&bad, w.promise(&bad, "text/plain")).await;
    assert_eq!(
        (&upload["state"], &upload["problemCode"], &upload["problem"]),
        (&json!("QUARANTINED"), &json!("malware"), &json!("the scanner found Brandgraph.Test.UNOFFICIAL")),
        "{upload}"
    );
    assert_eq!(w.kept().len(), 1, "only the clean one: {:?}", w.kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sent_while_clamav_is_stopped_waits_for_it_and_is_given_up_in_the_end() {
    let mut clamd = Clamd::new("").await;
    let w = world(clamd.address()).await;
    clamd.stop().await;
    let id = sent(&w, b"abc").await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "VERIFYING");
    clamd.start().await;
    w.app.clock.advance(TimeDelta::hours(2));
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "READY", "once it is back");

    clamd.stop().await;
    w.app.clock.advance(-TimeDelta::hours(2));
    let id = sent(&w, b"abcd").await;
    for _ in 0..20 {
        worker::run_due(&w.app.services).await.unwrap();
        w.app.clock.advance(TimeDelta::hours(2));
    }
    let upload = w.upload(&id).await;
    assert_eq!(
        (&upload["state"], &upload["problemCode"]),
        (&json!("FAILED"), &json!("unverified")),
        "{upload}"
    );
    assert_eq!(w.kept().len(), 1, "only the first: {:?}", w.kept());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_for_clamav_is_not_taken_and_the_reason_is_kept() {
    let clamd = Clamd::new("StreamMaxLength 1M").await;
    let w = world(clamd.address()).await;
    let id = sent(&w, &vec![b'a'; 3 << 20]).await;
    w.work().await;
    assert_eq!(w.upload(&id).await["state"], "VERIFYING");
    let why = last_error(&w).await;
    assert!(why.contains("INSTREAM size limit exceeded"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_scanned_than_the_setting_says() {
    let clamd = Clamd::new("StreamMaxLength 1M").await;
    let scanner = clamd.address();
    let w = World::with(|config| {
        config.uploads.scanner = Some(scanner);
        config.uploads.scan_bytes = 1 << 20;
    })
    .await;
    let file = [&vec![b'a'; 2 << 20][..], FOUND].concat();
    assert_eq!(w.send(&file, w.promise(&file, "text/plain")).await["state"], "READY");
    let file = [FOUND, &vec![b'a'; 2 << 20][..]].concat();
    assert_eq!(w.send(&file, w.promise(&file, "text/plain")).await["state"], "QUARANTINED");
}

/// The double of the other tests says what the real one says, to the byte.
#[tokio::test(flavor = "multi_thread")]
async fn the_words_are_those_that_other_tests_put_into_its_mouth() {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::UnixStream,
    };
    async fn ask(folder: &Path, bytes: &[u8]) -> Vec<u8> {
        let mut wire = UnixStream::connect(folder.join("socket")).await.unwrap();
        wire.write_all(b"zINSTREAM\0").await.unwrap();
        wire.write_all(&u32::try_from(bytes.len()).unwrap().to_be_bytes()).await.unwrap();
        wire.write_all(bytes).await.unwrap();
        wire.write_all(&[0; 4]).await.unwrap();
        let mut said = Vec::new();
        wire.read_to_end(&mut said).await.unwrap();
        said
    }
    let clamd = Clamd::new("").await;
    assert_eq!(ask(&clamd.folder, b"abc").await, b"stream: OK\0");
    assert_eq!(ask(&clamd.folder, FOUND).await, b"stream: Brandgraph.Test.UNOFFICIAL FOUND\0");
}
