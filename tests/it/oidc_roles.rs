//! Tokens of a real OpenID Connect server whose claims come to a role of a brand's own, with conditions on those claims.

use axum::{Router, http::Request};
use brandgraph::{
    app::{build, config::Config},
    service::authn::{IssuerSettings, RoleSettings},
};
use chrono::Utc;
use serde_json::{Value, json};

use crate::{
    api_keys,
    harness::{Persona, TestApp},
    http_door,
    oidc_server::Oidc,
};

/// A brand with an entry of each of two markets.
async fn content(owner: &Persona<'_>, brand: &str) -> Vec<Value> {
    let text = "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }";
    let input =
        json!({"input": {"brandId": brand, "key": "article", "name": "A", "schema": {"type": "object"}}});
    let kind = owner.data(text, input).await["createContentType"]["contentType"]["id"].take();
    let mut entries = Vec::new();
    for market in ["dk", "se"] {
        let text = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
        let input = json!({"input": {"contentTypeId": kind, "slug": market, "title": market, "fields": {"market": market}}});
        entries.push(owner.data(text, input).await["createEntry"]["entry"]["id"].take());
    }
    entries
}

async fn ask(router: &Router, credential: &str, query: &str, variables: &Value) -> Value {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {credential}"));
    http_door::ask(router, request, json!({"query": query, "variables": variables}).to_string()).await.json()
}

#[tokio::test]
async fn a_claim_of_an_outside_issuer_gives_a_role_of_a_brands_own() {
    let app = TestApp::start().await;
    // The server's tokens are of now.
    app.clock.advance(Utc::now() - app.clock.now());
    let owner = app.as_owner();
    let [acme, rival] = api_keys::brands(&app, ["acme", "rival"]).await;
    let (ours, theirs) = (content(&owner, &acme).await, content(&owner, &rival).await);
    let role = json!({"input": {"brandId": acme, "name": "national",
        "permissions": ["brand:read", "entry:read", "entry:preview", "entry:write"],
        "restrictions": {"rows": {"field": "fields.market", "eq": {"claim": "market"}}, "read": {"except": ["status"]}}}});
    owner
        .data("mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }", role)
        .await;
    let oidc = Oidc::start().await;
    let mut config = Config::default();
    config.auth.secret = Some("a secret of the tests, of 32 bytes or more".to_owned().into());
    let given = RoleSettings {
        value: "cms-editors".to_owned(),
        role: "national".to_owned(),
        brand: Some(acme.clone()),
    };
    config.auth.issuers = vec![IssuerSettings { roles: vec![given], ..oidc.settings() }];
    let router = build::build(&config, &app.services).unwrap().router;
    let token = oidc.token("ES256").await;
    let list = "{ viewer { roles } brands { nodes { slug } } entries { nodes { slug fields } totalCount { value } } }";
    let seen = ask(&router, &token, list, &Value::Null).await;
    assert_eq!(
        seen["data"],
        json!({"viewer": {"roles": ["national"]}, "brands": {"nodes": [{"slug": "acme"}]},
            "entries": {"nodes": [{"slug": "dk", "fields": {"market": "dk"}}], "totalCount": {"value": 1}}}),
        "{seen}"
    );
    let hidden = ask(&router, &token, "{ entries { nodes { status } } }", &Value::Null).await;
    assert_eq!(hidden["errors"][0]["extensions"]["code"], "FORBIDDEN");
    let update = "mutation($id: ID!, $fields: JSON!) { updateEntry(input: {id: $id, fieldsPatch: $fields}) { entry { version } } }";
    for (id, fields, code) in [
        (&ours[0], json!({"body": "x"}), Value::Null),
        (&ours[0], json!({"market": "se"}), json!("FORBIDDEN")),
        (&ours[1], json!({"body": "x"}), json!("NOT_FOUND")),
        (&theirs[0], json!({"body": "x"}), json!("NOT_FOUND")),
    ] {
        let answer = ask(&router, &token, update, &json!({"id": id, "fields": fields})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
    // A role that is taken away is gone from the tokens too.
    let found = owner.data("{ roles { nodes { id } } }", json!({})).await["roles"]["nodes"][0]["id"].take();
    let delete = "mutation($id: ID!) { deleteRole(input: {id: $id}) { deletedId } }";
    owner.data(delete, json!({"id": found})).await;
    let after = ask(&router, &token, "{ viewer { roles } brands { nodes { slug } } }", &Value::Null).await;
    assert_eq!(after["errors"][0]["extensions"]["code"], "FORBIDDEN", "{after}");
}

#[tokio::test]
async fn a_key_of_the_wrong_brand_gets_nothing() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let [acme, rival] = api_keys::brands(&app, ["acme", "rival"]).await;
    let theirs = content(&owner, &rival).await;
    let (key, _) = api_keys::create(&owner, json!({"name": "a", "roles": ["admin"], "brands": [acme]})).await;
    let mut config = Config::default();
    config.auth.secret = Some("a secret of the tests, of 32 bytes or more".to_owned().into());
    let router = build::build(&config, &app.services).unwrap().router;
    let query = "query($id: ID!, $brand: ID!) { node(id: $id) { id } nodes(ids: [$id, $brand]) { id } entries { totalCount { value } } \
        brand(by: {slug: \"rival\"}) { id } entry(by: {slug: {brand: \"rival\", type: \"article\", slug: \"dk\"}}) { id } \
        of: entries(filter: {brand: {slug: {eq: \"rival\"}}}) { totalCount { value } facets { statuses { count } } } \
        none: entries(filter: {not: {brand: {slug: {eq: \"acme\"}}}}) { nodes { id } } auditLog { nodes { brand { slug } } } apiKeys { nodes { id } } }";
    let answer = ask(&router, &key, query, &json!({"id": theirs[0], "brand": rival})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let data = &answer["data"];
    for nothing in ["node", "brand", "entry"] {
        assert_eq!(data[nothing], Value::Null, "{nothing}");
    }
    assert_eq!(data["nodes"], json!([null, null]));
    assert_eq!(
        (&data["entries"]["totalCount"]["value"], &data["of"]["totalCount"]["value"]),
        (&json!(0), &json!(0))
    );
    assert_eq!(data["none"]["nodes"], json!([]));
    let read = data["auditLog"]["nodes"].as_array().unwrap();
    assert!(read.iter().all(|record| record["brand"]["slug"] == "acme"), "{read:?}");
    let update = "mutation($id: ID!) { updateEntry(input: {id: $id, title: \"x\"}) { entry { id } } }";
    let answer = ask(&router, &key, update, &json!({"id": theirs[0]})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND");
}
