//! `auditLog`: who may read what of the record, by which filters, page by page.

use brandgraph::{domain::access::Role, service::audit};
use serde_json::{Value, json};

use crate::harness::TestApp;

const BRAND: &str = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
const LOG: &str = "query($filter: AuditRecordFilter, $after: String, $order: [AuditRecordOrder!]) {
    auditLog(first: 2, after: $after, filter: $filter, orderBy: $order) { nodes { kind } pageInfo { hasNextPage endCursor } totalCount { value } } }";

/// Two brands, each with a tag; the first tag was renamed. Somebody was refused everywhere, and somebody in the second brand.
async fn history(app: &TestApp) -> (Value, Value) {
    let owner = app.as_owner();
    let mut tags = Vec::new();
    for brand in ["acme", "rival"] {
        let input = json!({"slug": brand, "name": brand, "defaultLocale": "en", "locales": [{"code": "en"}]});
        let made = owner.data(BRAND, json!({"input": input})).await["createBrand"]["brand"]["id"].clone();
        app.clock.advance(chrono::TimeDelta::seconds(1));
        let tag = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id } } }";
        let input = json!({"brandId": made, "slug": "new", "name": "New"});
        tags.push(owner.data(tag, json!({"input": input})).await["createTag"]["tag"]["id"].clone());
    }
    app.clock.advance(chrono::TimeDelta::minutes(1));
    let rename = "mutation($id: ID!) { updateTag(input: {id: $id, name: \"Newer\"}) { tag { id } } }";
    owner.data(rename, json!({"id": tags[0]})).await;
    assert_eq!(app.as_role(Role::Viewer).code(rename, json!({"id": tags[0]})).await, "FORBIDDEN");
    assert_eq!(app.as_role_in(Role::Viewer, "rival").code(rename, json!({"id": tags[0]})).await, "FORBIDDEN");
    audit::flush(&app.services, true).await.unwrap();
    (tags[0].clone(), tags[1].clone())
}

fn kinds(connection: &Value) -> Vec<String> {
    connection["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["kind"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_brands_admin_sees_its_records_and_no_others() {
    let app = TestApp::start().await;
    history(&app).await;
    let all = "{ auditLog(first: 50) { nodes { kind actor brand { slug } reason } } }";
    let seen = app.as_owner().data(all, json!({})).await;
    assert_eq!(seen["auditLog"]["nodes"].as_array().unwrap().len(), 7);
    let seen = app.as_role_in(Role::Admin, "rival").data(all, json!({})).await;
    assert_eq!(kinds(&seen["auditLog"]), ["access.refused", "tag.created", "brand.created"]);
    for node in seen["auditLog"]["nodes"].as_array().unwrap() {
        assert_eq!(node["brand"]["slug"], json!("rival"));
    }
    let seen = app.as_role_in(Role::Admin, "acme").data(all, json!({})).await;
    assert_eq!(kinds(&seen["auditLog"]), ["tag.updated", "tag.created", "brand.created"]);
    for role in [Role::Editor, Role::Author, Role::Viewer, Role::Partner, Role::Delivery] {
        assert_eq!(app.as_role(role).code(all, json!({})).await, "FORBIDDEN");
    }
    assert_eq!(app.as_anonymous().code(all, json!({})).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn another_brands_record_is_not_there_by_its_id_either() {
    let app = TestApp::start().await;
    history(&app).await;
    let log = "{ auditLog(first: 50, filter: {brand: {slug: {eq: \"acme\"}}}) { nodes { id } } }";
    let id = app.as_owner().data(log, json!({})).await["auditLog"]["nodes"][0]["id"].clone();
    let node = "query($id: ID!) { node(id: $id) { id ... on AuditRecord { kind before after } } }";
    let seen = app.as_role_in(Role::Admin, "acme").data(node, json!({"id": id})).await;
    assert_eq!(seen["node"]["kind"], json!("tag.updated"));
    assert_eq!(seen["node"]["before"], json!({"name": "New", "version": 1}));
    assert_eq!(seen["node"]["after"], json!({"name": "Newer", "version": 2}));
    let seen = app.as_role_in(Role::Admin, "rival").data(node, json!({"id": id})).await;
    assert_eq!(seen["node"], Value::Null);
}

#[tokio::test]
async fn the_log_is_filtered_ordered_and_paged() {
    let app = TestApp::start().await;
    let (tag, _) = history(&app).await;
    let owner = app.as_owner();
    let asked = async |filter: Value| {
        let answer = owner.data(LOG, json!({"filter": filter})).await;
        (kinds(&answer["auditLog"]), answer["auditLog"]["totalCount"]["value"].as_u64().unwrap())
    };
    assert_eq!(asked(json!({"kind": {"eq": "tag.updated"}})).await, (vec!["tag.updated".to_owned()], 1));
    assert_eq!(asked(json!({"nodeId": {"eq": tag}})).await.1, 2);
    assert_eq!(asked(json!({"actor": {"eq": "user:owner"}})).await.1, 5);
    assert_eq!(asked(json!({"outcome": {"eq": "REFUSED"}})).await.1, 2);
    assert_eq!(asked(json!({"reason": {"eq": "forbidden"}, "brand": {"slug": {"eq": "rival"}}})).await.1, 1);
    assert_eq!(asked(json!({"createdAt": {"gte": "2026-11-20T12:01:00Z"}})).await.1, 3);
    assert_eq!(
        asked(json!({"createdAt": {"gte": "2026-11-20T12:00:00Z", "lt": "2026-11-20T12:01:00Z"}})).await.1,
        4
    );
    assert_eq!(asked(json!({"requestId": {"eq": "no such"}})).await.1, 0);
    let (mut pages, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = owner.data(LOG, json!({"after": after})).await["auditLog"].clone();
        pages.extend(kinds(&page));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(pages.len(), 7);
    assert_eq!(pages[6], "brand.created", "newest first");
}
