//! What is answered as if it were not there, to somebody who may not know of it, leaves a record in the brand that it is of.

use axum::{body::Body, http::Request};
use brandgraph::{domain::access::Role, service::audit};
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

async fn brand(owner: &Persona<'_>, slug: &str) -> Value {
    let input = json!({"slug": slug, "name": slug, "defaultLocale": "en", "locales": [{"code": "en"}]});
    let text = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
    owner.data(text, json!({"input": input})).await["createBrand"]["brand"]["id"].take()
}

/// A tag, a type and an entry of a brand.
async fn content(owner: &Persona<'_>, brand: &Value) -> [Value; 3] {
    let text = "mutation($input: CreateTagInput!) { createTag(input: $input) { tag { id } } }";
    let input = json!({"input": {"brandId": brand, "slug": "red", "name": "Red"}});
    let tag = owner.data(text, input).await["createTag"]["tag"]["id"].take();
    let text = "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }";
    let input =
        json!({"input": {"brandId": brand, "key": "article", "name": "A", "schema": {"type": "object"}}});
    let kind = owner.data(text, input).await["createContentType"]["contentType"]["id"].take();
    let text = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
    let input =
        json!({"input": {"contentTypeId": kind, "slug": "one", "title": "One", "fields": {"market": "ch"}}});
    let entry = owner.data(text, input).await["createEntry"]["entry"]["id"].take();
    [tag, kind, entry]
}

async fn told(app: &TestApp) -> Vec<Value> {
    audit::flush(&app.services, true).await.unwrap();
    let sql = "select jsonb_build_array(r.reason, r.detail->>'what', b.slug, r.actor, r.count) from audit_record r \
               left join brand b on b.id = r.brand where r.outcome = 'refused' order by r.detail->>'what'";
    sqlx::query_scalar(sql).fetch_all(&mut app.db.connect().await).await.unwrap()
}

#[tokio::test]
async fn writes_to_what_is_another_brands_are_recorded_there_and_nowhere_else() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, rival) = (brand(&owner, "acme").await, brand(&owner, "rival").await);
    let [tag, kind, entry] = content(&owner, &rival).await;
    let spy = app.as_role_in(Role::Admin, "acme");
    let nowhere = |id: &Value| {
        let id = id.as_str().unwrap();
        json!(format!("{}_{}", id.split_once('_').unwrap().0, uuid::Uuid::from_u128(7)))
    };
    for (text, id) in [
        ("mutation($id: ID!) { deleteTag(input: {id: $id}) { deletedId } }", &tag),
        (
            "mutation($id: ID!) { updateContentType(input: {id: $id, name: \"B\"}) { contentType { id } } }",
            &kind,
        ),
        ("mutation($id: ID!) { updateEntry(input: {id: $id, title: \"B\"}) { entry { id } } }", &entry),
        (
            "mutation($id: ID!) { createTag(input: {brandId: $id, slug: \"x\", name: \"X\"}) { tag { id } } }",
            &rival,
        ),
        ("query($id: ID!) { explainAccess(node: $id, action: \"entry:read\") { allowed } }", &entry),
    ] {
        let answer = async |id: &Value| {
            let mut error = spy.error(text, json!({"id": id})).await;
            error["extensions"]["requestId"].take();
            error
        };
        let refused = answer(id).await;
        assert_eq!(refused["extensions"]["code"], "NOT_FOUND", "{text}");
        assert_eq!(refused, answer(&nowhere(id)).await, "{text}");
    }
    let left: Vec<Value> = told(&app).await.into_iter().filter(|one| one[2] == "rival").collect();
    let what: Vec<_> = left.iter().map(|one| one[1].as_str().unwrap()).collect();
    assert_eq!(what, ["createTag", "deleteTag", "explainAccess", "updateContentType", "updateEntry"]);
    assert!(
        left.iter().all(|one| one[0] == "concealed" && one[3] == "user:admin" && one[4] == 1),
        "{left:?}"
    );
    let metrics = owner.get("/metrics").await;
    assert!(
        metrics.contains(r#"security_refusals_total{kind="access.refused",reason="concealed"}"#),
        "{metrics}"
    );
    // The record is the other brand's: whoever guesses does not read in their own whether they guessed well.
    let log = "{ auditLog(filter: {reason: {eq: \"concealed\"}}) { nodes { brand { slug } } } }";
    assert_eq!(spy.data(log, json!({})).await["auditLog"]["nodes"], json!([]));
    let theirs = app.as_role_in(Role::Admin, "rival").data(log, json!({})).await["auditLog"]["nodes"].take();
    assert_eq!(theirs.as_array().unwrap().len(), 5, "{theirs}");
    drop(acme);
}

