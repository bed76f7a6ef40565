//! Batches of imports that wait for others: what happened meanwhile counts, and one that was given up is written anew.

use brandgraph::service::import::Report;
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

/// One entry whose line does not say when it was published; it needs a tag.
fn tagged(title: &str, status: &str) -> String {
    let line = json!({"kind": "entry", "brand": "acme", "key": {"resource": "article", "id": "7"}, "type": "article",
        "slug": "seven", "title": title, "status": status, "tags": [{"slug": "red", "name": "Red"}]});
    format!("{line}\n")
}

/// Somebody else makes the tag, and will take it back: whoever needs it waits.
async fn hold_tag(app: &TestApp) -> PgConnection {
    let mut other = app.db.connect().await;
    let tag = "begin; insert into tag (id, brand_id, slug, name, created_at, updated_at) \
               select gen_random_uuid(), id, 'red', 'Red', now(), now() from brand";
    other.execute(tag).await.unwrap();
    other
}

async fn seven(app: &TestApp) -> (String, i32, bool, Option<chrono::DateTime<chrono::Utc>>) {
    let sql = "select title, version, deleted_at is not null, published_at from entry where slug = 'seven'";
    sqlx::query_as(sql).fetch_one(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test]
async fn two_imports_of_one_file_at_the_same_time_write_it_once() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let (mut other, mut looks) = (hold_tag(&app).await, app.db.connect().await);
    let begun = app.clock.now();
    let line = tagged("Seven", "published");
    let second = async {
        until_waiting(&mut looks, 1).await;
        app.clock.advance(chrono::TimeDelta::minutes(1));
        let second = bring(&app, &line, None);
        let end = async {
            let mut looks = app.db.connect().await;
            until_waiting(&mut looks, 2).await;
            other.execute("rollback").await.unwrap();
        };
        tokio::join!(second, end).0
    };
    let (first, second) = tokio::join!(bring(&app, &line, None), second);
    let count = |(report, _): (Report, _)| (report.created, report.updated, report.unchanged);
    let mut counts = [count(first), count(second)];
    counts.sort_unstable();
    assert_eq!(counts, [(0, 0, 1), (1, 0, 0)]);
    let (_, version, _, published_at) = seven(&app).await;
    let moments = [begun, begun + chrono::TimeDelta::minutes(1)];
    assert!(version == 1 && published_at.is_some_and(|at| moments.contains(&at)));
}

#[tokio::test]
async fn what_is_published_or_deleted_while_an_import_waits_counts() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let plain = tagged("Seven", "draft").replace("red", "blue");
    bring(&app, &plain, None).await;
    let mut looks = app.db.connect().await;
    let id: String =
        sqlx::query_scalar("select 'entry_' || id from entry").fetch_one(&mut looks).await.unwrap();
    for (mutation, status) in
        [("publishEntry", "published"), ("publishEntry", "draft"), ("deleteEntry", "draft")]
    {
        let mut other = hold_tag(&app).await;
        let title = format!("{mutation} {status}");
        let line = tagged(&title, status);
        let person = async {
            until_waiting(&mut looks, 1).await;
            app.clock.advance(chrono::TimeDelta::minutes(1));
            let text = format!("mutation($id: ID!) {{ {mutation}(input: {{id: $id}}) {{ __typename }} }}");
            app.as_owner().data(&text, json!({"id": id})).await;
            other.execute("rollback").await.unwrap();
            app.clock.now()
        };
        let ((report, set_aside), then) = tokio::join!(bring(&app, &line, None), person);
        assert_eq!((report.updated, told(&set_aside)), (1, Vec::new()), "{title}: {report:?}");
        let (is, _, deleted, published_at) = seven(&app).await;
        assert_eq!((is, deleted), (title.clone(), false));
        if mutation == "publishEntry" {
            assert_eq!(published_at, Some(then), "{title}");
        }
        looks.execute("delete from tag where slug = 'red'").await.unwrap();
        bring(&app, &plain, None).await;
        looks.execute("update entry set published_at = null where status = 'draft'").await.unwrap();
    }
}
