//! Every mutation of the schema leaves one record of exactly what it changed, in the transaction that changed it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::{
    audit_steps::{Step, walk},
    harness::TestApp,
};

/// The mutations that a schema has, each with the type of its input.
pub fn mutations(sdl: &str) -> BTreeMap<String, String> {
    let body = sdl.split("type Mutation {").nth(1).unwrap().split("\n}").next().unwrap();
    let (mut names, mut name) = (BTreeMap::new(), String::new());
    let mut within = false;
    for line in body.lines().filter_map(|line| line.strip_prefix('\t')) {
        if line.starts_with("\"\"\"") {
            let ends_here = line.len() > 3 && line.ends_with("\"\"\"");
            within = !(within || ends_here);
            continue;
        }
        if within {
            continue;
        }
        if let Some((found, _)) = line.split_once('(').filter(|(found, _)| !found.starts_with('\t')) {
            name = found.to_owned();
            names.insert(name.clone(), String::new());
        }
        if let Some((_, input)) = line.split_once("input: ") {
            let end = input.find(['!', ')', ' ']).unwrap_or(input.len());
            names.insert(name.clone(), input[..end].to_owned());
        }
    }
    names
}

/// Puts the ids of earlier steps in.
pub fn filled(value: &Value, ids: &HashMap<&str, String>) -> Value {
    match value {
        Value::String(text) => match text.split_at_checked(1) {
            Some(("$", name)) => json!(ids[name]),
            Some(("#", name)) => json!(ids[name].rsplit_once('_').unwrap().1),
            _ => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| filled(item, ids)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.clone(), filled(value, ids))).collect()
        }
        other => other.clone(),
    }
}

/// Sets have no order.
fn sorted(mut side: Value) -> Value {
    for name in ["tags", "categories"] {
        if let Some(set) = side.get_mut(name).and_then(Value::as_array_mut) {
            set.sort_by_key(Value::to_string);
        }
    }
    side
}

async fn records(connection: &mut PgConnection, after: i64) -> Vec<Value> {
    let sql = "select to_jsonb(r) from audit_record r where position > $1 order by position";
    sqlx::query_scalar(sql).bind(after).fetch_all(connection).await.unwrap()
}

/// The operations that a batch can do.
pub fn operations(sdl: &str) -> BTreeSet<String> {
    let body = sdl.split("input BatchOperation @oneOf {").nth(1).unwrap().split("\n}").next().unwrap();
    let names = body.lines().filter_map(|line| line.strip_prefix('\t')?.split_once(": "));
    names
        .filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic()))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// What the mutation is asked as an operation of a batch.
pub const AS_BATCH: &str = "mutation($input: BatchInput!) { batch(input: $input) { committed results { status error { code message } } } }";

#[tokio::test]
async fn every_mutation_leaves_a_record_of_exactly_what_it_changed() {
    recorded(false).await;
}

#[tokio::test]
async fn every_operation_of_a_batch_leaves_the_record_of_its_mutation() {
    recorded(true).await;
}

