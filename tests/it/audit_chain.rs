//! Sealed records: in order, without gaps, by one at a time; and every way of tampering shows.

use brandgraph::{
    domain::audit::{COLUMNS, Fault, SealKey, SealKeys},
    service::audit::{self, Range, Report},
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::write_world::World;

fn key() -> SealKey {
    SealKey::new("a key of the tests, of 32 bytes or more".to_owned().into()).unwrap()
}

fn keys() -> SealKeys {
    SealKeys::new(Some(key()), Vec::new())
}

async fn tags(world: &World, from: usize, to: usize) {
    for number in from..to {
        world.tag(world.brand, &format!("tag-{number}")).await;
    }
}

async fn verify(world: &World, range: Range) -> Report {
    audit::verify(&world.services, &keys(), range, &mut |_, _| {}).await.unwrap()
}

async fn fault(world: &World) -> Option<Fault> {
    verify(world, Range::default()).await.fault
}

/// What only an owner of the database can do who wants to.
async fn tamper(world: &World, sql: &str) {
    let mut database: PgConnection = world.db.connect().await;
    sqlx::raw_sql("set session_replication_role = replica").execute(&mut database).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut database).await.unwrap();
}

async fn id(world: &World, sequence: i64) -> String {
    let sql =
        "select to_jsonb(r.id) from audit_record r join audit_seal s using (xid, position) where sequence = ";
    world.json(&format!("{sql}{sequence}")).await.as_str().unwrap().to_owned()
}

