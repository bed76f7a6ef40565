//! The PostgreSQL that this run's databases live in: the one it was given, else a private one of this process.

use std::{env, path::PathBuf, sync::OnceLock};

use brandgraph::app::embedded::{
    Error,
    postgres::{Postgres, Settings},
};
use url::Url;

/// Names a server with the right to create databases; `scripts/test` sets it.
const VARIABLE: &str = "BRANDGRAPH_TEST_DATABASE_URL";

/// How many test processes can have a private server at once (nextest starts one process per test).
const SLOTS: usize = 64;

/// Where databases can be created.
#[derive(Debug)]
pub struct Cluster {
    admin: Url,
    own: Option<Postgres>,
}

/// The cluster of this process; a private one is stopped when the process ends, its folder is kept for the next run.
pub fn get() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| match env::var(VARIABLE) {
        Ok(url) => Cluster { admin: url.parse().expect(VARIABLE), own: None },
        Err(_) => {
            let own = private();
            Cluster { admin: own.main_url().parse().unwrap(), own: Some(own) }
        }
    })
}

impl Cluster {
    /// The address of one database of this cluster.
    pub fn url(&self, database: &str) -> String {
        let mut url = self.admin.clone();
        url.set_path(&format!("/{database}"));
        url.into()
    }

    /// Whether nobody else uses this cluster.
    pub fn private(&self) -> bool {
        self.own.is_some()
    }

    /// The address of the database that others are created from.
    pub fn admin(&self) -> String {
        self.admin.clone().into()
    }
}

/// Starts a private server in the first folder that no other test process holds.
fn private() -> Postgres {
    let user = brandgraph_tests_folder();
    for slot in 0..SLOTS {
        let settings = Settings {
            folder: user.join(slot.to_string()),
            path: env::var_os("PATH"),
            temporary: env::temp_dir(),
            tuning: ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
                .map(str::to_owned)
                .to_vec(),
        };
        match Postgres::start(&settings) {
            Ok(server) => return server,
            Err(Error::InUse { .. }) => {}
            Err(error) => panic!("the tests need a PostgreSQL: {error}"),
        }
    }
    panic!("{SLOTS} test processes already have a PostgreSQL of their own");
}

/// One folder per checkout, in the temporary folder, where the database's user can reach it.
fn brandgraph_tests_folder() -> PathBuf {
    let checkout = env!("CARGO_MANIFEST_DIR");
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, checkout.as_bytes()).simple().to_string();
    env::temp_dir().join(format!("brandgraph-it-{}", &name[..12]))
}
