//! Years and characters that the database cannot hold cost the record that has them, and say where they stand.

use serde_json::json;
use wiremock::ResponseTemplate;

use crate::{
    harness::TestApp,
    import_file::{CATALOG, bring, told},
    sync_world::{World, platform},
    write_shop::Shop,
};

const ODD: [&str; 5] = [
    "0000-01-01T00:00:00Z",
    "-0044-03-15T00:00:00Z",
    "+200000-01-01T00:00:00Z",
    "+262142-01-01T00:00:00Z",
    "9999-12-31T23:59:59-14:00",
];

#[tokio::test]
async fn a_line_with_an_odd_year_is_set_aside_alone() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    for (kind, rest, fields) in [
        ("entry", r#""type":"article","title":"A""#, &["publishedAt", "createdAt", "updatedAt"][..]),
        (
            "asset",
            r#""filename":"a","mediaType":"image/webp","url":"https://m.example/a""#,
            &["createdAt", "updatedAt"],
        ),
    ] {
        for field in fields {
            let line = |id: &str, more: &str| {
                format!(r#"{{"kind":"{kind}","key":{{"resource":"{field}","id":"{id}"}},{rest}{more}}}"#)
            };
            let mut lines: Vec<String> =
                ODD.iter().map(|year| line(year, &format!(r#","{field}":"{year}""#))).collect();
            lines.push(line("good", &format!(r#","{field}":"0001-01-01T00:00:00Z""#)));
            let (report, set_aside) = bring(&app, &lines.join("\n"), Some("acme")).await;
            let expected: Vec<_> = (1..=5).map(|line| (line, *field, "shape")).collect();
            assert_eq!(told(&set_aside), expected, "{kind}");
            assert_eq!((report.created, report.set_aside), (1, 5), "{kind} {field}: {report:?}");
        }
    }
}

#[tokio::test]
async fn a_line_with_the_character_zero_is_set_aside_alone() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let text = r#"{"kind":"tag","brand":"imp\u0000","slug":"a","name":"A"}
{"kind":"entry","brand":"acme","key":{"resource":"a","id":"1\u0000"},"type":"article","title":"A"}
{"kind":"entry","brand":"acme","key":{"resource":"a","id":"2"},"type":"article","title":"A","fields":{"x\u0000":1}}
{"kind":"contentType","brand":"acme","key":"b","name":"B","schema":{"type":"object","enum":["\u0000"]}}
{"kind":"entry","brand":"acme","key":{"resource":"a","id":"3"},"type":"article","title":"\\u0000"}"#;
    let (report, set_aside) = bring(&app, text, None).await;
    assert_eq!(
        told(&set_aside),
        [(1, "brand", "nul"), (2, "key/id", "nul"), (3, "fields", "nul"), (4, "schema/enum/0", "nul")]
    );
    assert_eq!(report.created, 1, "{report:?}");
}

const DATED: &str = r#"connector: dated
resources:
  - name: notes
    list: {path: /notes, items: ., paging: none}
    entry: {type: note, external_id: .id, title: .title, published_at: .at, created_at: .made}
content_types:
  - {key: note, name: Note, schema: {type: object}}
"#;

#[tokio::test]
async fn an_item_with_an_odd_year_or_id_is_set_aside_alone() {
    let mut world = World::new().await;
    let items = json!([
        {"id": 1, "title": "A", "at": "0000-01-01T00:00:00Z"},
        {"id": 2, "title": "B", "made": "-0044-03-15T00:00:00"},
        {"id": "3\u{0}", "title": "C"},
        {"id": 4, "title": "D", "at": "2026-01-01"},
    ]);
    let server = platform(move |_| ResponseTemplate::new(200).set_body_json(items.clone())).await;
    world.source(DATED, &server.uri()).await;
    let run = world.sync().await.unwrap();
    assert!(run.error.is_none(), "{:?}", run.error);
    assert_eq!((run.tally.created, run.tally.failed), (1, 3), "{:?}", run.tally);
    assert_eq!(world.text("select external_id from entry").await, "notes/4");
}

#[tokio::test]
async fn an_odd_year_in_an_argument_is_named() {
    let app = TestApp::start().await;
    let shop = Shop::open(&app).await;
    let query = "query($f: EntryFilter) { entries(filter: $f) { nodes { slug } } }";
    for odd in ["-262143-01-01", "0000-01-01T00:00:00Z", "+262142-12-31", "0000-12-31"] {
        for (filter, path) in [
            (json!({"publishedAt": {"gt": odd}}), "filter.publishedAt.gt"),
            (json!({"fields": [{"path": "at", "as": "DATE_TIME", "lt": odd}]}), "filter.fields.0.lt"),
        ] {
            let error = app.as_owner().error(query, json!({"f": filter})).await;
            assert_eq!(error["extensions"]["code"], "INVALID", "{odd}: {error}");
            assert_eq!(error["extensions"]["violations"][0]["path"], path, "{error}");
        }
    }
    // What filters take, a schedule takes: also a date.
    let schedule = "mutation($id: ID!, $at: DateTime!) { scheduleEntry(input: {id: $id, at: $at}) { entry { scheduledAt } } }";
    let id = shop.entry("oil").await["id"].clone();
    let owner = app.as_owner();
    assert_eq!(owner.code(schedule, json!({"id": id, "at": "0000-01-01T00:00:00Z"})).await, "INVALID");
    let done = owner.data(schedule, json!({"id": id, "at": "2027-01-01"})).await;
    assert_eq!(done["scheduleEntry"]["entry"]["scheduledAt"], "2027-01-01T00:00:00+00:00");
}
