//! A migrated, empty database of a test's own, gone when the test ends.

use std::thread;

use sqlx::{Connection, Executor, PgConnection};
use uuid::Uuid;

use super::{
    cluster::{self, Cluster},
    template,
};

/// A database that only one test sees.
#[derive(Debug)]
pub struct TestDb {
    cluster: &'static Cluster,
    name: String,
}

impl TestDb {
    /// A database with the schema and no rows.
    pub async fn create() -> Self {
        let cluster = tokio::task::spawn_blocking(cluster::get).await.unwrap();
        let template = template::ensure(cluster).await;
        Self::make(cluster, &format!("TEMPLATE {template}")).await
    }

    /// A database with nothing in it, not even the schema.
    pub async fn empty() -> Self {
        let cluster = tokio::task::spawn_blocking(cluster::get).await.unwrap();
        // First, since it sweeps away the databases of earlier runs.
        template::ensure(cluster).await;
        Self::make(cluster, "").await
    }

    async fn make(cluster: &'static Cluster, how: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        let mut admin = PgConnection::connect(&cluster.admin()).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} {how}"))).await.unwrap();
        admin.close().await.unwrap();
        Self { cluster, name }
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    /// A connection of one's own, for a look behind the scenes.
    pub async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (admin, name) = (self.cluster.admin(), std::mem::take(&mut self.name));
        // A runtime of its own: the test's may be single-threaded and cannot be waited for in here.
        let dropped = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                let mut admin = PgConnection::connect(&admin).await?;
                admin.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await?;
                admin.close().await
            })
        });
        if let Ok(Err(error)) = dropped.join() {
            println!("a test database could not be dropped: {error}");
        }
    }
}
