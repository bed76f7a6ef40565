//! The server as a process: its two commands, its signals, its refusals.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};

use crate::cli_embedded::Folder;

/// A command of ours in its own data folder, with nothing of our environment but the search path.
pub fn brandgraph(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brandgraph"));
    fs::create_dir_all(&folder.0).unwrap();
    command
        .current_dir(&folder.0)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap())
        .env("BRANDGRAPH__HTTP__LISTEN", "127.0.0.1:0")
        .env("BRANDGRAPH__EMBEDDED__DEMO", "false")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A running server; killed where a test ends early.
pub struct Server(pub Child);

impl Server {
    pub fn start(folder: &Folder) -> (Self, String, String) {
        Self::started(brandgraph(folder).spawn().unwrap())
    }

    pub fn started(mut child: Child) -> (Self, String, String) {
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut lines = stdout.lines().map(Result::unwrap);
        let mut after = |name: &str| {
            let line = lines.find(|line| line.trim_start().starts_with(name)).expect(name);
            line.split_whitespace().nth(1).unwrap().to_owned()
        };
        let url = after("GraphQL");
        let token = after("Token");
        (Self(child), url, token)
    }

    fn signal(&self, name: &str) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn ask(url: &str, token: &str, query: &str) -> Value {
    let client = reqwest::Client::builder().build().unwrap();
    let request = client.post(url).bearer_auth(token).json(&json!({"query": query}));
    request.send().await.unwrap().json::<Value>().await.unwrap()["data"].take()
}

#[tokio::test]
async fn a_first_run_has_content_to_look_at() {
    let folder = Folder::new("data");
    let mut command = brandgraph(&folder);
    let (mut server, url, token) =
        Server::started(command.env("BRANDGRAPH__EMBEDDED__DEMO", "true").spawn().unwrap());
    let mut log = BufReader::new(server.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let pulled = log.find(|line| line.contains("the demo")).unwrap();
    assert!(pulled.contains("pulled the demo platform"), "{pulled}");
    let query = r#"{ brand(by: {slug: "solvind"}) { name entries(first: 1) { totalCount { value } } } }"#;
    let brand = &ask(&url, &token, query).await["brand"];
    assert_eq!(brand["name"], "Solvind");
    assert!(brand["entries"]["totalCount"]["value"].as_u64() > Some(200), "{brand}");
}

#[tokio::test]
async fn the_printed_token_opens_the_printed_address_and_a_signal_ends_it() {
    for name in ["TERM", "INT"] {
        let folder = Folder::new("data");
        let (mut server, url, token) = Server::start(&folder);
        assert_eq!(ask(&url, &token, "{ __typename }").await["__typename"], "Query");
        server.signal(name);
        let status = server.0.wait().unwrap();
        assert_eq!(status.code(), Some(0), "after {name}");
        assert!(!folder.0.join("data/postgres/cluster/postmaster.pid").exists(), "PostgreSQL is down too");
    }
}

#[test]
fn a_killed_server_takes_its_database_with_it_and_the_next_one_starts() {
    let folder = Folder::new("data");
    let (server, ..) = Server::start(&folder);
    let pid_file = folder.0.join("data/postgres/cluster/postmaster.pid");
    let postgres = fs::read_to_string(&pid_file).unwrap().lines().next().unwrap().to_owned();
    drop(server);
    // No wait: the next start copes with a database that is still going down.
    let (_server, ..) = Server::start(&folder);
    assert_ne!(fs::read_to_string(&pid_file).unwrap().lines().next(), Some(postgres.as_str()));
}

#[test]
fn a_second_server_on_the_same_folder_is_refused_and_names_the_first() {
    let folder = Folder::new("data");
    let (server, ..) = Server::start(&folder);
    let second = brandgraph(&folder).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    assert!(told(&second).contains(&format!("in use by another brandgraph (process {})", server.0.id())));
    // A command beside it uses the running one's database.
    let status = brandgraph(&folder).args(["migrate", "status"]).output().unwrap();
    assert_eq!(status.status.code(), Some(0), "{}", told(&status));
}

#[tokio::test]
async fn a_process_that_only_works_tells_of_itself_where_it_is_asked_to() {
    let folder = Folder::new("data");
    let (_server, ..) = Server::start(&folder);
    let mut worker = Server(brandgraph(&folder).args(["work", "--listen", "127.0.0.1:0"]).spawn().unwrap());
    let mut log = BufReader::new(worker.0.stderr.take().unwrap()).lines().map(Result::unwrap);
    let line = log.find(|line| line.contains("health and metrics are at")).unwrap();
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
    let url = format!("127.0.0.1:{}", digits(line.split_once("http://127.0.0.1:").unwrap().1));
    let get = async |path: &str| {
        let answer = reqwest::get(format!("http://{url}{path}")).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(get("/health/ready").await.0, 200);
    let (status, metrics) = get("/metrics").await;
    assert!(status == 200 && metrics.contains("# TYPE"), "{metrics}");
    assert_eq!(get("/graphql").await.0, 404);
    worker.signal("TERM");
    assert_eq!(worker.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_taken_port_is_told_with_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = Folder::new("data");
    let refused = brandgraph(&folder).env("BRANDGRAPH__HTTP__LISTEN", &address).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        told(&refused).contains(&format!("{address} is in use by another program")),
        "{}",
        told(&refused)
    );
    assert!(!folder.0.join("data").exists(), "nothing else was started");
}

#[test]
fn a_public_address_is_refused_without_a_database() {
    let folder = Folder::new("data");
    let refused = brandgraph(&folder).env("BRANDGRAPH__HTTP__LISTEN", "0.0.0.0:0").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(told(&refused).contains("listens on a loopback address only"), "{}", told(&refused));
}

#[test]
fn a_wrong_setting_and_a_wrong_command_are_wrong_usage() {
    let folder = Folder::new("data");
    let setting = brandgraph(&folder).env("BRANDGRAPH__HTTP__LISTN", "x").output().unwrap();
    assert_eq!(setting.status.code(), Some(2));
    assert!(told(&setting).contains("there is no setting http.listn"), "{}", told(&setting));
    let command = brandgraph(&folder).arg("serv").output().unwrap();
    assert_eq!(command.status.code(), Some(2));
}

#[test]
fn every_command_has_help_with_an_example() {
    let folder = Folder::new("data");
    let help = |arguments: &[&str]| {
        let output = brandgraph(&folder).args(arguments).arg("--help").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        String::from_utf8(output.stdout).unwrap()
    };
    let top = help(&[]);
    let (_, commands) = top.split_once("Commands:\n").unwrap();
    let names = commands
        .lines()
        .take_while(|line| line.starts_with("  "))
        .filter_map(|line| line.split_whitespace().next());
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.len() >= 5, "{top}");
    for name in names {
        assert!(help(&[name]).contains("Example"), "{name} --help shows no example");
    }
}

#[test]
fn an_unreachable_database_is_told_without_its_password() {
    let folder = Folder::new("data");
    let refused = brandgraph(&folder)
        .env("DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/x")
        .env("BRANDGRAPH__AUTH__SECRET", "x".repeat(32))
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(told(&refused).contains("the database cannot be reached"), "{}", told(&refused));
    assert!(!told(&refused).contains("hunter2"));
}
