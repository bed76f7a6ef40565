//! A request that has run out of time stops where its time goes: in the database.

use serde_json::json;
use sqlx::Executor;

use crate::harness::TestApp;

#[tokio::test]
async fn what_nobody_waits_for_is_stopped_in_the_database() {
    let app = TestApp::with(|config| config.http.request_timeout_seconds = 1).await;
    let owner = app.as_owner();
    owner.data("{ entries { nodes { id } } }", json!({})).await;
    let mut lock = app.db.connect().await;
    lock.execute("begin; lock table entry in access exclusive mode").await.unwrap();
    let late = owner.error("{ entries { nodes { id } } }", json!({})).await;
    assert_eq!(late["extensions"]["code"], "TIMEOUT", "{late}");
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    // The one who holds the lock looks, again and again: the statement goes away although the lock stays.
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut lock).await.unwrap() > 0 {
        tokio::task::yield_now().await;
        lock.execute("select pg_stat_clear_snapshot()").await.unwrap();
    }
    lock.execute("rollback").await.unwrap();
    owner.data("{ entries { nodes { id } } }", json!({})).await;
}
