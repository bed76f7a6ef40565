//! Background work: on time, once, and beside the running work.

use brandgraph::{
    domain::{
        Code,
        change::Patch,
        content_type::UpdateContentType,
        entry::{FieldsChange, OneEntry, Transition},
    },
    queue,
    service::{self, Unit},
    worker,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::{Executor, Row};

use crate::write_world::{World, article, start, update};

#[tokio::test]
async fn a_scheduled_entry_is_published_at_its_time_and_not_before() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let id = w.entry(kind, "a", json!({})).await;
    let at = start() + TimeDelta::hours(1);
    w.change(id, Transition::Schedule(at)).await.unwrap();
    w.services.clock.advance(TimeDelta::minutes(59));
    assert_eq!(worker::run_due(&w.services).await.unwrap(), 0);
    assert_eq!(w.row("entry", id).await["status"], json!("scheduled"));
    w.services.clock.advance(TimeDelta::minutes(1));
    assert_eq!(worker::run_due(&w.services).await.unwrap(), 1);
    let row = w.row("entry", id).await;
    assert_eq!((&row["status"], &row["scheduled_at"]), (&json!("published"), &json!(null)));
    assert_eq!(row["published_at"], json!("2026-11-20T11:00:00+00:00"));
    let actor = w
        .json(&format!("select to_jsonb(actor) from entry_version where entry_id = '{id}' and version = 3"))
        .await;
    assert_eq!(actor, json!("system:schedule"));
    assert_eq!(worker::run_due(&w.services).await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_rescheduled_unscheduled_or_deleted_is_left_alone() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let at = start() + TimeDelta::hours(1);
    let later = start() + TimeDelta::hours(3);
    let (moved, taken_back, deleted) = (
        w.entry(kind, "a", json!({})).await,
        w.entry(kind, "b", json!({})).await,
        w.entry(kind, "c", json!({})).await,
    );
    for id in [moved, taken_back, deleted] {
        w.change(id, Transition::Schedule(at)).await.unwrap();
    }
    w.change(moved, Transition::Schedule(later)).await.unwrap();
    w.change(taken_back, Transition::Unpublish).await.unwrap();
    service::entry::delete(&w.services, &w.owner, OneEntry { id: deleted, expected_version: None })
        .await
        .unwrap();
    w.services.clock.advance(TimeDelta::hours(2));
    assert_eq!(worker::run_due(&w.services).await.unwrap(), 3);
    for (id, status) in [(moved, "scheduled"), (taken_back, "draft"), (deleted, "scheduled")] {
        assert_eq!(w.row("entry", id).await["status"], json!(status));
    }
    w.services.clock.advance(TimeDelta::hours(2));
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.row("entry", moved).await["status"], json!("published"));
    service::entry::restore(&w.services, &w.owner, OneEntry { id: deleted, expected_version: None })
        .await
        .unwrap();
    assert_eq!(w.row("entry", deleted).await["status"], json!("draft"));
    let error = w.change(taken_back, Transition::Schedule(start())).await.unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
}

#[tokio::test]
async fn what_a_deleted_brand_missed_is_published_when_it_is_restored() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let id = w.entry(kind, "a", json!({})).await;
    w.change(id, Transition::Schedule(start() + TimeDelta::hours(1))).await.unwrap();
    service::brand::delete(&w.services, &w.owner, w.brand, None).await.unwrap();
    w.services.clock.advance(TimeDelta::hours(2));
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.row("entry", id).await["status"], json!("scheduled"));
    service::brand::restore(&w.services, &w.owner, w.brand, None).await.unwrap();
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.row("entry", id).await["status"], json!("published"));
}

#[tokio::test]
async fn a_job_that_cannot_succeed_is_buried_and_kept() {
    let w = World::new().await;
    let mut connection = w.db.connect().await;
    connection
        .execute(
            "insert into job (id, kind, payload, run_at, created_at) values (gen_random_uuid(), 'entry.publish', \
             '{\"entry\": 7}', '2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z')",
        )
        .await
        .unwrap();
    worker::run_due(&w.services).await.unwrap();
    let job = w.json("select to_jsonb(j) from job j where kind = 'entry.publish'").await;
    assert_eq!((&job["state"], &job["attempts"]), (&json!("buried"), &json!(1)));
    assert!(job["last_error"].as_str().unwrap().contains("INVALID"), "{job}");
}