#[tokio::test]
async fn guessed_ids_of_another_brand_are_recorded_and_no_others() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    brand(&owner, "acme").await;
    let rival = brand(&owner, "rival").await;
    let [tag, _, entry] = content(&owner, &rival).await;
    let spy = app.as_role_in(Role::Viewer, "acme");
    let ids = json!({"tag": tag, "ids": [entry, tag, format!("entry_{}", uuid::Uuid::from_u128(7))], "entry": entry});
    let text = "query($tag: ID!, $ids: [ID!]!, $entry: ID!) { node(id: $tag) { id } nodes(ids: $ids) { id } entry(by: {id: $entry}) { id } }";
    let (answer, statements) = spy.counted(text, ids.clone()).await;
    assert_eq!(answer, json!({"node": null, "nodes": [null, null, null], "entry": null}));
    assert_eq!(statements, 4, "nobody waits for the look");
    // Who sees the brand guesses nothing, who sees what is public neither.
    app.as_role_in(Role::Viewer, "rival").data(text, ids.clone()).await;
    app.as_role_in(Role::Delivery, "rival").data(text, ids.clone()).await;
    owner.data(text, ids).await;
    assert_eq!(
        json!(told(&app).await),
        json!([
            ["concealed", "entry", "rival", "user:viewer", 1],
            ["concealed", "node", "rival", "user:viewer", 1],
            ["concealed", "nodes", "rival", "user:viewer", 2],
        ])
    );
}

#[tokio::test]
async fn entries_out_of_a_roles_reach_are_recorded_in_the_brand() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let acme = brand(&owner, "acme").await;
    brand(&owner, "rival").await;
    let [_, _, entry] = content(&owner, &acme).await;
    let role = json!({"input": {"brandId": acme, "name": "german", "restrictions": {"rows": {"field": "fields.market", "eq": "de"}},
        "permissions": ["brand:read", "entry:read", "entry:preview", "entry:write"]}});
    owner
        .data("mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }", role)
        .await;
    let given =
        json!({"input": {"brandId": acme, "issuer": "brandgraph", "subject": "delivery", "role": "german"}});
    owner
        .data("mutation($input: GrantRoleInput!) { grantRole(input: $input) { member { id } } }", given)
        .await;
    let somebody = app.as_role_in(Role::Delivery, "rival");
    let text = "mutation($id: ID!) { updateEntry(input: {id: $id, title: \"B\"}) { entry { id } } }";
    assert_eq!(somebody.code(text, json!({"id": entry})).await, "NOT_FOUND");
    let left = told(&app).await;
    assert_eq!(json!(left), json!([["concealed", "updateEntry", "acme", "user:delivery", 1]]));
}

#[tokio::test]
async fn files_of_another_brand_are_recorded_there() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    brand(&owner, "acme").await;
    let rival = brand(&owner, "rival").await;
    let create = "mutation($input: CreateAssetInput!) { createAsset(input: $input) { asset { id } } }";
    let input = json!({"brandId": rival, "filename": "a.jpg", "mediaType": "image/jpeg", "url": "https://cdn.example/a.jpg"});
    let made = owner.data(create, json!({"input": input})).await;
    let path = format!("/v1/assets/{}", made["createAsset"]["asset"]["id"].as_str().unwrap());
    let spy = app.as_role_in(Role::Viewer, "acme");
    let answer = spy.send(Request::get(path), Body::empty()).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(json!(told(&app).await), json!([["concealed", "/v1/assets", "rival", "user:viewer", 1]]));
}
