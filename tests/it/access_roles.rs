//! Roles of a brand's own and their members, by the graph: made, given, in force, explained, taken back.

use brandgraph::domain::access::Role;
use serde_json::{Value, json};

use crate::harness::{Persona, TestApp};

const CREATE: &str = "mutation($input: CreateRoleInput!) { createRole(input: $input) { role { id name permissions restrictions version } } }";
const UPDATE: &str =
    "mutation($input: UpdateRoleInput!) { updateRole(input: $input) { role { restrictions version } } }";
const DELETE: &str = "mutation($input: DeleteRoleInput!) { deleteRole(input: $input) { deletedId } }";
const GRANT: &str = "mutation($input: GrantRoleInput!) { grantRole(input: $input) { member { id role subject brand { slug } } } }";
const REVOKE: &str = "mutation($input: RevokeRoleInput!) { revokeRole(input: $input) { deletedId } }";

/// A brand with a type and two entries; the ids of brand and entries.
async fn brand(owner: &Persona<'_>, slug: &str) -> (Value, Vec<Value>) {
    let input = json!({"slug": slug, "name": slug, "defaultLocale": "en", "locales": [{"code": "en"}]});
    let made = owner
        .data(
            "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }",
            json!({"input": input}),
        )
        .await;
    let brand = made["createBrand"]["brand"]["id"].clone();
    let input = json!({"brandId": brand, "key": "article", "name": "Article", "schema": {"type": "object"}});
    let made = owner
        .data(
            "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }",
            json!({"input": input}),
        )
        .await;
    let kind = made["createContentType"]["contentType"]["id"].clone();
    let mut entries = Vec::new();
    for (slug, market) in [("one", "ch"), ("two", "de")] {
        let input = json!({"contentTypeId": kind, "slug": slug, "title": slug, "fields": {"market": market, "cost": 7}});
        let made = owner
            .data(
                "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }",
                json!({"input": input}),
            )
            .await;
        entries.push(made["createEntry"]["entry"]["id"].clone());
    }
    (brand, entries)
}

fn writer(brand: &Value) -> Value {
    json!({"input": {"brandId": brand, "name": "writer", "permissions": ["brand:read", "entry:read", "entry:preview", "entry:write"],
        "restrictions": {"types": ["article"], "rows": {"field": "fields.market", "eq": "ch"}, "read": {"except": ["fields.cost"]}}}})
}

fn given(brand: &Value, role: &str) -> Value {
    json!({"input": {"brandId": brand, "issuer": "brandgraph", "subject": "delivery", "role": role}})
}

