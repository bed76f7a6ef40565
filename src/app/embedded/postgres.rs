//! A private PostgreSQL in the data folder: on a unix socket only, and no longer alive than this process.

use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    os::unix::{ffi::OsStrExt, net::UnixStream},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{
    account::Account,
    binaries::Binaries,
    error::{At, Error},
    folder::{self, Ownership, SocketFolder},
    initdb,
    supervisor::{Supervised, Watch},
};

/// How long a start may take; recovery after a crash of the machine is within it.
const START: Duration = Duration::from_secs(60);

/// How often a starting server is asked whether it is ready.
const POLL: Duration = Duration::from_millis(5);

/// The largest log that a new run appends to, in bytes; a larger one is begun anew.
const LOG: u64 = 4 * 1024 * 1024;

/// Settings that suit one application on a developer's machine. What is written is still safe against a crash.
const TUNING: [&str; 8] = [
    "listen_addresses=",
    "jit=off",
    "max_connections=60",
    "wal_level=minimal",
    "max_wal_senders=0",
    "logging_collector=off",
    "log_line_prefix=%m [%p] %d ",
    "unix_socket_permissions=0700",
];

/// What a private PostgreSQL needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder; made where missing.
    pub folder: PathBuf,
    /// Where programs are searched, as in the variable `PATH`.
    pub path: Option<OsString>,
    /// The folder of short-lived files, for a socket whose path would be too long in the data folder.
    pub temporary: PathBuf,
    /// Further server settings, each `name=value`.
    pub tuning: Vec<String>,
}

/// A running private PostgreSQL; dropping it stops the server and waits for its end.
#[derive(Debug)]
pub struct Postgres {
    binaries: Binaries,
    log: PathBuf,
    // The order matters: the server ends before the folders are given back.
    server: Supervised,
    socket: SocketFolder,
    ownership: Ownership,
}

impl Postgres {
    /// Finds PostgreSQL's programs, makes the cluster where there is none, starts it, and waits until it answers. Blocks.
    ///
    /// # Errors
    /// Where there are no programs, the folder is in use or out of reach, or the server does not start.
    pub fn start(settings: &Settings) -> Result<Self, Error> {
        let data = std::path::absolute(&settings.folder).at("resolving", &settings.folder)?;
        let ownership = Ownership::take(&data)?;
        let account = Account::pick(&data.join("postgres"));
        let place = folder::place(&data, account)?;
        let cluster = place.join("cluster");
        let binaries = Binaries::find(settings.path.as_deref(), &data, &cluster)?;
        initdb::ensure(&binaries, account, &cluster)?;
        stop_orphan(&binaries, account, &cluster)?;
        let socket = folder::socket_folder(&place, &settings.temporary, account)?;

        let log_path = place.join("log");
        let large = fs::metadata(&log_path).is_ok_and(|meta| meta.len() > LOG);
        let log = OpenOptions::new()
            .create(true)
            .write(true)
            .append(!large)
            .truncate(large)
            .open(&log_path)
            .at("opening", &log_path)?;
        let mut args = vec!["-D".to_owned(), text(&cluster)?];
        let folders = format!("unix_socket_directories={}", quoted(&text(&socket.0)?));
        let tuning = TUNING.iter().map(|&it| it.to_owned());
        for setting in tuning.chain([folders]).chain(settings.tuning.iter().cloned()) {
            args.extend(["-c".to_owned(), setting]);
        }
        let server = Supervised::start(account, &binaries.program("postgres"), &args, &log)?;
        wait_until_ready(&server, &cluster, &log_path, &binaries)?;
        let mut started = Self { socket, binaries, log: log_path, server, ownership };
        let address = started.main_url();
        started.ownership.announce(&address)?;
        Ok(started)
    }

    /// The address of a database of this server, for any client that takes a `postgres://` URL.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        let host: String = url::form_urlencoded::byte_serialize(self.socket.0.as_os_str().as_bytes())
            .map(|part| part.replace('+', "%20"))
            .collect();
        format!("postgres://{}@localhost/{database}?host={host}", initdb::NAME)
    }

    /// The address of brandgraph's own database.
    #[must_use]
    pub fn main_url(&self) -> String {
        self.url(initdb::NAME)
    }

    /// The major version of the server, such as 17.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.binaries.major
    }

    /// Where the server writes its log.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Sees whether the server ends by itself.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.server.watch()
    }

    /// The server's process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.server.pid
    }
}

/// Stops a server that outlived its brandgraph: we own the folder, so nobody else uses it. A pid file whose server does
/// not answer is left to PostgreSQL, which knows a stale one.
fn stop_orphan(binaries: &Binaries, account: Account, cluster: &Path) -> Result<(), Error> {
    let Ok(pid_file) = fs::read_to_string(cluster.join("postmaster.pid")) else { return Ok(()) };
    let (port, folder) = (pid_file.lines().nth(3), pid_file.lines().nth(4));
    let (Some(port), Some(folder)) = (port, folder) else { return Ok(()) };
    if UnixStream::connect(Path::new(folder).join(format!(".s.PGSQL.{port}"))).is_err() {
        return Ok(());
    }
    tracing::warn!("stopping a PostgreSQL that an earlier run left behind");
    let program = binaries.program("pg_ctl");
    let mut command = account.command(&program);
    let stopped = initdb::run(&program, command.args(["stop", "-w", "-m", "fast", "-D"]).arg(cluster), "");
    // It may have been on its way out already; what counts is that it is gone.
    if cluster.join("postmaster.pid").exists() { stopped } else { Ok(()) }
}

/// Waits until the server's own pid file says that it takes connections.
fn wait_until_ready(
    server: &Supervised,
    cluster: &Path,
    log: &Path,
    binaries: &Binaries,
) -> Result<(), Error> {
    let pid_file = cluster.join("postmaster.pid");
    let pid = server.pid.to_string();
    let begun = Instant::now();
    while begun.elapsed() < START {
        if let Some(status) = server.ended() {
            let output = fs::read_to_string(log).unwrap_or_default();
            let mut last: Vec<_> = output.lines().rev().take(6).collect();
            last.reverse();
            return Err(Error::Program {
                program: binaries.program("postgres"),
                status: status.to_string(),
                output: last.join("\n"),
            });
        }
        let text = fs::read_to_string(&pid_file).unwrap_or_default();
        let (first, state) = (text.lines().next(), text.lines().nth(7));
        if first == Some(pid.as_str()) && state.is_some_and(|state| state.trim() == "ready") {
            return Ok(());
        }
        thread::sleep(POLL);
    }
    Err(Error::NotReady { seconds: START.as_secs(), log: log.to_owned() })
}

/// A path as PostgreSQL's settings take it: they are text.
fn text(path: &Path) -> Result<String, Error> {
    path.to_str().map(str::to_owned).ok_or_else(|| Error::Io {
        what: "using",
        path: path.to_owned(),
        source: std::io::Error::other("the folder's name is not UTF-8"),
    })
}

/// One element of a list of folders: a comma in it would begin the next.
fn quoted(folder: &str) -> String {
    format!("\"{}\"", folder.replace('"', "\"\""))
}
