//! The private PostgreSQL: folders of any name, one owner, data that stays, versions that must fit.

use std::{env, fs, path::PathBuf};

use brandgraph::app::embedded::{
    Error,
    postgres::{Postgres, Settings},
};
use sqlx::{Connection, Executor, PgConnection};

/// A data folder in the temporary folder, removed at the end.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("bg-{}", uuid::Uuid::new_v4().simple())).join(name))
    }

    fn start(&self) -> Result<Postgres, Error> {
        Postgres::start(&Settings {
            folder: self.0.clone(),
            path: env::var_os("PATH"),
            temporary: env::temp_dir(),
            tuning: vec!["fsync=off".to_owned()],
        })
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let top = self.0.ancestors().find(|it| it.parent() == Some(env::temp_dir().as_path())).unwrap();
        let _ = fs::remove_dir_all(top);
    }
}

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

#[tokio::test]
async fn data_stays_in_a_folder_of_any_name() {
    let folder = Folder::new("it's a \"größe\", 文件夹 & $HOME\\n #1%20");
    let first = folder.start().unwrap();
    connect(&first.main_url()).await.execute("CREATE TABLE kept (id int)").await.unwrap();
    drop(first);
    let second = folder.start().unwrap();
    connect(&second.main_url()).await.execute("INSERT INTO kept VALUES (1)").await.unwrap();
}

#[tokio::test]
async fn a_path_too_long_for_a_socket_gets_a_short_one_elsewhere() {
    let folder = Folder::new(&format!("{}/{}", "long".repeat(30), "path".repeat(30)));
    let server = folder.start().unwrap();
    connect(&server.main_url()).await.ping().await.unwrap();
}

#[test]
fn a_folder_has_one_owner_at_a_time() {
    let folder = Folder::new("data");
    let first = folder.start().unwrap();
    let Err(Error::InUse { owner, address, .. }) = folder.start() else {
        panic!("two servers on one folder")
    };
    assert_eq!(owner, std::process::id().to_string());
    assert_eq!(address, Some(first.main_url()));
    drop(first);
    folder.start().unwrap();
}

#[test]
fn the_server_does_not_outlive_its_owner() {
    let folder = Folder::new("data");
    let server = folder.start().unwrap();
    let process = PathBuf::from(format!("/proc/{}", server.pid()));
    let seen = process.exists();
    drop(server);
    assert!(!process.exists());
    assert!(seen || cfg!(not(target_os = "linux")));
}

#[test]
fn a_folder_of_another_major_version_is_refused_by_name() {
    let folder = Folder::new("data");
    drop(folder.start().unwrap());
    fs::write(folder.0.join("postgres/cluster/PG_VERSION"), "9\n").unwrap();
    let error = folder.start().unwrap_err();
    assert!(matches!(error, Error::WrongVersion { wanted: 9, .. }), "{error}");
    assert!(error.to_string().contains("was made by PostgreSQL 9"), "{error}");
}

#[test]
fn an_interrupted_first_start_is_begun_anew() {
    let folder = Folder::new("data");
    drop(folder.start().unwrap());
    // What a first start leaves behind when the machine goes down in the middle of it.
    let place = folder.0.join("postgres");
    fs::rename(place.join("cluster"), place.join("cluster.unfinished")).unwrap();
    folder.start().unwrap();
}

#[tokio::test]
async fn a_server_left_behind_by_a_killed_owner_is_replaced() {
    let folder = Folder::new("data");
    let first = folder.start().unwrap();
    // A killed owner loses the lock; here the lock's file goes away instead, which leaves the folder as unowned.
    let mut connection = connect(&first.main_url()).await;
    fs::remove_file(folder.0.join("brandgraph.lock")).unwrap();
    let second = folder.start().unwrap();
    assert_ne!(first.pid(), second.pid());
    assert!(connection.ping().await.is_err(), "the first server was stopped");
    connect(&second.main_url()).await.ping().await.unwrap();
}
