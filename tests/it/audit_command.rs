//! `brandgraph audit` from the outside, and what recording costs on the wire.

use std::process::{Command, Output};

use brandgraph::{
    domain::{audit::SealKey, taxonomy::UpdateTag},
    kit::clock::Clock,
    service::{self, Services, audit},
    store::{Db, Settings},
};
use sqlx::AssertSqlSafe;

use crate::{
    harness::Wire,
    write_world::{World, name, start},
};

const KEY: &str = "a key of the tests, of 32 bytes or more";

fn run(world: &World, key: Option<&str>, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brandgraph"));
    command.arg("audit").args(arguments).env_clear().env("DATABASE_URL", world.db.url());
    command.current_dir(env!("CARGO_TARGET_TMPDIR")).env("BRANDGRAPH__LOG__FILTER", "off");
    if let Some(key) = key {
        command.env("BRANDGRAPH__AUDIT__SEAL_KEY", key);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_verifies_exports_and_names_the_first_fault() {
    let world = World::new().await;
    world.tag(world.brand, "a").await;
    let key = SealKey::new(KEY.to_owned().into()).unwrap();
    let mut sealed = 0;
    while sealed < 3 {
        sealed += audit::seal_due(&world.services, Some(&key)).await.unwrap();
    }
    let (code, told, wrong) = run(&world, Some(KEY), &["verify"]);
    assert_eq!(code, Some(0), "{wrong}");
    assert!(
        told.contains("3 records are as they were sealed (3 with a key), 0 are not sealed yet"),
        "{told}"
    );
    let (code, file, _) = run(&world, Some(KEY), &["export"]);
    assert_eq!((code, file.lines().count()), (Some(0), 3));
    let path = format!("{}/audit-{}.ndjson", env!("CARGO_TARGET_TMPDIR"), world.brand);
    std::fs::write(&path, file.replacen("user:test", "user:mallory", 1)).unwrap();
    let (code, _, wrong) = run(&world, Some(KEY), &["verify", "--file", &path]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(code, Some(1));
    assert!(wrong.contains("(seal 1) was changed after it was sealed"), "{wrong}");
    let (code, _, wrong) = run(&world, None, &["verify"]);
    assert_eq!(code, Some(1));
    assert!(wrong.contains("was made with the key") && !wrong.contains(KEY), "{wrong}");
    let (code, _, wrong) = run(&world, Some("short"), &["verify"]);
    assert_eq!(code, Some(2));
    assert!(wrong.contains("audit.seal_key: must have at least 32 bytes, but has 5"), "{wrong}");
    let (code, _, wrong) = run(&world, Some(KEY), &["verify", "--known", "3:xyz"]);
    assert_eq!(code, Some(2), "{wrong}");
    let mut database = world.db.connect().await;
    let attack = "set session_replication_role = replica; update audit_record set actor = 'user:mallory' where kind = 'tag.created'";
    sqlx::raw_sql(AssertSqlSafe(attack.to_owned())).execute(&mut database).await.unwrap();
    let (code, _, wrong) = run(&world, Some(KEY), &["verify"]);
    assert_eq!(code, Some(1));
    assert!(wrong.contains("(seal 3) was changed after it was sealed; 2 records before it"), "{wrong}");
}

#[tokio::test]
async fn a_record_costs_one_statement() {
    let world = World::new().await;
    let id = world.tag(world.brand, "a").await;
    let wire = Wire::to(&world.db.url()).await;
    let settings = Settings { url: wire.url().to_owned().into(), min_connections: 0, ..Settings::default() };
    let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
    let before = wire.executed();
    let command = UpdateTag { id, expected_version: None, slug: None, name: Some(name("Newer")) };
    service::tag::update(&services, &world.owner, command).await.unwrap();
    // Begin, lock the tag, hold its brand, change the tag, record, commit.
    assert_eq!(wire.executed() - before, 6);
    services.db.close().await;
}
