//! Every mutation of the schema leaves one record of exactly what it changed, in the transaction that changed it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::harness::TestApp;

/// What a mutation is asked, and what its record must say. `$name` is the global id of an earlier step's node, `#name` its key.
struct Step {
    mutation: &'static str,
    /// What later steps call the node.
    name: &'static str,
    input: Value,
    kind: &'static str,
    before: Value,
    after: Value,
}

fn step(
    mutation: &'static str,
    name: &'static str,
    input: Value,
    kind: &'static str,
    before: Value,
    after: Value,
) -> Step {
    Step { mutation, name, input, kind, before, after }
}

/// The mutations that a schema has, each with the type of its input.
pub fn mutations(sdl: &str) -> BTreeMap<String, String> {
    let body = sdl.split("type Mutation {").nth(1).unwrap().split("\n}").next().unwrap();
    let (mut names, mut name) = (BTreeMap::new(), String::new());
    let mut within = false;
    for line in body.lines().filter_map(|line| line.strip_prefix('\t')) {
        if line.starts_with("\"\"\"") {
            within = !within && !(line.len() > 3 && line.ends_with("\"\"\""));
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

#[expect(clippy::too_many_lines, reason = "one line of a table for each mutation")]
fn walk() -> Vec<Step> {
    let schema =
        json!({"type": "object", "properties": {"price": {"type": "number"}, "body": {"type": "string"}}});
    let wider = json!({"type": "object", "properties": {"price": {"type": "number"}, "body": {"type": "string"}, "more": {"type": "string"}}});
    let brand = json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}, {"code": "de", "fallback": "en"}]});
    let image = |fields: Value| {
        json!({"contentTypeId": "#type", "translationId": "#entry", "slug": "oil", "locale": "en", "title": "Oil", "status": "draft",
            "fields": fields, "sourceId": null, "externalId": null, "version": 1, "publishedAt": null, "scheduledAt": null,
            "publishProblem": null, "deletedAt": null, "tags": ["#tag"]})
    };
    let tag = json!({"slug": "new", "name": "New", "version": 1});
    let category = json!({"parentId": null, "slug": "food", "name": "Food", "position": 0, "version": 1});
    let inner = json!({"parentId": null, "slug": "oils", "name": "Oils", "position": 0, "version": 1});
    let asset = json!({"filename": "a.jpg", "title": null, "alt": "An olive", "mediaType": "image/jpeg", "byteSize": null, "width": null,
        "height": null, "url": "https://cdn.example/a.jpg", "metadata": {}, "sourceId": null, "externalId": null, "version": 1, "deletedAt": null});
    let at = "2026-12-01T00:00:00Z";
    let v = |from: i32| (json!({"version": from}), json!({"version": from + 1}));
    let with = |mut side: Value, more: Value| {
        side.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        side
    };
    let change =
        |version: i32, before: Value, after: Value| (with(v(version).0, before), with(v(version).1, after));
    let mut steps = Vec::new();
    let mut add = |mutation, name, input, kind, (before, after)| {
        steps.push(step(mutation, name, input, kind, before, after))
    };

    add(
        "createBrand",
        "brand",
        brand,
        "brand.created",
        (
            Value::Null,
            json!({"slug": "acme", "name": "Acme", "defaultLocale": "en",
        "version": 1, "deletedAt": null, "locales": [{"code": "en", "fallback": null}, {"code": "de", "fallback": "en"}]}),
        ),
    );
    add(
        "updateBrand",
        "brand",
        json!({"id": "$brand", "name": "Acme & Co", "locales": [{"code": "en"}]}),
        "brand.updated",
        change(
            1,
            json!({"name": "Acme", "locales": [{"code": "en", "fallback": null}, {"code": "de", "fallback": "en"}]}),
            json!({"name": "Acme & Co", "locales": [{"code": "en", "fallback": null}]}),
        ),
    );
    add(
        "deleteBrand",
        "brand",
        json!({"id": "$brand"}),
        "brand.deleted",
        change(2, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreBrand",
        "brand",
        json!({"id": "$brand"}),
        "brand.restored",
        change(3, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    add(
        "createContentType",
        "type",
        json!({"brandId": "$brand", "key": "product", "name": "Product", "schema": schema}),
        "content_type.created",
        (
            Value::Null,
            json!({"key": "product", "name": "Product", "description": null, "schema": schema, "version": 1}),
        ),
    );
    add(
        "updateContentType",
        "type",
        json!({"id": "$type", "description": "What we sell", "schema": wider}),
        "content_type.updated",
        change(
            1,
            json!({"description": null, "schema": {"properties": {}}}),
            json!({"description": "What we sell", "schema": {"properties": {"more": {"type": "string"}}}}),
        ),
    );
    add(
        "createTag",
        "tag",
        json!({"brandId": "$brand", "slug": "new", "name": "New"}),
        "tag.created",
        (Value::Null, tag.clone()),
    );
    add(
        "createTag",
        "other",
        json!({"brandId": "$brand", "slug": "old", "name": "Old"}),
        "tag.created",
        (Value::Null, json!({"slug": "old", "name": "Old", "version": 1})),
    );
    add(
        "updateTag",
        "other",
        json!({"id": "$other", "name": "Older"}),
        "tag.updated",
        change(1, json!({"name": "Old"}), json!({"name": "Older"})),
    );
    add(
        "createCategory",
        "food",
        json!({"brandId": "$brand", "slug": "food", "name": "Food"}),
        "category.created",
        (Value::Null, category),
    );
    add(
        "createCategory",
        "oils",
        json!({"brandId": "$brand", "slug": "oils", "name": "Oils"}),
        "category.created",
        (Value::Null, inner),
    );
    add(
        "updateCategory",
        "oils",
        json!({"id": "$oils", "name": "Fats"}),
        "category.updated",
        change(1, json!({"name": "Oils"}), json!({"name": "Fats"})),
    );
    add(
        "moveCategory",
        "oils",
        json!({"id": "$oils", "parentId": "$food", "position": 2}),
        "category.moved",
        change(2, json!({"parentId": null, "position": 0}), json!({"parentId": "#food", "position": 2})),
    );
    add(
        "createEntry",
        "entry",
        json!({"contentTypeId": "$type", "slug": "oil", "title": "Oil", "fields": {"price": 1, "body": "a"}, "tags": ["$tag"]}),
        "entry.created",
        (Value::Null, image(json!({"price": 1, "body": "a"}))),
    );
    add(
        "updateEntry",
        "entry",
        json!({"id": "$entry", "title": "Olive oil", "fieldsPatch": {"price": 2}, "tags": ["$other"]}),
        "entry.updated",
        change(
            1,
            json!({"title": "Oil", "fields": {"price": 1}, "tags": ["#tag"]}),
            json!({"title": "Olive oil", "fields": {"price": 2}, "tags": ["#other"]}),
        ),
    );
    add(
        "setEntryTags",
        "entry",
        json!({"id": "$entry", "mode": "ADD", "tags": ["$tag"]}),
        "entry.updated",
        change(2, json!({"tags": ["#other"]}), json!({"tags": ["#tag", "#other"]})),
    );
    add(
        "setEntryCategories",
        "entry",
        json!({"id": "$entry", "categories": ["$oils"]}),
        "entry.updated",
        change(3, json!({"categories": []}), json!({"categories": ["#oils"]})),
    );
    add(
        "publishEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.published",
        change(
            4,
            json!({"status": "draft", "publishedAt": null}),
            json!({"status": "published", "publishedAt": "2026-11-20T12:00:00Z"}),
        ),
    );
    add(
        "unpublishEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.unpublished",
        change(5, json!({"status": "published"}), json!({"status": "draft"})),
    );
    add(
        "scheduleEntry",
        "entry",
        json!({"id": "$entry", "at": at}),
        "entry.scheduled",
        change(
            6,
            json!({"status": "draft", "scheduledAt": null}),
            json!({"status": "scheduled", "scheduledAt": at}),
        ),
    );
    add(
        "archiveEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.archived",
        change(
            7,
            json!({"status": "scheduled", "scheduledAt": at}),
            json!({"status": "archived", "scheduledAt": null}),
        ),
    );
    add(
        "revertEntry",
        "entry",
        json!({"id": "$entry", "version": 1}),
        "entry.reverted",
        change(
            8,
            json!({"title": "Olive oil", "fields": {"price": 2}, "tags": ["#tag", "#other"], "categories": ["#oils"]}),
            json!({"title": "Oil", "fields": {"price": 1}, "tags": ["#tag"], "categories": []}),
        ),
    );
    add(
        "deleteEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.deleted",
        change(9, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.restored",
        change(10, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    add(
        "deleteEntry",
        "entry",
        json!({"id": "$entry"}),
        "entry.deleted",
        change(11, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    let mut gone = with(
        image(json!({"price": 1, "body": "a"})),
        json!({"version": 12, "status": "archived",
        "publishedAt": "2026-11-20T12:00:00Z", "deletedAt": "2026-11-20T12:00:00Z"}),
    );
    gone.as_object_mut().unwrap().remove("tags");
    add("purgeEntry", "entry", json!({"id": "$entry"}), "entry.purged", (gone, Value::Null));
    add(
        "createAsset",
        "asset",
        json!({"brandId": "$brand", "filename": "a.jpg", "mediaType": "image/jpeg", "url": "https://cdn.example/a.jpg",
        "alt": "An olive"}),
        "asset.created",
        (Value::Null, asset),
    );
    add(
        "updateAsset",
        "asset",
        json!({"id": "$asset", "alt": null, "width": 640}),
        "asset.updated",
        change(1, json!({"alt": "An olive", "width": null}), json!({"alt": null, "width": 640})),
    );
    add(
        "deleteAsset",
        "asset",
        json!({"id": "$asset"}),
        "asset.deleted",
        change(2, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreAsset",
        "asset",
        json!({"id": "$asset"}),
        "asset.restored",
        change(3, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    add(
        "deleteCategory",
        "oils",
        json!({"id": "$oils"}),
        "category.deleted",
        (
            json!({"parentId": "#food", "slug": "oils", "name": "Fats", "position": 2, "version": 3}),
            Value::Null,
        ),
    );
    add("deleteTag", "tag", json!({"id": "$tag"}), "tag.deleted", (tag, Value::Null));
    add(
        "deleteContentType",
        "type",
        json!({"id": "$type"}),
        "content_type.deleted",
        (
            json!({"key": "product", "name": "Product", "description": "What we sell", "schema": wider, "version": 2}),
            Value::Null,
        ),
    );
    steps
}

/// Puts the ids of earlier steps in.
fn filled(value: &Value, ids: &HashMap<&str, String>) -> Value {
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

#[tokio::test]
async fn every_mutation_leaves_a_record_of_exactly_what_it_changed() {
    let app = TestApp::start().await;
    let owner = app.as_owner();
    let mut database = app.db.connect().await;
    let mut ids: HashMap<&str, String> = HashMap::new();
    let mut last = 0;
    let mut exercised = BTreeSet::new();
    let there = mutations(&app.engine.sdl());
    assert!(there.len() > 20, "the mutations are read from the schema: {there:?}");
    for Step { mutation, name, input, kind, before, after } in walk() {
        let input_type = &there[mutation];
        let query =
            format!("mutation($input: {input_type}!) {{ {mutation}(input: $input) {{ __typename }} }}");
        owner.data(&query, json!({"input": filled(&input, &ids)})).await;
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
        assert_eq!(record["brand_id"], json!(brand), "{mutation}");
        same_transaction(&mut database, record, &node, mutation).await;
        exercised.insert(mutation.to_owned());
    }
    let missing: Vec<&String> = there.keys().filter(|name| !exercised.contains(*name)).collect();
    assert!(
        missing.is_empty(),
        "give these mutations a step in `walk`, with the record that they leave: {missing:?}"
    );
}

/// The row says which transaction wrote it last: the record's.
async fn same_transaction(database: &mut PgConnection, record: &Value, node: &str, mutation: &str) {
    let (prefix, key) = node.rsplit_once('_').unwrap();
    let table = if prefix == "type" { "content_type" } else { prefix };
    let sql = format!("select xmin::text::bigint from {table} where id = '{key}'");
    let wrote: Option<i64> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_optional(database).await.unwrap();
    let said = record["xid"].as_i64().unwrap() % (1 << 32);
    assert!(wrote.is_none_or(|wrote| wrote == said), "{mutation} was recorded by another transaction");
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
