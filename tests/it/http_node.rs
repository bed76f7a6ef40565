//! Programs that are written for Node.js and judge a running server: found, installed and run.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

use tokio::process::Command;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Where a program is. Fails, naming it, where it is not on this machine: a check that did not run is not a check that passed.
pub fn require(program: &str, purpose: &str) -> PathBuf {
    std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).map(|it| it.join(program)).find(|it| it.is_file()))
        .unwrap_or_else(|| panic!("`{program}` is missing: it is needed for {purpose}"))
}

/// Installs the packages that the scripts in `tests/audit` use, once.
pub fn install() {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        require("node", "the audits of the HTTP surface (Node.js 20 or newer)");
        require("npm", "the audits of the HTTP surface (it comes with Node.js)");
        let folder = root().join("tests/audit");
        if !newer(&folder.join("node_modules/.package-lock.json"), &folder.join("package-lock.json")) {
            let status = std::process::Command::new("npm")
                .args(["ci", "--no-progress", "--loglevel=error"])
                .current_dir(&folder)
                .stdout(Stdio::null())
                .status()
                .unwrap();
            assert!(status.success(), "`npm ci` failed in {}", folder.display());
        }
    });
}

/// Whether a file is there and was written after another.
fn newer(file: &Path, than: &Path) -> bool {
    let written = |path: &Path| path.metadata().and_then(|meta| meta.modified());
    matches!((written(file), written(than)), (Ok(file), Ok(than)) if file >= than)
}

/// Runs a script of `tests/audit` and fails with all it said, unless it ends well.
pub async fn run(script: &str, arguments: &[impl AsRef<OsStr>]) -> String {
    tokio::task::spawn_blocking(install).await.unwrap();
    let output = Command::new("node")
        .arg(script)
        .args(arguments)
        .current_dir(root().join("tests/audit"))
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}:\n{said}");
    said
}
