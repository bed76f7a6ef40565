//! A server that is killed between the write and the answer: the retry finds what became of it, and writes nothing twice.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::{
    batch::{BATCH, Shop},
    cli_embedded::Folder,
    cli_serve::{Server, brandgraph},
    harness::TestApp,
};

const SECRET: &str = "a secret of the tests, of 32 bytes or more";

fn command(folder: &Folder, database: &str) -> Command {
    let mut command = brandgraph(folder);
    command
        .env("DATABASE_URL", database)
        .env("BRANDGRAPH__AUTH__SECRET", SECRET)
        .env("BRANDGRAPH__AUTH__DEVELOPMENT", "true")
        .stderr(Stdio::piped());
    command
}

/// A server on the test's database, and its address.
fn serve(folder: &Folder, database: &str) -> (Server, String) {
    let mut child: Child = command(folder, database).arg("serve").arg("--no-worker").spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let listening = lines.find(|line| line.contains("listening on http://")).unwrap();
    let at = listening.find("http://").unwrap();
    let address: String = listening[at..].chars().take_while(|c| !c.is_whitespace() && *c != '"').collect();
    // What it goes on to say has to go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    (Server(child), format!("{address}/graphql"))
}

async fn ask(url: &str, token: &str, body: &Value) -> Option<(bool, Value)> {
    let request = reqwest::Client::builder().build().unwrap().post(url).bearer_auth(token);
    let answer = request.header("Idempotency-Key", "once").json(body).send().await.ok()?;
    let replayed = answer.headers().contains_key("idempotent-replayed");
    Some((replayed, answer.json().await.ok()?))
}

/// Waits until a session of the server waits for the lock that the test holds.
async fn stuck(database: &mut PgConnection) {
    let sql = "select exists (select from pg_locks where locktype = 'advisory' and not granted and objid = 4711 \
        and database = (select oid from pg_database where datname = current_database()))";
    loop {
        if sqlx::query_scalar(sql).fetch_one(&mut *database).await.unwrap() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

/// Waits until no session but those given is in a transaction.
async fn settled(database: &mut PgConnection) {
    let sql = "select not exists (select from pg_stat_activity where datname = current_database() \
        and application_name = 'brandgraph' and xact_start is not null)";
    while !sqlx::query_scalar::<_, bool>(sql).fetch_one(&mut *database).await.unwrap() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn killed_before_or_during_the_commit_the_write_is_there_once_after_the_retry() {
    // Before the commit, while the answer is being kept: nothing is there, and the retry writes it. During the commit, which the
    // database ends by itself: it is there, and the retry is answered as the first would have been.
    let during =
        "create constraint trigger stop after insert on entry deferrable initially deferred for each row";
    let before = "create trigger stop before update on idempotency_key for each row";
    for (trigger, there) in [(before, false), (during, true)] {
        let app = TestApp::start().await;
        let shop = Shop::open(&app).await;
        let folder = Folder::new("data");
        let output = command(&folder, &app.db.url())
            .args(["token", "mint", "--subject", "ann", "--role", "owner"])
            .output()
            .unwrap();
        let token = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        let mut database = app.db.connect().await;
        let stop = format!(
            "create function stop() returns trigger language plpgsql as \
             $$ begin perform pg_advisory_xact_lock(4711); return new; end $$; {trigger} execute function stop()"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(stop)).execute(&mut database).await.unwrap();
        let mut holder = app.db.connect().await;
        sqlx::query("select pg_advisory_lock(4711)").execute(&mut holder).await.unwrap();

        let (server, url) = serve(&folder, &app.db.url());
        let operations = json!([shop.create("oil", json!({"key": "oil"})), shop.create("jar", json!({}))]);
        let body =
            json!({"query": BATCH, "variables": {"input": {"mode": "ATOMIC", "operations": operations}}});
        let mut first = tokio::spawn({
            let (url, token, body) = (url.clone(), token.clone(), body.clone());
            async move { ask(&url, &token, &body).await }
        });
        tokio::select! {
            early = &mut first => panic!("{trigger}: answered before it was stopped: {early:?}"),
            () = stuck(&mut database) => {}
            () = tokio::time::sleep(std::time::Duration::from_secs(30)) => panic!("{trigger}: never stopped"),
        }
        // Killed as by kill -9.
        drop(server);
        assert_eq!(first.await.unwrap(), None);
        holder.close().await.unwrap();
        let patience = std::time::Duration::from_secs(30);
        tokio::time::timeout(patience, settled(&mut database)).await.expect("the server's sessions end");
        assert_eq!(shop.count("entry").await, if there { 2 } else { 0 });

        let (_server, url) = serve(&folder, &app.db.url());
        let (replayed, answer) = ask(&url, &token, &body).await.unwrap();
        assert_eq!(replayed, there, "{answer:#}");
        assert_eq!(answer["data"]["batch"]["committed"], json!(true), "{answer:#}");
        let (replayed, again) = ask(&url, &token, &body).await.unwrap();
        assert!(replayed);
        assert_eq!(again["data"], answer["data"]);
        assert_eq!(shop.count("entry").await, 2);
        assert_eq!(shop.count("audit_record where kind = 'entry.created'").await, 2);
    }
}
