//! Room is made as docs/audit.md says: exported, verified offline, taken out by the owner of the tables, and by nobody else.

use brandgraph::{
    domain::audit::{Fault, SealKey, SealKeys},
    service::audit::{self, Range},
};
use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

use crate::write_world::World;

const ARCHIVE: &str = include_str!("../../docs/audit.md");

fn keys() -> SealKeys {
    SealKeys::new(
        Some(SealKey::new("a key of the tests, of 32 bytes or more".to_owned().into()).unwrap()),
        Vec::new(),
    )
}

async fn seal(world: &World, wanted: u64) {
    let mut sealed = 0;
    while sealed < wanted {
        sealed += audit::seal_due(&world.services, keys().current()).await.unwrap();
        tokio::task::yield_now().await;
    }
}

/// The statements of the page, for the seals up to a number.
fn documented(until: i64) -> String {
    let from = ARCHIVE.find("   begin;").expect("the page has the statements");
    let text = &ARCHIVE[from..];
    let text = &text[..text.find("```").unwrap()];
    assert!(text.contains("s.sequence <= N;"), "{text}");
    text.replace("s.sequence <= N;", &format!("s.sequence <= {until};"))
}

#[tokio::test]
async fn what_was_archived_is_verified_from_its_file_and_the_rest_from_there_on() {
    let world = World::new().await;
    for number in 0..8 {
        world.tag(world.brand, &format!("tag-{number}")).await;
    }
    seal(&world, 10).await;
    let (services, keys) = (&world.services, keys());
    let mut file = Vec::new();
    assert_eq!(audit::export(services, None, Some(6), &mut file, &mut |_| {}).await.unwrap(), 6);
    let archived = audit::verify_file(file.as_slice(), &keys, Range::default(), &mut |_| {}).unwrap();
    assert_eq!((archived.passed, archived.keyed, archived.head.0, archived.fault), (6, 6, 6, None));

    let mut owner: PgConnection = world.db.connect().await;
    raw_sql(AssertSqlSafe(documented(6))).execute(&mut owner).await.unwrap();
    assert_eq!(world.count("select from audit_record").await, 4);
    assert_eq!(world.count("select from audit_seal").await, 10);
    // The triggers are there again.
    raw_sql("delete from audit_record").execute(&mut owner).await.unwrap_err();

    let join = brandgraph::domain::audit::unhex(&archived.head.1).unwrap();
    let rest = Range { from: Some(7), known: None, ..Range::default() };
    let report = audit::verify(services, &keys, rest, &mut |_, _| {}).await.unwrap();
    assert_eq!((report.passed, report.fault), (4, None));
    let all = audit::verify(services, &keys, Range::default(), &mut |_, _| {}).await.unwrap();
    assert_eq!(all.fault, Some(Fault::Removed { sequence: 1 }));
    // The file and the rest are one chain.
    let known = |seal| Range { from: Some(7), known: Some((6, seal)), ..Range::default() };
    assert_eq!(audit::verify(services, &keys, known(join), &mut |_, _| {}).await.unwrap().fault, None);
    let other = audit::verify(services, &keys, known([1; 32]), &mut |_, _| {}).await.unwrap();
    assert_eq!(other.fault, Some(Fault::Cut { sequence: 6 }));

    // What comes after goes on with the chain.
    world.tag(world.brand, "later").await;
    seal(&world, 1).await;
    let report = audit::verify(services, &keys, known(join), &mut |_, _| {}).await.unwrap();
    assert_eq!((report.passed, report.head.0, report.fault), (5, 11, None));
}

#[tokio::test]
async fn whoever_does_not_own_the_tables_takes_nothing_out() {
    let world = World::new().await;
    let mut database: PgConnection = world.db.connect().await;
    let role = format!("app_{}", world.brand.simple());
    let become_it = format!(
        "create role {role}; grant select, insert, update, delete on all tables in schema public to {role}; \
         revoke update, delete, truncate on audit_record, audit_seal from {role}; set role {role}"
    );
    raw_sql(AssertSqlSafe(become_it)).execute(&mut database).await.unwrap();
    for attempt in [
        "update audit_record set actor = 'user:mallory'",
        "delete from audit_record",
        "delete from audit_seal",
        "truncate audit_record",
        "alter table audit_record disable trigger audit_record_append_only",
        "alter table audit_record disable trigger all",
        "drop trigger audit_record_append_only on audit_record",
        "set session_replication_role = replica",
        "create or replace function bg_append_only() returns trigger language plpgsql as $$ begin return null; end $$",
        "drop table audit_record",
    ] {
        let error = raw_sql(AssertSqlSafe(attempt)).execute(&mut database).await.unwrap_err();
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.to_string()));
        assert_eq!(code.as_deref(), Some("42501"), "{attempt}: {error}");
    }
    raw_sql(AssertSqlSafe(documented(1))).execute(&mut database).await.unwrap_err();
    raw_sql(AssertSqlSafe(format!("rollback; reset role; drop owned by {role}; drop role {role}")))
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(world.count("select from audit_record").await, 2);
}