#[tokio::test]
async fn a_job_of_a_worker_that_died_is_claimed_again_and_given_up_in_the_end() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let id = w.entry(kind, "a", json!({})).await;
    w.change(id, Transition::Schedule(start() + TimeDelta::minutes(1))).await.unwrap();
    w.services.clock.advance(TimeDelta::minutes(2));
    let now = || w.services.clock.now();
    let claimed = queue::claim(&w.services.db, &worker::KINDS, 10, now()).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert_eq!(queue::claim(&w.services.db, &worker::KINDS, 10, now()).await.unwrap().len(), 0);
    w.services.clock.advance(TimeDelta::minutes(16));
    let again = queue::claim(&w.services.db, &worker::KINDS, 10, now()).await.unwrap();
    assert_eq!(again[0].attempts, 2);
    // The first worker was only slow: its word no longer counts.
    let outcome = queue::Outcome::Done;
    queue::settle(&w.services.db, &claimed[0], outcome, now()).await.unwrap();
    assert_eq!(w.json("select to_jsonb(state) from job").await, json!("running"));
    for _ in 0..8 {
        w.services.clock.advance(TimeDelta::minutes(16));
        queue::claim(&w.services.db, &worker::KINDS, 10, now()).await.unwrap();
    }
    queue::sweep(&w.services.db, now()).await.unwrap();
    assert_eq!(w.json("select to_jsonb(state) from job").await, json!("buried"));
}

#[tokio::test]
async fn a_failed_job_waits_longer_each_time() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let id = w.entry(kind, "a", json!({})).await;
    w.change(id, Transition::Schedule(start() + TimeDelta::minutes(1))).await.unwrap();
    w.services.clock.advance(TimeDelta::minutes(2));
    let mut waits = Vec::new();
    for _ in 0..3 {
        let now = w.services.clock.now();
        let job = queue::claim(&w.services.db, &worker::KINDS, 1, now).await.unwrap().remove(0);
        let outcome = queue::Outcome::Retry("no luck".into());
        queue::settle(&w.services.db, &job, outcome, now).await.unwrap();
        let sql = format!(
            "select to_jsonb(extract(epoch from run_at - '{}'::timestamptz)) from job",
            now.to_rfc3339()
        );
        waits.push(w.json(&sql).await.as_f64().unwrap());
        w.services.clock.advance(TimeDelta::hours(2));
    }
    assert!(waits[0] >= 1.0 && waits[0] < waits[1] && waits[1] < waits[2], "{waits:?}");
}

/// What the planner says about a query.
async fn plan(w: &World, sql: &str) -> String {
    let mut connection = w.db.connect().await;
    connection
        .execute("set enable_seqscan = off; set enable_sort = off; set enable_bitmapscan = off")
        .await
        .unwrap();
    let rows = connection.fetch_all(sqlx::AssertSqlSafe(format!("explain {sql}"))).await.unwrap();
    rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn indexes_are_built_used_shared_and_dropped() {
    let w = World::new().await;
    let kind = w.content_type("article", article()).await;
    let other = w.content_type_in(w.other_brand, "article", article()).await.unwrap().id;
    for n in 0..20 {
        w.entry(kind, &format!("e{n}"), json!({"price": n, "sku": format!("s{n}")})).await;
    }
    assert_eq!(w.count("select from field_index where state = 'pending'").await, 6);
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.count("select from field_index where state = 'ready'").await, 6);
    assert_eq!(w.count("select from pg_indexes where indexname like 'entry\\_field\\_%'").await, 3);
    let filter = plan(&w, &format!(
        "select id from entry e where brand_id = '{}' and deleted_at is null and bg_number(e.fields->'price') = 7 \
         and bg_number(e.fields->'price') is not null order by published_at desc, id desc", w.brand)).await;
    assert!(filter.contains("entry_field_filter_"), "{filter}");
    let sort = plan(&w, &format!(
        "select id from entry e where brand_id = '{}' and deleted_at is null order by bg_number(e.fields->'price'), id limit 5", w.brand)).await;
    assert!(sort.contains("entry_field_sort_"), "{sort}");
    let unique = plan(&w, &format!(
        "select id from entry e where content_type_id = '{kind}' and deleted_at is null and left(e.fields->>'sku', 500) = 's3'")).await;
    assert!(unique.contains("entry_field_unique_"), "{unique}");

    // One brand gives them up, the other keeps them.
    let plain: Value = json!({"type": "object"});
    let command = |id| UpdateContentType {
        id,
        expected_version: None,
        name: None,
        description: Patch::Keep,
        schema: Some(plain.clone()),
        dry_run: false,
        force: false,
    };
    service::content_type::update(&w.services, &w.owner, command(kind)).await.unwrap();
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.count("select from pg_indexes where indexname like 'entry\\_field\\_%'").await, 3);
    service::content_type::update(&w.services, &w.owner, command(other)).await.unwrap();
    worker::run_due(&w.services).await.unwrap();
    assert_eq!(w.count("select from pg_indexes where indexname like 'entry\\_field\\_%'").await, 0);
    assert_eq!(w.count("select from field_index").await, 0);
}

