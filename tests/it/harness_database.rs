//! The harness's own promises about databases.

use sqlx::Executor;

use crate::harness::TestDb;

#[tokio::test]
async fn every_test_has_a_database_of_its_own() {
    let (one, two) = tokio::join!(TestDb::create(), TestDb::create());
    one.connect().await.execute("CREATE TABLE only_here (id int)").await.unwrap();
    let error = two.connect().await.execute("SELECT * FROM only_here").await.unwrap_err();
    assert!(error.to_string().contains("only_here"), "{error}");
}

#[tokio::test]
async fn a_test_database_is_migrated() {
    let db = TestDb::create().await;
    let steps: i64 = sqlx::query_scalar("SELECT count(*) FROM seaql_migrations")
        .fetch_one(&mut db.connect().await)
        .await
        .unwrap();
    assert!(steps > 0);
}
