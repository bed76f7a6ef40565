//! The process and what it stands on: it ends with its database, and `doctor` refuses what `serve` would.

use std::{fs, io::Read, process::Command, sync::mpsc, time::Duration};

use crate::{
    cli_embedded::Folder,
    cli_serve::{Server, brandgraph, told},
};

#[test]
fn a_server_whose_own_database_dies_ends_and_says_why() {
    let folder = Folder::new("data");
    let (mut server, ..) = Server::start(&folder);
    let pid_file = fs::read_to_string(folder.0.join("data/postgres/cluster/postmaster.pid")).unwrap();
    let pid = pid_file.lines().next().unwrap();
    assert!(Command::new("kill").args(["-KILL", pid]).status().unwrap().success());
    // A server that goes on is killed, so that it fails the test and does not hang it.
    let (ended, waiting) = mpsc::channel::<()>();
    let id = server.0.id().to_string();
    std::thread::spawn(move || {
        if waiting.recv_timeout(Duration::from_secs(60)) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("kill").args(["-KILL", &id]).status();
        }
    });
    let status = server.0.wait().unwrap();
    drop(ended);
    assert_eq!(status.code(), Some(1));
    let mut said = String::new();
    server.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(said.contains("brandgraph: the embedded PostgreSQL ended by itself ("), "{said}");
}

#[test]
fn doctor_refuses_what_serving_would() {
    let folder = Folder::new("data");
    let refused =
        brandgraph(&folder).arg("doctor").env("BRANDGRAPH__HTTP__LISTEN", "0.0.0.0:0").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let printed = String::from_utf8_lossy(&refused.stdout).into_owned();
    assert!(printed.contains("FAILED  configuration: http.listen is 0.0.0.0:0"), "{printed}");
    for command in ["doctor", "serve"] {
        let bare = brandgraph(&folder)
            .arg(command)
            .env("DATABASE_URL", "postgres://127.0.0.1:1/x")
            .output()
            .unwrap();
        assert_eq!(bare.status.code(), Some(2), "{command}");
        assert!(told(&bare).contains("auth.secret: must be given"), "{}", told(&bare));
        let short =
            brandgraph(&folder).arg(command).env("BRANDGRAPH__AUTH__SECRET", "hunter2").output().unwrap();
        assert_eq!(short.status.code(), Some(2), "{command}");
        assert!(told(&short).contains("auth.secret: must have at least 32 bytes"), "{}", told(&short));
        let enforced =
            brandgraph(&folder).arg(command).env("BRANDGRAPH__DOCUMENTS__MODE", "enforce").output().unwrap();
        assert_eq!(enforced.status.code(), Some(2), "{command}");
        assert!(told(&enforced).contains("documents.manifest: must be given"), "{}", told(&enforced));
    }
}
