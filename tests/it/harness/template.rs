//! A migrated database that every test's own is copied from; made once per version of the migrations.

use std::{collections::hash_map::DefaultHasher, fs, hash::Hasher, path::Path};

use brandgraph::store::{self, Db, Settings};
use sqlx::{Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

use super::cluster::Cluster;

/// Any number, as long as every test process locks the same one.
const LOCK: i64 = 7_041_862_001;

/// The name of the template, made by the first test that needs it, whichever process it is in.
pub async fn ensure(cluster: &Cluster) -> String {
    static NAME: OnceCell<String> = OnceCell::const_new();
    NAME.get_or_init(|| async {
        let name = format!("template_{:016x}", version());
        let mut admin =
            PgConnection::connect(&cluster.admin()).await.expect("connecting to the test cluster");
        sqlx::query("SELECT pg_advisory_lock($1)").bind(LOCK).execute(&mut admin).await.unwrap();
        if cluster.private() {
            sweep(&mut admin, &name).await;
        }
        let made: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(&name)
            .fetch_one(&mut admin)
            .await
            .unwrap();
        if !made {
            make(cluster, &mut admin, &name).await;
        }
        admin.close().await.unwrap();
        name
    })
    .await
    .clone()
}

/// Drops what earlier runs left behind: databases of tests that were killed, and templates of other migrations.
async fn sweep(admin: &mut PgConnection, keep: &str) {
    let left: Vec<String> = sqlx::query_scalar(
        "SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_' AND datname <> $1",
    )
    .bind(keep)
    .fetch_all(&mut *admin)
    .await
    .unwrap();
    for name in left {
        admin.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
    }
}

/// Migrates under another name first: a template that exists is complete.
async fn make(cluster: &Cluster, admin: &mut PgConnection, name: &str) {
    let unfinished = format!("{name}_unfinished");
    admin
        .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")))
        .await
        .unwrap();
    admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {unfinished}"))).await.unwrap();
    let settings = Settings { url: cluster.url(&unfinished).into(), ..Settings::default() };
    let db = Db::connect(&settings).await.unwrap();
    store::migrate(&db).await.expect("the migrations run on an empty database");
    db.close().await;
    let rename = format!("ALTER DATABASE {unfinished} RENAME TO {name}");
    admin.execute(sqlx::AssertSqlSafe(rename)).await.unwrap();
}

/// Changes whenever a migration does.
fn version() -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/src");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        hasher.write(&fs::read(file).unwrap());
    }
    hasher.finish()
}