#[tokio::test]
async fn a_long_text_at_an_indexed_path_is_stored_all_the_same() {
    let w = World::new().await;
    let schema = json!({"type": "object", "properties": {"note": {"type": "string", "x-filterable": true, "x-sortable": true}}});
    let kind = w.content_type("note", schema).await;
    worker::run_due(&w.services).await.unwrap();
    // Nothing that compresses: an index row of more than 2.7 kB would be refused.
    let note: String =
        (0..20_000u32).map(|n| char::from_u32(0x4e00 + (n * 7_919) % 20_000).unwrap()).collect();
    let id = w.entry(kind, "long", json!({"note": note})).await;
    let mut command = update(id);
    command.fields = FieldsChange::Merge(json!({"note": "short"}));
    w.update(command).await.unwrap();
}

#[tokio::test]
async fn an_index_that_was_left_half_built_is_built_anew() {
    let w = World::new().await;
    w.content_type("article", article()).await;
    let name = w.json("select to_jsonb(name) from field_index where purpose = 'sort'").await;
    let name = name.as_str().unwrap();
    let mut connection = w.db.connect().await;
    connection.execute(sqlx::AssertSqlSafe(format!("create index {name} on entry (id)"))).await.unwrap();
    connection
        .execute(sqlx::AssertSqlSafe(format!(
            "update pg_index set indisvalid = false where indexrelid = '{name}'::regclass"
        )))
        .await
        .unwrap();
    worker::run_due(&w.services).await.unwrap();
    let definition =
        w.json(&format!("select to_jsonb(indexdef) from pg_indexes where indexname = '{name}'")).await;
    assert!(definition.as_str().unwrap().contains("bg_number"), "{definition}");
    assert_eq!(w.count("select from field_index where state = 'ready'").await, 3);
}

#[tokio::test]
async fn the_loop_runs_what_is_due_and_stops_when_told() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let id = w.entry(kind, "a", json!({})).await;
    w.change(id, Transition::Schedule(start() + TimeDelta::minutes(1))).await.unwrap();
    w.services.clock.advance(TimeDelta::minutes(2));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let settings = worker::Settings { concurrency: 2, poll_ms: 10 };
    let running = tokio::spawn(worker::run(w.services.clone(), settings, async move {
        let _ = stopped.await;
    }));
    while w.row("entry", id).await["status"] != json!("published") {
        tokio::task::yield_now().await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    assert_eq!(w.count("select from job where state = 'running'").await, 0);
}

#[tokio::test]
async fn what_is_seen_to_now_and_then_does_not_make_work_for_itself() {
    let w = World::new().await;
    let kind = w.content_type("article", json!({"type": "object"})).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let settings = worker::Settings { concurrency: 1, poll_ms: 10 };
    let running = tokio::spawn(worker::run(w.services.clone(), settings, async move {
        let _ = stopped.await;
    }));
    let id = w.entry(kind, "a", json!({})).await;
    w.change(id, Transition::Schedule(start() + TimeDelta::minutes(1))).await.unwrap();
    w.services.clock.advance(TimeDelta::minutes(2));
    // While this asks, the loop goes round: what was done is once done, however often it does.
    for _ in 0..1_000 {
        w.row("entry", id).await;
    }
    stop.send(()).unwrap();
    running.await.unwrap();
    let done = w.json("select jsonb_object_agg(kind, n) from (select kind, count(*) n from job where state = 'done' group by kind) k");
    let done = done.await;
    assert_eq!(done["entry.publish"], 1, "{done}");
    assert!(done.as_object().unwrap().values().all(|count| count.as_i64() <= Some(1)), "{done}");
}

#[tokio::test]
async fn a_job_that_stands_for_an_uncommitted_one_too_waits_for_it() {
    let w = World::new().await;
    let job = |payload: Value, run_at| queue::NewJob {
        kind: "entry.publish",
        payload,
        dedupe_key: Some("k".into()),
        run_at: Some(run_at),
    };
    let enqueue = async |unit: &Unit, after: TimeDelta| {
        queue::enqueue(unit.tx(), &[job(json!({}), start() + after)], start()).await.unwrap();
    };
    let claim = async |now| queue::claim(&w.services.db, &["entry.publish"], 10, now).await.unwrap();
    let first = Unit::begin(&w.services, &w.owner).await.unwrap();
    enqueue(&first, TimeDelta::hours(1)).await;
    first.commit().await.unwrap();

    let second = Unit::begin(&w.services, &w.owner).await.unwrap();
    enqueue(&second, TimeDelta::zero()).await;
    assert_eq!(claim(start() + TimeDelta::hours(2)).await, [], "what it is for is not there yet");
    second.commit().await.unwrap();
    // The earlier moment counts.
    assert_eq!(claim(start()).await.len(), 1);
}
