//! A Redis: the one this run was given, or one of a test's own that it can take away and bring back.

use std::{
    env, fs,
    os::unix::net::UnixStream,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use uuid::Uuid;

/// Names a server that tests may share; `scripts/test` sets it.
const VARIABLE: &str = "BRANDGRAPH_TEST_REDIS_URL";

/// A server on a socket of its own.
pub struct Redis {
    folder: PathBuf,
    process: Option<Child>,
    given: Option<String>,
}

impl Redis {
    /// The server that this run was given, else one of the test's own.
    pub fn given() -> Self {
        match env::var(VARIABLE) {
            Ok(url) => Self { folder: PathBuf::new(), process: None, given: Some(url) },
            Err(_) => Self::start(),
        }
    }

    /// A server of the test's own.
    pub fn start() -> Self {
        let folder = env::temp_dir().join(format!("brandgraph-redis-{}", Uuid::new_v4().simple()));
        fs::create_dir(&folder).unwrap();
        let mut redis = Self { folder, process: None, given: None };
        redis.resume();
        redis
    }

    /// Its address, whether it runs or not.
    pub fn url(&self) -> String {
        self.given.clone().unwrap_or_else(|| format!("redis+unix://{}", self.socket().display()))
    }

    /// Takes it away.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
        let _ = fs::remove_file(self.socket());
    }

    /// Brings it back, empty.
    pub fn resume(&mut self) {
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(self.socket())
            .arg("--dir")
            .arg(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`redis-server` is missing: the tests need a Redis");
        self.process = Some(process);
        while UnixStream::connect(self.socket()).is_err() {
            std::thread::yield_now();
        }
    }

    fn socket(&self) -> PathBuf {
        self.folder.join("redis.sock")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if self.given.is_some() {
            return;
        }
        self.kill();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