#[tokio::test]
async fn a_role_of_a_brands_own_is_made_given_in_force_and_taken_back() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, entries) = brand(&owner, "acme").await;
    brand(&owner, "rival").await;
    // Somebody who sees what is public of another brand, by their token.
    let somebody = app.as_role_in(Role::Delivery, "rival");
    let all = "{ entries(orderBy: [{field: SLUG}]) { nodes { slug fields cost: field(path: \"cost\") } } brands { nodes { slug } } }";
    assert_eq!(
        somebody.data(all, json!({})).await,
        json!({"entries": {"nodes": []}, "brands": {"nodes": [{"slug": "rival"}]}})
    );
    let role = owner.data(CREATE, writer(&acme)).await["createRole"]["role"].take();
    assert_eq!((&role["name"], &role["version"]), (&json!("writer"), &json!(1)));
    let member = owner.data(GRANT, given(&acme, "writer")).await["grantRole"]["member"].take();
    assert_eq!(member["brand"]["slug"], "acme");
    let answer = somebody.graphql(all, json!({})).await;
    assert_eq!(
        answer["data"]["entries"]["nodes"],
        json!([{"slug": "one", "fields": {"market": "ch"}, "cost": null}])
    );
    assert_eq!(answer["data"]["brands"]["nodes"], json!([{"slug": "acme"}, {"slug": "rival"}]));
    // It writes as far as the role goes, and not in the brand of the token.
    let update = "mutation($id: ID!, $fields: JSON!) { updateEntry(input: {id: $id, fieldsPatch: $fields}) { entry { slug } } }";
    somebody.data(update, json!({"id": entries[0], "fields": {"body": "x"}})).await;
    for (entry, fields, code) in [
        (&entries[0], json!({"cost": 1}), "FORBIDDEN"),
        (&entries[0], json!({"market": "de"}), "FORBIDDEN"),
        (&entries[1], json!({"body": "x"}), "NOT_FOUND"),
    ] {
        assert_eq!(somebody.code(update, json!({"id": entry, "fields": fields})).await, code, "{fields}");
    }
    let viewer = "{ viewer { roles access { __typename role brands permissions restrictions } } }";
    let held = somebody.data(viewer, json!({})).await["viewer"].take();
    assert_eq!(held["roles"], json!(["delivery", "writer"]));
    assert_eq!(
        (&held["access"][1]["brands"], &held["access"][1]["restrictions"]["types"]),
        (&json!([acme]), &json!(["article"]))
    );
    // A change of the role holds at once.
    let change = json!({"input": {"id": role["id"], "expectedVersion": 1, "restrictions": {"rows": {"field": "fields.market", "eq": "de"}}}});
    owner.data(UPDATE, change).await;
    let nodes = somebody.data(all, json!({})).await["entries"]["nodes"].take();
    assert_eq!(nodes, json!([{"slug": "two", "fields": {"market": "de", "cost": 7}, "cost": 7}]));
    let held = json!({"input": {"id": role["id"]}});
    assert_eq!(owner.code(DELETE, held.clone()).await, "CONFLICT");
    owner.data(REVOKE, json!({"input": {"id": member["id"]}})).await;
    assert_eq!(somebody.data(all, json!({})).await["entries"]["nodes"], json!([]));
    owner.data(DELETE, held).await;
    let roles =
        owner.data("{ roles { totalCount { value } } members { totalCount { value } } }", json!({})).await;
    assert_eq!(
        roles,
        json!({"roles": {"totalCount": {"value": 0}}, "members": {"totalCount": {"value": 0}}})
    );
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_and_a_brand_keeps_its_last_owner() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, _) = brand(&owner, "acme").await;
    let (rival, _) = brand(&owner, "rival").await;
    let admin = app.as_role_in(Role::Admin, "acme");
    assert_eq!(admin.code(GRANT, given(&acme, "owner")).await, "FORBIDDEN");
    assert_eq!(admin.code(GRANT, given(&rival, "viewer")).await, "NOT_FOUND");
    assert_eq!(admin.code(GRANT, given(&acme, "nobody")).await, "INVALID");
    assert_eq!(app.as_role(Role::Editor).code(GRANT, given(&acme, "viewer")).await, "FORBIDDEN");
    let boss =
        json!({"input": {"brandId": acme, "name": "boss", "permissions": ["brand:read", "brand:write"]}});
    assert_eq!(admin.code(CREATE, boss.clone()).await, "FORBIDDEN");
    let boss = owner.data(CREATE, boss).await["createRole"]["role"]["id"].take();
    assert_eq!(admin.code(GRANT, given(&acme, "boss")).await, "FORBIDDEN");
    // Nor do they reshape or remove it.
    assert_eq!(
        admin.code(UPDATE, json!({"input": {"id": boss, "permissions": ["brand:read"]}})).await,
        "FORBIDDEN"
    );
    assert_eq!(admin.code(DELETE, json!({"input": {"id": boss}})).await, "FORBIDDEN");
    let elsewhere = app.as_role_in(Role::Owner, "rival");
    assert_eq!(elsewhere.code(DELETE, json!({"input": {"id": boss}})).await, "NOT_FOUND");
    // The last owner stays.
    let last = owner.data(GRANT, given(&acme, "owner")).await["grantRole"]["member"]["id"].take();
    assert_eq!(admin.code(REVOKE, json!({"input": {"id": last}})).await, "FORBIDDEN");
    let error = owner.error(REVOKE, json!({"input": {"id": last}})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "last_owner");
    assert_eq!(owner.code(GRANT, given(&acme, "owner")).await, "CONFLICT");
    let mut second = given(&acme, "owner");
    second["input"]["subject"] = json!("ann");
    owner.data(GRANT, second).await;
    owner.data(REVOKE, json!({"input": {"id": last}})).await;
}

#[tokio::test]
async fn a_role_that_makes_no_sense_is_refused_with_everything_that_is_wrong() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, _) = brand(&owner, "acme").await;
    let rows = json!({"field": "fields.market", "is": "ch"});
    let input = json!({"brandId": acme, "name": "owner", "permissions": ["entry:fly"], "restrictions": {"rows": rows}});
    let error = owner.error(CREATE, json!({"input": input})).await;
    let paths: Vec<&Value> =
        error["extensions"]["violations"].as_array().unwrap().iter().map(|one| &one["path"]).collect();
    assert_eq!(paths, ["input.name", "input.permissions/0", "input.restrictions.rows.is"]);
    let stray = json!({"brandId": acme, "name": "stray", "permissions": ["brand:read", "source:read"], "restrictions": {"types": ["article"]}});
    let error = owner.error(CREATE, json!({"input": stray})).await;
    assert_eq!(error["extensions"]["violations"][0]["code"], "restricted");
}

