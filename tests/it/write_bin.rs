//! The bin: what was deleted long ago is purged, and what must go now can be.

use brandgraph::{
    domain::access::Role,
    service::{Caller, bin},
    worker,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{harness::TestApp, write_shop::Shop};

const DELETE: &str = "mutation($id: ID!) { deleteEntry(input: {id: $id}) { deletedId version } }";
const RESTORE: &str = "mutation($id: ID!) { restoreEntry(input: {id: $id}) { entry { id } } }";
const PURGE: &str = "mutation($id: ID!, $version: Int) { purgeEntry(input: {id: $id, expectedVersion: $version}) { purgedId } }";
const DELETE_TYPE: &str = "mutation($id: ID!) { deleteContentType(input: {id: $id}) { deletedId } }";

/// What a worker does when it begins.
async fn watch(app: &TestApp) {
    bin::watch(&app.services, &Caller::system("bin")).await.unwrap();
}

async fn deleted(shop: &Shop<'_>, slug: &str) -> Value {
    let id = shop.entry(slug).await["id"].clone();
    shop.app.as_owner().data(DELETE, json!({"id": id})).await;
    id
}

#[tokio::test]
async fn an_entry_in_the_bin_is_purged_now_and_for_good() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let live = shop.entry("live").await["id"].clone();
    let id = deleted(&shop, "gone").await;
    assert_eq!(owner.code(PURGE, json!({"id": live})).await, "NOT_FOUND");
    assert_eq!(owner.code(PURGE, json!({"id": id, "version": 1})).await, "CONFLICT");
    for role in [Role::Editor, Role::Author, Role::Viewer, Role::Delivery] {
        assert_eq!(app.as_role(role).code(PURGE, json!({"id": id})).await, "FORBIDDEN");
    }
    assert_eq!(
        app.as_role(Role::Admin).data(PURGE, json!({"id": id, "version": 2})).await["purgeEntry"]["purgedId"],
        id
    );
    assert_eq!(shop.count("select from entry").await, 1);
    assert_eq!(shop.count("select from entry_version where slug = 'gone'").await, 0);
    assert_eq!(
        shop.count("select from audit_record where kind = 'entry.purged' and detail->>'slug' = 'gone'").await,
        1
    );
    assert_eq!(owner.code(RESTORE, json!({"id": id})).await, "NOT_FOUND");
}

#[tokio::test]
async fn what_an_entry_that_is_there_refers_to_stays() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let target = shop.entry("target").await["id"].clone();
    let referring = shop.entry_with("referring", json!({"price": 1, "see": [target]})).await["id"].clone();
    owner.data(DELETE, json!({"id": target})).await;
    let error = owner.error(PURGE, json!({"id": target})).await;
    assert_eq!(error["extensions"]["code"], json!("CONFLICT"));
    assert_eq!(error["extensions"]["details"], json!({"referencedBy": 1}));
    app.clock.advance(TimeDelta::days(31));
    watch(&app).await;
    worker::run_due(&app.services).await.unwrap();
    assert_eq!(shop.count("select from entry where deleted_at is not null").await, 1);
    // In the bin together, each lets the other go.
    owner.data(DELETE, json!({"id": referring})).await;
    owner.data(PURGE, json!({"id": target})).await;
    owner.data(PURGE, json!({"id": referring})).await;
    assert_eq!(shop.count("select from entry").await, 0);
    assert_eq!(shop.count("select from entry_reference").await, 0);
}

#[tokio::test]
async fn what_was_deleted_thirty_days_ago_is_purged_in_batches_and_what_a_source_owns_is_not() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    for n in 0..450 {
        shop.entry(&format!("old{n}")).await;
    }
    shop.execute("update entry set deleted_at = '2026-11-20T12:00:00Z', version = 2").await;
    let pulled = shop.entry("pulled").await["id"].clone();
    let source = "with s as (insert into source (id, brand_id, name, connector, base_url, created_at, updated_at)
        select gen_random_uuid(), id, 'cms', 'demo', 'http://localhost', now(), now() from brand returning id)
        update entry set source_id = s.id, external_id = 'x', deleted_at = '2026-11-20T12:00:00Z' from s where slug = 'pulled'";
    shop.execute(source).await;
    app.clock.advance(TimeDelta::days(29));
    let young = deleted(&shop, "young").await;
    watch(&app).await;
    worker::run_due(&app.services).await.unwrap();
    assert_eq!(shop.count("select from entry").await, 452);
    app.clock.advance(TimeDelta::days(1) + TimeDelta::hours(1));
    worker::run_due(&app.services).await.unwrap();
    // A pull would bring it back: its place in the bin is how brandgraph knows that it is not wanted.
    assert_eq!(shop.count("select from entry").await, 2);
    assert_eq!(
        shop.count(
            "select from audit_record where kind = 'entry.purged' and actor = 'system:bin' \
             and before ? 'slug' and after is null"
        )
        .await,
        450
    );
    assert_eq!(shop.count("select from job where kind = 'bin.purge' and state = 'ready'").await, 1);
    app.as_owner().data(RESTORE, json!({"id": young})).await;
    app.as_owner().data(PURGE, json!({"id": pulled})).await;
}

#[tokio::test]
async fn a_content_type_says_what_still_holds_it() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    shop.entry("live").await;
    let id = deleted(&shop, "gone").await;
    let error = owner.error(DELETE_TYPE, json!({"id": shop.kind})).await;
    assert_eq!(error["extensions"]["details"], json!({"entries": 1, "deletedEntries": 1}), "{error:#}");
    owner.data(PURGE, json!({"id": id})).await;
    let error = owner.error(DELETE_TYPE, json!({"id": shop.kind})).await;
    assert_eq!(error["extensions"]["details"], json!({"entries": 1, "deletedEntries": 0}));
    shop.execute("update entry set deleted_at = now()").await;
    let last = owner.error(DELETE_TYPE, json!({"id": shop.kind})).await;
    assert!(last["message"].as_str().unwrap().contains("purgeEntry"), "{last:#}");
    shop.execute("delete from entry").await;
    owner.data(DELETE_TYPE, json!({"id": shop.kind})).await;
}
