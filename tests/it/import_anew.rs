//! A batch of an import that waited for others in a circle, and was given up, is written anew.

use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgConnection};

use crate::{
    batch_waits::until_waiting,
    harness::TestApp,
    import_file::{CATALOG, bring, told},
};

fn lines(title: &str) -> String {
    (0..2)
        .map(|number| {
            let line = json!({"kind": "entry", "brand": "acme", "key": {"resource": "article", "id": format!("{number}")},
                "type": "article", "slug": format!("a{number}"), "title": title});
            format!("{line}\n")
        })
        .collect()
}

async fn lock(database: &mut PgConnection, id: &str) {
    let sql = format!("select from entry where id = '{id}' for update");
    database.execute(AssertSqlSafe(sql)).await.unwrap();
}

/// Stays until somebody else keeps an entry.
async fn until_kept(database: &mut PgConnection, id: &str) {
    let sql = format!("select from entry where id = '{id}' for update skip locked");
    while !database.fetch_all(AssertSqlSafe(sql.clone())).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_batch_that_was_given_up_for_another_transaction_is_written_anew() {
    let app = TestApp::start().await;
    let (made, set_aside) = bring(&app, &format!("{CATALOG}{}", lines("First")), None).await;
    assert_eq!((made.created, told(&set_aside)), (7, Vec::new()), "{made:?}");
    let mut other = app.db.connect().await;
    let mut looks = app.db.connect().await;
    let ids: Vec<String> =
        sqlx::query_scalar("select id::text from entry order by id").fetch_all(&mut other).await.unwrap();
    // Whoever waits longest looks for a circle first, and is the one that is given up.
    other.execute("set deadlock_timeout = '60s'; begin").await.unwrap();
    lock(&mut other, &ids[1]).await;
    let again = lines("Second");
    let brought = bring(&app, &again, None);
    let circles = async {
        for _ in 0..4 {
            other.execute("savepoint before").await.unwrap();
            until_kept(&mut looks, &ids[0]).await;
            until_waiting(&mut looks, 1).await;
            // The import has the first and waits for the second; now this waits for the first. The import loses it.
            lock(&mut other, &ids[0]).await;
            until_waiting(&mut looks, 1).await;
            other.execute("rollback to savepoint before").await.unwrap();
        }
        other.execute("rollback").await.unwrap();
    };
    let ((report, set_aside), ()) = tokio::join!(brought, circles);
    assert_eq!((report.updated, told(&set_aside)), (2, Vec::new()), "{report:?}");
    let titles: i64 = sqlx::query_scalar("select count(*) from entry where title = 'Second' and version = 2")
        .fetch_one(&mut looks)
        .await
        .unwrap();
    assert_eq!(titles, 2);
}
