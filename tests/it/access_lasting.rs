//! A credential that ends makes no gain that does not: neither for people nor for credentials that last longer.

use axum::http::Request;
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::{
    api_keys::{brands, create},
    harness::TestApp,
};

const UPDATE: &str = "mutation($input: UpdateRoleInput!) { updateRole(input: $input) { role { version } } }";

/// The code of the error that a key is answered with, or null.
async fn ask(app: &TestApp, key: &str, query: &str, input: Value) -> Value {
    let request = Request::post("/graphql")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {key}"));
    let body = json!({"query": query, "variables": {"input": input}}).to_string();
    let bytes = app.as_anonymous().send(request, body).await.into_body().collect().await.unwrap();
    let answer: Value = serde_json::from_slice(&bytes.to_bytes()).unwrap();
    answer["errors"][0]["extensions"]["code"].clone()
}

#[tokio::test]
async fn a_key_that_ends_widens_no_role_that_somebody_keeps() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let [acme] = brands(&app, ["acme"]).await;
    let end = "2026-11-20T13:00:00Z";
    let (ending, _) =
        create(&owner, json!({"name": "a", "roles": ["admin"], "brands": [acme], "expiresAt": end})).await;
    let (endless, _) = create(&owner, json!({"name": "b", "roles": ["admin"], "brands": [acme]})).await;
    let make = async |name: &str| {
        let input = json!({"brandId": acme, "name": name, "permissions": ["brand:read", "entry:read"],
            "restrictions": {"types": ["article"]}});
        let text = "mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id } } }";
        owner.data(text, json!({"input": input})).await["createRole"]["role"]["id"].take()
    };
    let more =
        |role: &Value| json!({"id": role, "permissions": ["brand:read", "entry:read", "entry:preview"]});
    let open = |role: &Value| json!({"id": role, "restrictions": {}});
    // Nobody has it.
    let free = make("free").await;
    assert_eq!(ask(&app, &ending, UPDATE, more(&free)).await, Value::Null);
    // Somebody has it.
    let held = make("held").await;
    let given = json!({"brandId": acme, "issuer": "brandgraph", "subject": "me", "role": "held"});
    let grant = "mutation($input: GrantRoleInput!) { grantRole(input: $input) { member { id } } }";
    owner.data(grant, json!({"input": given})).await;
    // A key that lasts longer has it, one that ends as early does.
    let [longer, shorter] = [make("longer").await, make("shorter").await];
    create(
        &owner,
        json!({"name": "c", "roles": ["longer"], "brands": [acme], "expiresAt": "2026-11-20T13:00:01Z"}),
    )
    .await;
    create(&owner, json!({"name": "d", "roles": ["shorter"], "brands": [acme], "expiresAt": end})).await;
    for role in [&held, &longer] {
        assert_eq!(ask(&app, &ending, UPDATE, more(role)).await, "FORBIDDEN");
        assert_eq!(ask(&app, &ending, UPDATE, open(role)).await, "FORBIDDEN");
        // What is taken away, and words, are no gain.
        let input = json!({"id": role, "description": "x", "permissions": ["brand:read"]});
        assert_eq!(ask(&app, &ending, UPDATE, input).await, Value::Null);
        assert_eq!(ask(&app, &endless, UPDATE, more(role)).await, Value::Null);
    }
    assert_eq!(ask(&app, &ending, UPDATE, more(&shorter)).await, Value::Null);
    assert_eq!(ask(&app, &ending, UPDATE, open(&shorter)).await, Value::Null);
}