#[tokio::test]
async fn access_is_explained_to_whoever_it_is_about_and_to_whoever_manages_it() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, entries) = brand(&owner, "acme").await;
    brand(&owner, "rival").await;
    owner.data(CREATE, writer(&acme)).await;
    let member = owner.data(GRANT, given(&acme, "writer")).await["grantRole"]["member"]["id"].take();
    let somebody = app.as_role_in(Role::Delivery, "rival");
    let explain = "query($node: ID!, $action: String!, $field: String, $member: ID) { explainAccess(node: $node, action: $action, field: $field, member: $member) \
        { allowed action decides { role rule text } roles { role rule } } }";
    let ask =
        |action: &str, field: Option<&str>| json!({"node": entries[0], "action": action, "field": field});
    let found = somebody.data(explain, ask("entry:write", Some("fields.body"))).await["explainAccess"].take();
    assert_eq!((&found["allowed"], &found["decides"]["role"]), (&json!(true), &json!("writer")));
    for (action, field, rule) in [
        ("entry:read", Some("fields.cost"), "FIELD"),
        ("entry:read", Some("publishProblem"), "FIELD"),
        ("entry:read", None, "ALLOWED"),
        ("entry:publish", None, "PERMISSION"),
    ] {
        let found = somebody.data(explain, ask(action, field)).await["explainAccess"].take();
        assert_eq!(found["decides"]["rule"], rule, "{action} {field:?}: {found}");
    }
    // What is not seen is not explained; what others may do is told to those who manage it.
    let mut other = ask("entry:read", None);
    other["node"] = entries[1].clone();
    assert_eq!(somebody.code(explain, other.clone()).await, "NOT_FOUND");
    other["member"] = member.clone();
    let found = owner.data(explain, other).await["explainAccess"].take();
    assert_eq!((&found["allowed"], &found["decides"]["rule"]), (&json!(false), &json!("ROWS")));
    // A condition on claims is explained by claims that are given, and only about others.
    let claimed = json!({"input": {"brandId": acme, "name": "claimed", "permissions": ["brand:read", "entry:read", "entry:preview"],
        "restrictions": {"rows": {"field": "fields.market", "in": {"claim": "markets"}}}}});
    owner.data(CREATE, claimed).await;
    let mut whose = given(&acme, "claimed");
    whose["input"]["subject"] = json!("somebody else");
    let whose = owner.data(GRANT, whose).await["grantRole"]["member"]["id"].take();
    let with = "query($node: ID!, $member: ID, $claims: JSON) { explainAccess(node: $node, action: \"entry:read\", member: $member, claims: $claims) { allowed decides { rule } } }";
    for (claims, rule) in [
        (Value::Null, "ROWS"),
        (json!({"markets": ["de"]}), "ROWS"),
        (json!({"markets": ["ch"]}), "ALLOWED"),
        (json!({"markets": "ch"}), "ALLOWED"),
    ] {
        let asked = json!({"node": entries[0], "member": whose, "claims": claims});
        assert_eq!(owner.data(with, asked).await["explainAccess"]["decides"]["rule"], rule, "{claims}");
    }
    let asked =
        |claims: Value, member: &Value| json!({"node": entries[0], "member": member, "claims": claims});
    assert_eq!(somebody.code(with, asked(json!({"markets": ["ch"]}), &whose)).await, "FORBIDDEN");
    assert_eq!(owner.code(with, asked(json!({"markets": ["ch"]}), &Value::Null)).await, "INVALID");
    assert_eq!(owner.code(with, asked(json!(["ch"]), &whose)).await, "INVALID");
    let mut other = ask("entry:read", None);
    other["member"] = member;
    assert_eq!(app.as_role(Role::Editor).code(explain, other).await, "FORBIDDEN");
    assert_eq!(somebody.code(explain, ask("entry:fly", None)).await, "INVALID");
    for field in ["zzz", "fields.", "fields", "tags", "fields.cost"] {
        let answer = somebody.graphql(explain, ask("entry:read", Some(field))).await;
        let code = answer["errors"][0]["extensions"]["violations"][0]["code"].clone();
        let expected = if ["zzz", "fields."].contains(&field) { json!("unknown_field") } else { Value::Null };
        assert_eq!(code, expected, "{field}: {answer}");
    }
}

