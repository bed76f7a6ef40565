//! A server with the embedded store on its port, and a client that sends files with curl.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
};

use aws_lc_rs::digest;
use brandgraph::{app::config::Config, worker};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, process::Command};

use crate::{
    harness::{Persona, TestApp},
    http_node,
};

pub const REQUEST: &str = "mutation($input: RequestUploadInput!) { requestUpload(input: $input) {
    upload { id state partSize partCount problem } put { method url headers { name value } } } }";
pub const COMPLETE: &str = "mutation($input: OneUploadInput!) { completeUpload(input: $input) { upload { id version state problemCode } } }";
pub const ABORT: &str =
    "mutation($input: OneUploadInput!) { abortUpload(input: $input) { upload { state problemCode } } }";
pub const UPLOAD: &str = "query($id: ID!) { upload(by: {id: $id}) { state problemCode problem asset { id url filename mediaType byteSize
    width height sha256 placeholder durationSeconds alt alts credit focalX focalY rightsUntil territories } } }";

/// A picture of 2 × 2 pixels.
pub fn png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(2, 2, image::Rgb([200, 80, 20]))
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

pub fn sha256(bytes: &[u8]) -> String {
    digest::digest(&digest::SHA256, bytes).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What curl was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// The world of a test.
pub struct World {
    pub app: TestApp,
    pub address: SocketAddr,
    pub folder: PathBuf,
    pub brand: String,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{}", uuid::Uuid::new_v4()));
        let (app, address) = TestApp::serving(&folder, change).await;
        let mut world = Self { app, address, folder, brand: String::new() };
        world.brand = world.new_brand("acme").await;
        world
    }

    pub async fn new_brand(&self, slug: &str) -> String {
        let create = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
        let input = json!({"slug": slug, "name": slug, "defaultLocale": "en", "locales": [{"code": "en"}]});
        let made = self.owner().data(create, json!({"input": input})).await;
        made["createBrand"]["brand"]["id"].as_str().unwrap().to_owned()
    }

    pub fn owner(&self) -> Persona<'_> {
        self.app.as_owner()
    }

    /// What is promised of a file.
    pub fn promise(&self, bytes: &[u8], media_type: &str) -> Value {
        json!({"brandId": self.brand, "filename": "a file.bin", "mediaType": media_type,
            "byteSize": bytes.len(), "sha256": sha256(bytes)})
    }

    pub async fn request(&self, input: Value) -> Value {
        self.owner().data(REQUEST, json!({"input": input})).await["requestUpload"].take()
    }

    pub async fn complete(&self, id: &Value) -> Value {
        self.owner().data(COMPLETE, json!({"input": {"id": id}})).await["completeUpload"]["upload"].take()
    }

    pub async fn upload(&self, id: &Value) -> Value {
        self.owner().data(UPLOAD, json!({"id": id})).await["upload"].take()
    }

    /// Runs the jobs that are due.
    pub async fn work(&self) {
        worker::run_due(&self.app.services).await.unwrap();
    }

    /// Sends a whole file and completes it; what is then known of the upload.
    pub async fn send(&self, bytes: &[u8], input: Value) -> Value {
        let requested = self.request(input).await;
        let answer = curl(&requested["put"], bytes).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        self.complete(&requested["upload"]["id"]).await;
        self.work().await;
        self.upload(&requested["upload"]["id"]).await
    }

    /// The files that the store holds, by their keys.
    pub fn kept(&self) -> Vec<String> {
        fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let root = self.folder.join("objects/media");
        let mut found = Vec::new();
        walk(&root, &mut found);
        found.iter().map(|path| path.strip_prefix(&root).unwrap().display().to_string()).collect()
    }
}

/// Sends a request that was signed, with curl.
pub async fn curl(signed: &Value, bytes: &[u8]) -> Answer {
    let mut arguments = vec!["--data-binary".to_owned(), "@-".to_owned(), "-X".to_owned()];
    arguments.push(signed["method"].as_str().unwrap().to_owned());
    // curl sets a type of its own unless it is told one.
    let headers = signed["headers"].as_array().unwrap();
    if !headers.iter().any(|header| header["name"] == "content-type") {
        arguments.extend(["-H".to_owned(), "content-type:".to_owned()]);
    }
    for header in headers {
        arguments.push("-H".to_owned());
        arguments.push(format!(
            "{}: {}",
            header["name"].as_str().unwrap(),
            header["value"].as_str().unwrap()
        ));
    }
    arguments.push(signed["url"].as_str().unwrap().to_owned());
    run(&arguments, bytes).await
}

/// Gets an address with curl.
pub async fn get(url: &str) -> Answer {
    run(&[url.to_owned()], b"").await
}

pub async fn run(arguments: &[String], bytes: &[u8]) -> Answer {
    let program = http_node::require("curl", "sending files as others do");
    let mut child = Command::new(program)
        .args(["-sS", "-i", "--max-time", "120", "-H", "Expect:"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let fed = tokio::spawn(async move {
        let _ = input.write_all(&bytes).await;
    });
    let output = child.wait_with_output().await.unwrap();
    fed.await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let end = output.stdout.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("curl {arguments:?} said nothing: {said}"));
    let head = String::from_utf8_lossy(&output.stdout[..end]).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: output.stdout[end + 4..].to_vec() }
}
