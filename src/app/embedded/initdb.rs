//! Makes a new PostgreSQL cluster, completely or not at all.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use super::{
    account::Account,
    binaries::Binaries,
    error::{At, Error},
};

/// The name of the embedded database and of its only user.
pub(super) const NAME: &str = "brandgraph";

/// Makes the cluster with its database where there is none yet. It is made beside its place and moved there at the
/// end, so that an interrupted run leaves nothing that looks finished.
pub(super) fn ensure(binaries: &Binaries, account: Account, cluster: &Path) -> Result<(), Error> {
    if cluster.join("PG_VERSION").is_file() {
        return Ok(());
    }
    let unfinished = cluster.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).at("removing", &unfinished)?;
    }
    tracing::info!("making a new PostgreSQL {} cluster in {}", binaries.major, cluster.display());
    let program = binaries.program("initdb");
    let mut command = account.command(&program);
    command.arg("--pgdata").arg(&unfinished).args([
        "--username",
        NAME,
        "--auth=trust",
        "--encoding=UTF8",
        "--no-instructions",
    ]);
    // The same order of text on every machine: C.UTF-8 comes with version 17 itself, before that with the system.
    if binaries.major >= 17 {
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else if cfg!(target_os = "macos") {
        command.args(["--locale=C", "--lc-ctype=en_US.UTF-8"]);
    } else {
        command.arg("--locale=C.UTF-8");
    }
    run(&program, &mut command, "")?;

    let program = binaries.program("postgres");
    let mut command = account.command(&program);
    command.args(["--single", "-j", "-D"]).arg(&unfinished).arg("postgres");
    run(&program, &mut command, &format!("CREATE DATABASE {NAME};\n\n"))?;
    fs::rename(&unfinished, cluster).at("moving into place", &unfinished)
}

/// Runs a program to its end; its last words are in the error.
pub(super) fn run(program: &Path, command: &mut Command, input: &str) -> Result<(), Error> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // The folder we are in may be closed to the account that the program runs under.
    command.current_dir("/");
    let mut child = command.spawn().at("starting", program)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).at("writing to", program)?;
    }
    let output = child.wait_with_output().at("waiting for", program)?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let mut last: Vec<_> = text.lines().rev().take(8).collect();
    last.reverse();
    Err(Error::Program {
        program: program.to_owned(),
        status: output.status.to_string(),
        output: last.join("\n"),
    })
}