#[tokio::test]
async fn a_name_that_a_credential_has_is_not_given_to_another_role() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, _) = brand(&owner, "acme").await;
    let (rival, _) = brand(&owner, "rival").await;
    let reader = |brand: &Value| json!({"input": {"brandId": brand, "name": "reader", "permissions": ["brand:read", "entry:read"]}});
    let boss = json!({"input": {"brandId": acme, "name": "reader", "permissions": ["brand:read", "brand:write", "access:manage"]}});
    let key = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { id } } }";
    let application = "mutation($input: CreateApplicationInput!) { createApplication(input: $input) { application { id } } }";
    let revoke = "mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id } } }";
    let give_up = "mutation($input: RevokeApplicationInput!) { revokeApplication(input: $input) { application { id } } }";
    let role = owner.data(CREATE, reader(&acme)).await["createRole"]["role"]["id"].take();
    let delete = json!({"input": {"id": role}});
    let both = json!({"input": {"name": "both", "roles": ["reader"], "brands": [acme, rival]}});
    let both = owner.data(key, both).await["createApiKey"]["apiKey"]["id"].take();
    assert_eq!(owner.code(DELETE, delete.clone()).await, "CONFLICT");
    // The key is for both brands, but nobody gave it a role of the other one.
    assert_eq!(owner.code(CREATE, reader(&rival)).await, "CONFLICT");
    owner.data(revoke, json!({"input": {"id": both}})).await;
    let partner = json!({"input": {"name": "partner", "roles": ["reader"], "brands": [acme]}});
    let partner = owner.data(application, partner).await["createApplication"]["application"]["id"].take();
    owner.data(CREATE, reader(&rival)).await;
    assert_eq!(owner.code(DELETE, delete.clone()).await, "CONFLICT");
    owner.data(give_up, json!({"input": {"id": partner}})).await;
    // What has ended holds nothing.
    let until = app.clock.now() + chrono::TimeDelta::hours(1);
    let short = json!({"input": {"name": "short", "roles": ["reader"], "brands": [acme], "expiresAt": until.to_rfc3339()}});
    owner.data(key, short).await;
    assert_eq!(owner.code(DELETE, delete.clone()).await, "CONFLICT");
    app.clock.advance(chrono::TimeDelta::hours(1));
    owner.data(DELETE, delete).await;
    owner.data(CREATE, boss).await;
}

#[tokio::test]
async fn an_explanation_tells_nothing_that_is_hidden() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let (acme, entries) = brand(&owner, "acme").await;
    brand(&owner, "rival").await;
    let role = |name: &str, permissions: &[&str], restrictions: Value| {
        json!({"input": {"brandId": acme, "name": name,
        "permissions": permissions, "restrictions": restrictions}})
    };
    let reads = ["brand:read", "entry:read", "entry:preview"];
    let masked = json!({"read": {"except": ["fields.market", "status"]}});
    let market = |value: Value| json!({"rows": {"field": "fields.market", "in": value}});
    owner.data(CREATE, role("masked", &reads, masked)).await;
    owner.data(CREATE, role("manager", &["brand:read", "access:manage"], json!({}))).await;
    owner.data(CREATE, role("claimed", &reads, market(json!({"claim": "markets"})))).await;
    owner.data(CREATE, role("swiss", &reads, market(json!(["ch"])))).await;
    owner.data(CREATE, role("drafts", &reads, json!({"statuses": ["DRAFT"]}))).await;
    for name in ["masked", "manager"] {
        owner.data(GRANT, given(&acme, name)).await;
    }
    let mut others = Vec::new();
    for name in ["claimed", "swiss", "drafts", "delivery"] {
        let mut whose = given(&acme, name);
        whose["input"]["subject"] = json!(name);
        if name == "delivery" {
            whose["input"]["subject"] = json!("public");
        }
        others.push(owner.data(GRANT, whose).await["grantRole"]["member"]["id"].take());
    }
    let somebody = app.as_role_in(Role::Delivery, "rival");
    let text = "query($node: ID!, $member: ID, $claims: JSON) { explainAccess(node: $node, action: \"entry:read\", member: $member, claims: $claims) { allowed decides { rule } } }";
    for member in &others {
        for entry in &entries {
            let asked = json!({"node": entry, "member": member});
            let found = somebody.data(text, asked).await["explainAccess"].take();
            assert_eq!(found, json!({"allowed": false, "decides": {"rule": "UNSEEN"}}), "{member}");
        }
    }
    let claims = json!({"node": entries[0], "member": others[0], "claims": {"markets": ["ch"]}});
    assert_eq!(somebody.code(text, claims.clone()).await, "FORBIDDEN");
    assert_eq!(owner.data(text, claims).await["explainAccess"]["decides"]["rule"], "ALLOWED");
    // One's own only role is known, a second one tells of what both of them hide.
    let own = json!({"node": entries[0]});
    let found = somebody.data(text, own.clone()).await["explainAccess"].take();
    assert_eq!(found["decides"]["rule"], "ALLOWED");
    let public =
        "query($node: ID!) { explainAccess(node: $node, action: \"entry:read\") { roles { role rule } } }";
    owner.data(GRANT, given(&acme, "delivery")).await;
    let roles = somebody.data(public, own).await["explainAccess"]["roles"].take();
    let told = roles.as_array().unwrap().iter().map(|one| one["rule"].as_str().unwrap()).collect::<Vec<_>>();
    assert!(told.contains(&"UNSEEN") && !told.contains(&"PUBLISHED"), "{roles}");
}
