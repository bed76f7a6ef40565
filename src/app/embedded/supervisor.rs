//! Keeps a child no longer than its parent: a shell in between stops it when our end of a pipe closes.
//!
//! Were the server our direct child, it would outlive a `kill -9` of ours. The shell reads its standard input, of which
//! we hold the other end; the operating system closes that end however we die.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::{
    account::Account,
    error::{At, Error},
};

/// Starts the server, prints its process id, and turns the end of the input into an interrupt ("fast" shutdown). The
/// shell ends when the server does, with its status.
const SCRIPT: &str = r#"
exec 3<&0
"$@" </dev/null >&2 3<&- &
child=$!
echo "$child"
exec >&2
( read -r _ <&3; kill -INT "$child" ) 2>/dev/null &
exec 3<&-
wait "$child"
status=$?
kill $! 2>/dev/null
exit "$status"
"#;

/// A running server that ends when this value is dropped, or this process dies.
#[derive(Debug)]
pub(super) struct Supervised {
    shell: Arc<Mutex<Child>>,
    /// The server's process id.
    pub(super) pid: u32,
}

impl Supervised {
    /// Starts a program whose output goes to a log file.
    pub(super) fn start(
        account: Account,
        program: &Path,
        args: &[String],
        log: &File,
    ) -> Result<Self, Error> {
        let log = log.try_clone().at("opening the log of", program)?;
        let mut shell = account
            .command(Path::new("/bin/sh"))
            .args(["-c", SCRIPT, "brandgraph-supervisor"])
            .arg(program)
            .args(args)
            .current_dir("/")
            // Its own group: an interrupt at the terminal is for us, we stop the server when we no longer need it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .at("starting", program)?;
        let mut line = String::new();
        if let Some(stdout) = shell.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).at("starting", program)?;
        }
        let pid = line.trim().parse().map_err(std::io::Error::other).at("starting", program)?;
        Ok(Self { shell: Arc::new(Mutex::new(shell)), pid })
    }

    /// How the server ended, where it has.
    pub(super) fn ended(&self) -> Option<ExitStatus> {
        ended(&self.shell)
    }

    /// Somebody who sees whether the server ends by itself, and does not keep it alive.
    pub(super) fn watch(&self) -> Watch {
        Watch(Arc::downgrade(&self.shell))
    }
}

/// Sees whether a server ended by itself.
#[derive(Debug, Clone)]
pub struct Watch(Weak<Mutex<Child>>);

impl Watch {
    /// How the server ended, where it has; nothing where it was stopped, or runs.
    #[must_use]
    pub fn ended(&self) -> Option<ExitStatus> {
        self.0.upgrade().and_then(|shell| ended(&shell))
    }
}

fn ended(shell: &Mutex<Child>) -> Option<ExitStatus> {
    shell.lock().unwrap_or_else(PoisonError::into_inner).try_wait().ok().flatten()
}

impl Drop for Supervised {
    fn drop(&mut self) {
        let mut shell = self.shell.lock().unwrap_or_else(PoisonError::into_inner);
        drop(shell.stdin.take());
        let _ = shell.wait();
    }
}