async fn recorded(in_batches: bool) {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let mut database = app.db.connect().await;
    let mut ids: HashMap<&str, String> = HashMap::new();
    let mut last = 0;
    let mut exercised = BTreeSet::new();
    let there = mutations(&app.engine.sdl());
    assert!(there.len() > 20, "the mutations are read from the schema: {there:?}");
    let batched = if in_batches { operations(&app.engine.sdl()) } else { BTreeSet::new() };
    assert!(!in_batches || batched.len() > 20, "the operations are read from the schema: {batched:?}");
    for Step { mutation, name, input, kind, before, after } in walk() {
        let input_type = &there[mutation];
        let query =
            format!("mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ __typename }} }}");
        if batched.contains(mutation) {
            let operations = json!([{mutation: filled(&input, &ids)}]);
            let done =
                owner.data(AS_BATCH, json!({"input": {"mode": "ATOMIC", "operations": operations}})).await;
            assert_eq!(done["batch"]["committed"], json!(true), "{mutation}: {done:#}");
            exercised.insert("batch".to_owned());
        } else {
            owner.data(&query, json!({"input": filled(&input, &ids)})).await;
        }
        let left = records(&mut database, last).await;
        assert_eq!(left.len(), 1, "{mutation} leaves one record: {left:#?}");
        let record = &left[0];
        last = record["position"].as_i64().unwrap();
        let node = record["node"].as_str().unwrap().to_owned();
        assert!(ids.get(name).is_none_or(|known| *known == node), "{mutation} records {node}");
        ids.insert(name, node.clone());
        assert_eq!(record["kind"], json!(kind), "{mutation}");
        assert_eq!(sorted(record["before"].clone()), sorted(filled(&before, &ids)), "{mutation}, before");
        assert_eq!(sorted(record["after"].clone()), sorted(filled(&after, &ids)), "{mutation}, after");
        assert_eq!(record["actor"], json!("user:owner"));
        assert!(record["credential"].as_str().unwrap().starts_with("token:"), "{record}");
        assert_eq!((&record["outcome"], &record["count"]), (&json!("done"), &json!(1)));
        assert!(record["request_id"].is_string());
        let brand = ids["brand"].rsplit_once('_').unwrap().1;
        assert_eq!(record["brand"], json!(brand), "{mutation}");
        let parts = in_batches || mutation == "upsertEntry";
        same_transaction(&mut database, record, &node, mutation, parts).await;
        exercised.insert(mutation.to_owned());
    }
    let missing: Vec<&String> =
        there.keys().filter(|name| !exercised.contains(*name) && *name != "batch").collect();
    assert!(
        missing.is_empty(),
        "give these mutations a step in `walk`, with the record that they leave: {missing:?}"
    );
}

/// The row says which transaction wrote it last: the record's.
async fn same_transaction(
    database: &mut PgConnection,
    record: &Value,
    node: &str,
    mutation: &str,
    in_parts: bool,
) {
    let (prefix, key) = node.rsplit_once('_').unwrap();
    let table = if prefix == "type" { "content_type" } else { prefix };
    let sql = format!("select xmin::text::bigint from {table} where id = '{key}'");
    let wrote: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(database).await.unwrap();
    let said = record["xid"].as_i64().unwrap() % (1 << 32);
    // A part of a transaction that can be taken back alone has a number of its own, right after the whole's.
    let numbers = said..=said + if in_parts { 5 } else { 0 };
    assert!(
        wrote.is_none_or(|wrote| numbers.contains(&wrote)),
        "{mutation} was recorded by another transaction"
    );
}

#[tokio::test]
async fn what_cannot_be_committed_leaves_no_record() {
    let app = TestApp::start().await;
    let mut database = app.db.connect().await;
    let refuse = "create function refuse() returns trigger language plpgsql as $$ begin raise 'not this one'; end $$;
        create constraint trigger late after insert on brand deferrable initially deferred for each row execute function refuse()";
    sqlx::raw_sql(refuse).execute(&mut database).await.unwrap();
    let input = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}]});
    let create = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
    assert_eq!(app.as_owner().code(create, json!({"input": input})).await, "INTERNAL");
    assert_eq!(records(&mut database, 0).await, Vec::<Value>::new());
}

#[tokio::test]
async fn nobody_changes_removes_or_empties_the_record() {
    let app = TestApp::start().await;
    let input = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}]});
    let create = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
    app.as_owner().data(create, json!({"input": input})).await;
    let mut database = app.db.connect().await;
    let before = records(&mut database, 0).await;
    assert_eq!(before.len(), 1);
    for table in ["audit_record", "audit_seal"] {
        for attack in [
            format!("update {table} set xid = 0"),
            format!("delete from {table}"),
            format!("truncate {table}"),
        ] {
            let refused =
                sqlx::query(AssertSqlSafe(attack.clone())).execute(&mut database).await.unwrap_err();
            let code = refused.as_database_error().unwrap().code().unwrap().into_owned();
            assert_eq!(code, "42501", "{attack}");
        }
    }
    assert_eq!(records(&mut database, 0).await, before);
}
