//! Every field of the query and mutation types does for every role what the table of `schema/permissions.txt` says.

use std::collections::{BTreeSet, HashMap};

use brandgraph::{
    domain::{access::Role, catalog::Catalog, node::Kind},
    graphql::needs::{self, Needs},
};
use serde_json::{Value, json};

use crate::{
    audit_steps::{Step, walk},
    audit_walk::{AS_BATCH, filled, mutations, operations},
    harness::{Persona, TestApp},
};

/// The code of the first error; nothing where there is none.
async fn code(who: &Persona<'_>, query: &str, variables: Value) -> Option<String> {
    let answer = who.graphql(query, variables).await;
    answer["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
}

fn refused(code: Option<&str>) -> bool {
    matches!(code, Some("FORBIDDEN" | "UNAUTHENTICATED" | "INTERNAL"))
}

/// A question that a root field can be asked, for nodes that there are none of.
fn question(field: &Value, brand: &str) -> String {
    let name = field["name"].as_str().unwrap();
    let shown = [&field["type"]["name"], &field["type"]["ofType"]["name"]];
    let shown = shown.into_iter().find_map(Value::as_str).unwrap_or_default();
    let kind = Kind::ALL.into_iter().find(|kind| kind.type_name() == shown).unwrap_or(Kind::Entry);
    let id = format!("{}_00000000-0000-0000-0000-00000000dead", kind.prefix());
    let asks = |argument: &str| field["args"].as_array().unwrap().iter().any(|one| one["name"] == argument);
    let id = if field["name"] == "uploadParts" { id.replace("entry_", "upload_") } else { id };
    let arguments = if asks("by") {
        format!("(by: {{id: \"{id}\"}})")
    } else if asks("id") {
        format!("(id: \"{id}\")")
    } else if asks("ids") {
        format!("(ids: [\"{id}\"])")
    } else if asks("node") {
        format!("(node: \"{brand}\", action: \"brand:read\")")
    } else {
        String::new()
    };
    format!("{{ {name}{arguments} {{ __typename }} }}")
}

#[tokio::test]
async fn every_query_asks_for_what_the_table_says() {
    let app = TestApp::start().await;
    let create = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
    let input = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}]});
    let made = app.as_owner().data(create, json!({"input": input})).await;
    let brand = made["createBrand"]["brand"]["id"].as_str().unwrap();
    let introspection =
        "{ __schema { queryType { fields { name args { name } type { name ofType { name } } } } } }";
    let schema = app.as_owner().data(introspection, json!({})).await;
    let fields = schema["__schema"]["queryType"]["fields"].as_array().unwrap();
    let table: HashMap<&str, Needs> =
        needs::queries(&Catalog::built_in().unwrap()).unwrap().into_iter().collect();
    let there: BTreeSet<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(there, table.keys().copied().collect(), "give a new query a row in `graphql/needs.rs`");
    for field in fields {
        let (name, query) = (field["name"].as_str().unwrap(), question(field, brand));
        let needs = table[name];
        for role in Role::ALL {
            let found = code(&app.as_role(role), &query, json!({})).await;
            let allowed = needs.permission().is_none_or(|permission| role.holds(permission));
            let expected = (!allowed).then_some("FORBIDDEN");
            assert_eq!(found.as_deref(), expected, "{} asks {query}", role.name());
        }
        let found = code(&app.as_anonymous(), &query, json!({})).await;
        let expected = (needs != Needs::Nothing).then_some("UNAUTHENTICATED");
        assert_eq!(found.as_deref(), expected, "anonymous asks {query}");
    }
}

#[tokio::test]
async fn every_mutation_asks_for_what_the_table_says() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let mut database = app.db.connect().await;
    let there = mutations(&app.engine.sdl());
    let batched = operations(&app.engine.sdl());
    let table: HashMap<&str, Needs> = needs::MUTATIONS.into_iter().collect();
    let named: BTreeSet<&str> = there.keys().map(String::as_str).collect();
    assert_eq!(named, table.keys().copied().collect(), "give a new mutation a row in `graphql/needs.rs`");
    let (mut ids, mut asked, mut firsts) = (HashMap::new(), BTreeSet::new(), Vec::new());
    for Step { mutation, name, input, .. } in walk() {
        let query = format!(
            "mutation($input: {}!) {{ {mutation}(input: $input) {{ __typename }} }}",
            there[mutation]
        );
        let permission = table[mutation].permission().unwrap();
        if asked.insert(mutation) {
            // With the ids of what is there: whoever lacks the permission is told so, and nothing comes of it.
            let variables = json!({"input": filled(&input, &ids)});
            for role in Role::ALL.into_iter().filter(|role| !role.holds(permission)) {
                let found = code(&app.as_role(role), &query, variables.clone()).await;
                assert_eq!(found.as_deref(), Some("FORBIDDEN"), "{} asks {mutation}", role.name());
            }
            let found = code(&app.as_anonymous(), &query, variables.clone()).await;
            assert_eq!(found.as_deref(), Some("UNAUTHENTICATED"), "anonymous asks {mutation}");
            if batched.contains(mutation) {
                let input = json!({"mode": "PER_ITEM", "operations": [{mutation: variables["input"]}]});
                for role in Role::ALL.into_iter().filter(|role| !role.holds(permission)) {
                    let done = app.as_role(role).data(AS_BATCH, json!({"input": input})).await;
                    let found = &done["batch"]["results"][0]["error"]["code"];
                    assert_eq!(found, "FORBIDDEN", "{} asks {mutation} in a batch", role.name());
                }
                let found = code(&app.as_anonymous(), AS_BATCH, json!({"input": input})).await;
                assert_eq!(found.as_deref(), Some("UNAUTHENTICATED"), "anonymous asks a batch");
            }
            firsts.push((mutation, query.clone(), input.clone()));
        }
        owner.data(&query, json!({"input": filled(&input, &ids)})).await;
        let last = "select node from audit_record where outcome = 'done' order by position desc limit 1";
        let node: String = sqlx::query_scalar(last).fetch_one(&mut database).await.unwrap();
        ids.insert(name, node);
    }
    // With ids of what is not there: whoever holds the permission is told that, and nobody else's business.
    for id in ids.values_mut() {
        id.truncate(id.len() - 12);
        id.push_str("00000000dead");
    }
    for (mutation, query, input) in firsts {
        let permission = table[mutation].permission().unwrap();
        for role in Role::ALL.into_iter().filter(|role| role.holds(permission)) {
            let found = code(&app.as_role(role), &query, json!({"input": filled(&input, &ids)})).await;
            assert!(!refused(found.as_deref()), "{} asks {mutation}: {found:?}", role.name());
        }
    }
}