/// Seals until so many records are sealed. Transactions of other tests on the same server hold it up for a moment: numbers of
/// transactions are the server's, not the database's.
async fn seal(world: &World, key: Option<&SealKey>, wanted: u64) {
    let mut sealed = 0;
    for _ in 0..10_000 {
        sealed += audit::seal_due(&world.services, key).await.unwrap();
        if sealed >= wanted {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(sealed, wanted);
}

/// A world with ten sealed records: two brands and eight tags.
async fn sealed() -> World {
    let world = World::new().await;
    tags(&world, 0, 8).await;
    seal(&world, Some(&key()), 10).await;
    world
}

#[tokio::test]
async fn records_are_sealed_in_order_once_and_without_gaps() {
    let world = sealed().await;
    let report = verify(&world, Range::default()).await;
    assert_eq!((report.passed, report.keyed, report.unsealed, report.fault), (10, 10, 0, None));
    assert_eq!(audit::seal_due(&world.services, Some(&key())).await.unwrap(), 0);
    tags(&world, 8, 11).await;
    let report = verify(&world, Range::default()).await;
    assert_eq!((report.passed, report.unsealed, report.fault), (10, 3, None));
    seal(&world, Some(&key()), 3).await;
    let report = verify(&world, Range::default()).await;
    assert_eq!((report.passed, report.unsealed, report.fault), (13, 0, None));
    let gaps = "select to_jsonb(array_agg(sequence order by sequence)) from audit_seal";
    assert_eq!(world.json(gaps).await, json!((1..=13).collect::<Vec<_>>()));
    let part = verify(&world, Range { from: Some(5), to: Some(9), ..Range::default() }).await;
    assert_eq!((part.passed, part.head.0, part.fault), (5, 9, None));
}

#[tokio::test]
async fn a_record_that_is_committed_late_is_not_passed_over() {
    let world = World::new().await;
    let mut slow: PgConnection = world.db.connect().await;
    let late = "begin; insert into audit_record (id, kind, actor, detail, created_at) \
        values (gen_random_uuid(), 'tag.created', 'late', '{}', now())";
    sqlx::raw_sql(late).execute(&mut slow).await.unwrap();
    tags(&world, 0, 3).await;
    // The brands were before it; the tags, which were committed long ago, come after it.
    seal(&world, None, 2).await;
    assert_eq!(audit::seal_due(&world.services, None).await.unwrap(), 0);
    sqlx::raw_sql("commit").execute(&mut slow).await.unwrap();
    seal(&world, None, 4).await;
    let third = "select to_jsonb(actor) from audit_record r join audit_seal s using (xid, position) where sequence = 3";
    assert_eq!(world.json(third).await, json!("late"));
    let report =
        audit::verify(&world.services, &SealKeys::default(), Range::default(), &mut |_, _| {}).await.unwrap();
    assert_eq!((report.passed, report.keyed, report.fault), (6, 0, None));
}

#[tokio::test]
async fn several_at_once_seal_each_record_once_while_others_write() {
    let world = World::new().await;
    let several = async || {
        let mut sealed = 0;
        for _ in 0..10 {
            sealed += audit::seal_due(&world.services, None).await.unwrap();
        }
        sealed
    };
    let (one, two, (), three, ()) =
        tokio::join!(several(), several(), tags(&world, 0, 30), several(), tags(&world, 30, 60));
    seal(&world, None, 62 - one - two - three).await;
    let report =
        audit::verify(&world.services, &SealKeys::default(), Range::default(), &mut |_, _| {}).await.unwrap();
    assert_eq!((report.passed, report.unsealed, report.fault), (62, 0, None));
}

#[tokio::test]
async fn a_record_that_was_changed_is_named_whichever_column_it_was() {
    let world = sealed().await;
    let columns = "select to_jsonb(array_agg(column_name::text order by column_name)) from information_schema.columns \
        where table_name = 'audit_record'";
    let mut all: Vec<&str> = COLUMNS.to_vec();
    all.sort_unstable();
    assert_eq!(world.json(columns).await, json!(all), "every column is sealed");
    let record = id(&world, 4).await;
    for column in COLUMNS {
        let other = match column {
            "id" => "gen_random_uuid()",
            "brand" => "null",
            "xid" | "count" => "r.COLUMN + 1",
            "position" => "1000",
            "created_at" => "created_at + interval '1 microsecond'",
            "outcome" => "'refused'",
            "before" | "after" | "detail" => "coalesce(COLUMN, '{}') || '{\"a\": 1}'",
            _ => "coalesce(COLUMN, '') || 'x'",
        };
        let other = other.replace("COLUMN", column);
        tamper(&world, &format!("create table kept as select * from audit_record where id = '{record}'"))
            .await;
        let overriding = if column == "position" {
            "alter table audit_record alter position set generated by default;"
        } else {
            ""
        };
        tamper(
            &world,
            &format!("{overriding} update audit_record r set {column} = {other} where id = '{record}'"),
        )
        .await;
        let found = fault(&world).await.unwrap_or_else(|| panic!("{column} was changed and nobody saw it"));
        let named = match &found {
            Fault::Changed { sequence: 4, record: told } => column == "id" || *told == record,
            // What stands elsewhere is gone from its place, and is found there.
            Fault::Removed { sequence: 4 } | Fault::Inserted { .. } => matches!(column, "xid" | "position"),
            _ => false,
        };
        assert!(named, "{column}: {found:?}");
        let columns = COLUMNS.join(", ");
        tamper(&world, &format!("delete from audit_record using kept where (audit_record.xid, audit_record.position) = (kept.xid, kept.position) or not exists (select from audit_seal s \
            where s.xid = audit_record.xid and s.position = audit_record.position); \
            insert into audit_record ({columns}) overriding system value select {columns} from kept; drop table kept")).await;
        assert_eq!(fault(&world).await, None, "{column} is as it was");
    }
}

#[tokio::test]
async fn records_that_were_removed_inserted_or_moved_are_named() {
    let world = sealed().await;
    let third =
        "(select r.xid from audit_record r join audit_seal s using (xid, position) where sequence = 3)";
    let (fourth, fifth) = (id(&world, 4).await, id(&world, 5).await);
    // One is put in, as if it had been there.
    tamper(&world, &format!("insert into audit_record (id, xid, kind, actor, detail, created_at) \
        values ('00000000-0000-0000-0000-000000000001', {third}, 'tag.created', 'user:mallory', '{{}}', now())")).await;
    let inserted = Fault::Inserted { record: "00000000-0000-0000-0000-000000000001".to_owned() };
    assert_eq!(fault(&world).await, Some(inserted));
    tamper(&world, "delete from audit_record where actor = 'user:mallory'").await;
    assert_eq!(fault(&world).await, None);
    // Two seals trade places.
    let swap = |from, to| format!("update audit_seal set sequence = {to} where sequence = {from};");
    tamper(&world, &[swap(4, 99), swap(5, 4), swap(99, 5)].concat()).await;
    assert_eq!(fault(&world).await, Some(Fault::Changed { sequence: 4, record: fifth.clone() }));
    tamper(&world, &[swap(4, 99), swap(5, 4), swap(99, 5)].concat()).await;
    assert_eq!(fault(&world).await, None);
    // One is copied over the next: the same record twice.
    tamper(
        &world,
        &format!(
            "create table kept as select * from audit_record where id = '{fifth}'; \
        update audit_record r set actor = 'x' where id = '{fourth}'"
        ),
    )
    .await;
    assert_eq!(fault(&world).await, Some(Fault::Changed { sequence: 4, record: fourth.clone() }));
    tamper(&world, &format!("update audit_record set actor = 'user:test' where id = '{fourth}'")).await;
    assert_eq!(fault(&world).await, None);
    // One is taken out, with its seal or without.
    tamper(&world, &format!("delete from audit_record where id = '{fifth}'")).await;
    assert_eq!(fault(&world).await, Some(Fault::Removed { sequence: 5 }));
    tamper(&world, "delete from audit_seal where sequence = 5").await;
    assert_eq!(fault(&world).await, Some(Fault::Removed { sequence: 5 }));
}

#[tokio::test]
async fn an_end_that_is_cut_off_shows_to_whoever_noted_it() {
    let world = sealed().await;
    let (sequence, seal) = verify(&world, Range::default()).await.head;
    let known = Some((sequence, brandgraph::domain::audit::unhex(&seal).unwrap()));
    assert_eq!(verify(&world, Range { known, ..Range::default() }).await.fault, None);
    tamper(
        &world,
        "delete from audit_record r using audit_seal s where s.xid = r.xid and s.position = r.position \
        and s.sequence > 8; delete from audit_seal where sequence > 8",
    )
    .await;
    assert_eq!(fault(&world).await, None, "the chain itself is whole");
    assert_eq!(
        verify(&world, Range { known, ..Range::default() }).await.fault,
        Some(Fault::Cut { sequence: 10 })
    );
}

#[tokio::test]
async fn without_the_key_nobody_makes_another_chain() {
    let world = sealed().await;
    tamper(&world, "update audit_record set actor = 'user:alice'; delete from audit_seal where sequence > 5")
        .await;
    seal(&world, None, 5).await;
    assert!(matches!(fault(&world).await, Some(Fault::Changed { sequence: 1, .. })));
    let world = sealed().await;
    tamper(&world, "delete from audit_seal where sequence > 5").await;
    seal(&world, None, 5).await;
    assert_eq!(fault(&world).await, Some(Fault::Key { sequence: 6, key_id: None }));
}

#[tokio::test]
async fn a_chain_that_is_gone_or_wholly_without_the_key_does_not_pass() {
    let world = sealed().await;
    tamper(&world, "delete from audit_seal").await;
    seal(&world, None, 10).await;
    assert_eq!(fault(&world).await, Some(Fault::Key { sequence: 1, key_id: None }));
    let later = Range { keyed_from: Some(11), ..Range::default() };
    assert_eq!(verify(&world, later).await.fault, None, "sealed before there was a key");
    tamper(&world, "delete from audit_seal; delete from audit_record").await;
    assert_eq!(fault(&world).await, Some(Fault::Empty));
    assert_eq!(verify(&world, Range { may_be_empty: true, ..Range::default() }).await.fault, None);
}

#[tokio::test]
async fn a_key_takes_the_place_of_another_within_one_chain() {
    let world = sealed().await;
    let new = SealKey::new("another key of the tests, 32 bytes or more".to_owned().into()).unwrap();
    tags(&world, 8, 11).await;
    seal(&world, Some(&new), 3).await;
    let with = async |previous: &str| {
        let keys =
            SealKeys::new(Some(new.clone()), Vec::new()).with_previous(&previous.to_owned().into()).unwrap();
        audit::verify(&world.services, &keys, Range::default(), &mut |_, _| {}).await.unwrap()
    };
    let report = with("10:a key of the tests, of 32 bytes or more").await;
    assert_eq!((report.passed, report.keyed, report.earlier, report.fault), (13, 13, Some(10), None));
    assert!(matches!(with("").await.fault, Some(Fault::Key { sequence: 1, key_id: Some(_) })));
    let short = with("9:a key of the tests, of 32 bytes or more").await;
    assert!(matches!(short.fault, Some(Fault::Key { sequence: 10, key_id: Some(_) })));
    // Whoever has got hold of the earlier key makes no end of the chain with it.
    tamper(&world, "delete from audit_seal where sequence > 10").await;
    seal(&world, Some(&key()), 3).await;
    let forged = with("10:a key of the tests, of 32 bytes or more").await;
    assert!(matches!(forged.fault, Some(Fault::Key { sequence: 11, key_id: Some(_) })));
}

#[tokio::test]
async fn an_export_is_verified_without_the_database() {
    let world = sealed().await;
    let mut file = Vec::new();
    let count = audit::export(&world.services, None, None, &mut file, &mut |_| {}).await.unwrap();
    assert_eq!(count, 10);
    let text = String::from_utf8(file).unwrap();
    let check = |text: &str| audit::verify_file(text.as_bytes(), &keys(), Range::default(), &mut |_| {});
    let report = check(&text).unwrap();
    assert_eq!((report.passed, report.fault.clone()), (10, None));
    assert_eq!(report.head, verify(&world, Range::default()).await.head);
    let line: Value = serde_json::from_str(text.lines().nth(4).unwrap()).unwrap();
    assert_eq!(line["record"]["kind"], json!("tag.created"));
    assert_eq!(line["after"]["slug"], json!("tag-2"));
    let changed = text.replacen("tag-2", "tag-x", 1);
    assert!(matches!(check(&changed).unwrap().fault, Some(Fault::Changed { sequence: 5, .. })));
    let lines: Vec<&str> = text.lines().collect();
    let without = [&lines[..3], &lines[4..]].concat().join("\n");
    assert_eq!(check(&without).unwrap().fault, Some(Fault::Removed { sequence: 4 }));
    assert_eq!(check(&lines[3..].join("\n")).unwrap().passed, 7);
    for nonsense in ["", "{}\n", "no json\n", "[1]\n"] {
        assert_eq!(check(nonsense).unwrap_err().code().name(), "INVALID");
    }
}
