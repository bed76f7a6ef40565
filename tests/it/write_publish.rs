//! A scheduled entry that does not fit its type when its time comes: back to a draft, with the reason beside it.

use brandgraph::{
    service::{Caller, entry},
    worker,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{harness::TestApp, write_shop::Shop};

const SCHEDULE: &str =
    "mutation($id: ID!, $at: DateTime!) { scheduleEntry(input: {id: $id, at: $at}) { entry { status } } }";
const LOOK: &str =
    "query($id: ID!) { node(id: $id) { ... on Entry { status scheduledAt publishProblem version
    versions(first: 1) { nodes { change actor status } } } } }";

/// A product that was scheduled for 13:00 and does not fit any more, an hour later.
async fn overtaken(shop: &Shop<'_>) -> Value {
    let id = shop.entry("oil").await["id"].clone();
    let owner = shop.app.as_owner();
    owner.data(SCHEDULE, json!({"id": id, "at": "2026-11-20T13:00:00Z"})).await;
    shop.force(json!({"type": "object", "properties": {"price": {"type": "string"}}})).await;
    shop.app.clock.advance(TimeDelta::hours(2));
    worker::run_due(&shop.app.services).await.unwrap();
    id
}

#[tokio::test]
async fn a_scheduled_entry_that_no_longer_fits_is_a_draft_again_and_says_why() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = overtaken(&shop).await;
    let entry = app.as_owner().data(LOOK, json!({"id": id})).await["node"].clone();
    assert_eq!((&entry["status"], &entry["scheduledAt"]), (&json!("DRAFT"), &Value::Null), "{entry:#}");
    let problem = &entry["publishProblem"];
    assert_eq!((&problem["code"], &problem["at"]), (&json!("INVALID"), &json!("2026-11-20T13:00:00Z")));
    assert_eq!(problem["failedAt"], json!("2026-11-20T14:00:00Z"));
    let violation = &problem["violations"][0];
    assert_eq!((&violation["path"], &violation["code"]), (&json!("fields/price"), &json!("type")));
    assert!(violation["message"].is_string());
    let version = &entry["versions"]["nodes"][0];
    assert_eq!(
        (&version["change"], &version["actor"]),
        (&json!("publish_failed"), &json!("system:schedule"))
    );
    let stuck = "{ entries(filter: {publishProblem: {exists: true}}) { nodes { id } } }";
    assert_eq!(app.as_owner().data(stuck, json!({})).await["entries"]["nodes"], json!([{"id": id}]));
    // Its work is done: nothing waits, nothing is buried.
    assert_eq!(shop.count("select from job where kind = 'entry.publish' and state <> 'done'").await, 0);
    assert_eq!(shop.count("select from audit_record where kind = 'entry.publish_failed'").await, 1);
    assert!(
        app.as_owner().get("/metrics").await.contains("scheduled_publications_total{outcome=\"refused\"}")
    );
}

#[tokio::test]
async fn what_was_mended_is_published_and_the_reason_is_gone() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = overtaken(&shop).await;
    let owner = app.as_owner();
    let mend = "mutation($id: ID!) { updateEntry(input: {id: $id, fieldsPatch: {price: \"1\"}}) { entry { publishProblem } } }";
    let mended = owner.data(mend, json!({"id": id})).await["updateEntry"]["entry"].clone();
    // The reason stands until the entry is published or scheduled anew: it says what happened, not what would.
    assert_eq!(mended["publishProblem"]["code"], json!("INVALID"));
    owner.data(SCHEDULE, json!({"id": id, "at": "2026-11-20T15:00:00Z"})).await;
    assert_eq!(owner.data(LOOK, json!({"id": id})).await["node"]["publishProblem"], Value::Null);
    app.clock.advance(TimeDelta::hours(2));
    worker::run_due(&app.services).await.unwrap();
    let entry = owner.data(LOOK, json!({"id": id})).await["node"].clone();
    assert_eq!((&entry["status"], &entry["publishProblem"]), (&json!("PUBLISHED"), &Value::Null));
}

#[tokio::test]
async fn a_publication_that_is_given_up_for_another_reason_comes_back_too() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let id = shop.entry("oil").await["id"].clone();
    app.as_owner().data(SCHEDULE, json!({"id": id, "at": "2026-11-20T13:00:00Z"})).await;
    let boom = "create function boom() returns trigger language plpgsql as $$ begin
        if new.status = 'published' then raise exception 'boom'; end if; return new; end $$;
        create trigger boom before update on entry for each row execute function boom()";
    shop.execute(boom).await;
    for _ in 0..10 {
        app.clock.advance(TimeDelta::hours(2));
        worker::run_due(&app.services).await.unwrap();
    }
    let entry = app.as_owner().data(LOOK, json!({"id": id})).await["node"].clone();
    assert_eq!(entry["status"], json!("DRAFT"), "{entry:#}");
    assert_eq!(entry["publishProblem"]["code"], json!("INTERNAL"));
    assert!(!entry.to_string().contains("boom"), "{entry:#}");
    // The job keeps, for the operator, what the entry does not tell.
    assert_eq!(shop.count("select from job where state = 'buried' and last_error like '%boom%'").await, 1);
}

#[tokio::test]
async fn what_no_job_is_going_to_publish_is_found() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let (lost, dead) = (shop.entry("lost").await["id"].clone(), shop.entry("dead").await["id"].clone());
    for id in [&lost, &dead] {
        app.as_owner().data(SCHEDULE, json!({"id": id, "at": "2026-11-20T13:00:00Z"})).await;
    }
    // One job is gone; the workers of the other one died, eight times.
    let of = |slug: &str| format!("payload->>'entry' = (select id::text from entry where slug = '{slug}')");
    shop.execute(&format!("delete from job where {}", of("lost"))).await;
    shop.execute(&format!("update job set state = 'buried', attempts = 8 where {}", of("dead"))).await;
    let rescue =
        async || entry::rescue_publications(&app.services, &Caller::system("schedule")).await.unwrap();
    assert_eq!(rescue().await, 0);
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!((rescue().await, rescue().await), (2, 0));
    worker::run_due(&app.services).await.unwrap();
    let status = async |id: &Value| app.as_owner().data(LOOK, json!({"id": id})).await["node"].clone();
    assert_eq!(status(&lost).await["status"], json!("PUBLISHED"));
    let dead = status(&dead).await;
    assert_eq!((&dead["status"], &dead["publishProblem"]["code"]), (&json!("DRAFT"), &json!("INTERNAL")));
}
