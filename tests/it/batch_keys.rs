//! Generated batches with client keys, as they come over the wire: a dry run says what the real run comes to, and what fails leaves
//! nothing behind.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use crate::{
    batch::{BATCH, Shop},
    harness::TestApp,
};

/// An operation by numbers: of which sort, with which key, naming which others.
type Drawn = (u8, usize, usize, usize);

/// Operations of many sorts; keys stand twice now and then, lead ahead, to nothing, to themselves, and to other kinds.
fn operation(shop: &Shop<'_>, place: usize, (sort, key, named, other): Drawn) -> Value {
    // Mostly a key of its own, now and then that of another.
    let key = if key == 0 { format!("k{other}") } else { format!("k{place}") };
    // Mostly the one before, or one of the first.
    let named = match named {
        0 => "@nobody".to_owned(),
        1 => format!("@k{}", place + other),
        _ => format!("@k{}", place.saturating_sub(1 + other % 3)),
    };
    let price = if other == 7 { -1 } else { 1 };
    let fields = |see: bool| {
        if see { json!({"price": price, "see": [{"@key": &named[1..]}]}) } else { json!({"price": price}) }
    };
    let slug = format!("s{}", (place + other) % 12);
    match sort {
        0..4 => shop.create(&slug, json!({"key": key, "fields": fields(sort == 3)})),
        4 => json!({"createTag": {"key": key, "brandId": shop.brand, "slug": slug, "name": slug}}),
        5 => shop.create(&slug, json!({"key": key, "tags": [named]})),
        6 => {
            json!({"upsertEntry": {"key": key, "contentTypeId": shop.kind, "slug": slug, "title": slug, "fields": fields(false)}})
        }
        7 => json!({"updateEntry": {"id": named, "title": "New", "fieldsPatch": fields(false)}}),
        8 => json!({"publishEntry": {"id": named}}),
        9 => {
            json!({"setEntryTags": {"id": named, "mode": "ADD", "tags": [format!("@k{}", place.saturating_sub(2))]}})
        }
        10 => json!({"deleteEntry": {"id": named}}),
        _ => shop.create(&slug, json!({"key": key, "locale": "de", "translationOf": named})),
    }
}

/// Every row of every table but the record of refusals, to the letter.
async fn dump(app: &TestApp) -> String {
    let mut database = app.db.connect().await;
    let sql = "select tablename from pg_tables where schemaname = 'public' order by 1";
    let tables: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut database).await.unwrap();
    let mut dump = String::new();
    for table in tables {
        let done = if table == "audit_record" { " where outcome = 'done'" } else { "" };
        let sql = format!(
            "select coalesce(string_agg(t::text, ';' order by t::text), '') from public.\"{table}\" t{done}"
        );
        let rows: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut database).await.unwrap();
        dump.push_str(&format!("{table}: {rows}\n"));
    }
    dump
}

/// What is the same in every run: new ids are other ones each time.
fn same_each_time(answer: &Value) -> Value {
    let results = answer["results"].as_array().unwrap().iter().map(|one| {
        let error = &one["error"];
        json!([
            one["key"],
            one["operation"],
            one["version"],
            one["node"]["slug"],
            error["code"],
            error["path"],
            error["violations"]
        ])
    });
    results.collect()
}

#[test]
fn a_dry_run_says_what_the_batch_comes_to_and_what_fails_leaves_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases =
        std::env::var("BRANDGRAPH_TEST_BATCHES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    };
    let drawn = (0..12_u8, 0..12_usize, 0..24_usize, 0..8_usize);
    proptest!(config, |(drawn in vec(drawn, 1..16))| runtime.block_on(tried(&drawn)));
}

async fn tried(drawn: &[Drawn]) {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let owner = app.as_owner();
    let operations: Vec<Value> =
        drawn.iter().enumerate().map(|(place, one)| operation(&shop, place, *one)).collect();
    let ask = async |mode: &str, dry_run: bool| {
        let input = json!({"operations": operations, "mode": mode, "dryRun": dry_run});
        owner.graphql(BATCH, json!({"input": input})).await
    };
    let untouched = dump(&app).await;
    let dry = ask("PER_ITEM", true).await;
    assert_eq!(dump(&app).await, untouched);
    let (atomic_dry, atomic) = (ask("ATOMIC", true).await, ask("ATOMIC", false).await);
    if dry["data"]["batch"].is_null() {
        // Keys that are none, or stand twice: the whole is refused, whichever way it is asked for.
        for other in [&atomic_dry, &atomic, &ask("PER_ITEM", false).await] {
            assert_eq!(
                other["errors"][0]["extensions"]["violations"],
                dry["errors"][0]["extensions"]["violations"]
            );
            assert!(other["data"]["batch"].is_null());
        }
        assert_eq!(dump(&app).await, untouched);
        return;
    }
    let (dry, atomic) = (&dry["data"]["batch"], &atomic["data"]["batch"]);
    assert_eq!(same_each_time(&atomic_dry["data"]["batch"]), same_each_time(dry));
    let failed = dry["failed"].as_i64().unwrap();
    assert_eq!(atomic["committed"], json!(failed == 0), "{atomic:#}");
    if failed == 0 {
        assert_eq!(same_each_time(atomic), same_each_time(dry));
        return;
    }
    assert_eq!(dump(&app).await, untouched);
    let first = |of: &Value| {
        let results = of["results"].as_array().unwrap();
        results
            .iter()
            .find(|one| one["status"] == "FAILED")
            .map(|one| (one["index"].clone(), one["error"].clone()))
    };
    // What can be seen without the database is told first, and of all at once.
    let seen = atomic["results"].as_array().unwrap().iter().all(|one| one["status"] != "ROLLED_BACK");
    if !seen || atomic["failed"] == json!(1) {
        let (index, error) = first(atomic).unwrap();
        assert_eq!(dry["results"][usize::try_from(index.as_u64().unwrap()).unwrap()]["error"], error);
    }
    let real = ask("PER_ITEM", false).await["data"]["batch"].take();
    assert_eq!(same_each_time(&real), same_each_time(dry));
    assert_eq!(real["committed"], json!(failed < i64::try_from(drawn.len()).unwrap()));
}
