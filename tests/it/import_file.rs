//! A file of records comes in whole, twice without effect, and says which lines it set aside.

use std::io::Cursor;

use brandgraph::service::{
    Caller,
    import::{self, Notice, Report, SetAside},
};
use serde_json::json;

use crate::harness::TestApp;

pub const CATALOG: &str = r#"
{"kind":"brand","slug":"acme","name":"Acme","defaultLocale":"en","locales":[{"code":"en"},{"code":"de","fallback":"en"}]}
{"kind":"contentType","brand":"acme","key":"author","name":"Author","schema":{"type":"object","additionalProperties":false}}
{"kind":"contentType","brand":"acme","key":"article","name":"Article","schema":{"type":"object","additionalProperties":false,"properties":{"price":{"type":"number","minimum":0},"summary":{"type":"string","x-searchable":true},"author":{"type":"string","x-reference":{"entry":["author"]}},"hero":{"type":"string","x-reference":{"asset":true}}}}}
{"kind":"tag","brand":"acme","slug":"trail","name":"Trail"}
{"kind":"category","brand":"acme","path":[{"slug":"guides","name":"Guides"},{"slug":"winter","name":"Winter"}]}
"#;

pub const CONTENT: &str = r#"
{"kind":"entry","brand":"acme","key":{"resource":"article","id":"1"},"type":"article","slug":"first","title":"First steps","publishedAt":"2026-01-02T03:04:05Z","fields":{"price":9.5,"summary":"uphill"},"tags":[{"slug":"trail","name":"ignored"},{"slug":"snow","name":"Snow"}],"categories":[[{"slug":"guides","name":"Guides"},{"slug":"winter","name":"Winter"}]],"references":[{"field":"author","to":"entry","keys":[{"resource":"author","id":"7"}]},{"field":"hero","to":"asset","keys":[{"resource":"media","id":"3"}]}]}
{"kind":"asset","brand":"acme","key":{"resource":"media","id":"3"},"filename":"a.webp","mediaType":"image/webp","url":"https://media.example/a.webp","width":10,"height":5}
{"kind":"entry","brand":"acme","key":{"resource":"author","id":"7"},"type":"author","slug":"ann","title":"Ann","publishedAt":"2026-01-01T00:00:00Z"}
"#;

pub async fn bring(app: &TestApp, text: &str, brand: Option<&str>) -> (Report, Vec<SetAside>) {
    let mut set_aside = Vec::new();
    let source = Box::new(Cursor::new(text.to_owned().into_bytes()));
    let report = import::run(
        &app.services,
        &Caller::system("test"),
        source,
        brand.map(str::to_owned),
        &mut |notice| {
            if let Notice::SetAside(line) = notice {
                set_aside.push(line.clone());
            }
        },
    )
    .await
    .unwrap();
    // Every line comes to one thing.
    let Report { lines, created, updated, unchanged, set_aside: aside, .. } = report;
    assert_eq!(created + updated + unchanged + aside, lines, "{report:?}");
    (report, set_aside)
}

pub fn told(set_aside: &[SetAside]) -> Vec<(u64, &str, &str)> {
    set_aside.iter().map(|one| (one.line, one.path.as_str(), one.code.as_str())).collect()
}

#[tokio::test]
async fn everything_comes_in_and_a_second_time_changes_nothing() {
    let app = TestApp::start().await;
    let all = format!("{CATALOG}{CONTENT}");
    let (report, set_aside) = bring(&app, &all, None).await;
    assert_eq!(told(&set_aside), []);
    assert_eq!(
        (report.created, report.updated, report.unchanged, report.waiting),
        (8, 0, 0, 0),
        "{report:?}"
    );

    let shown = app
        .as_delivery()
        .data(
            r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "first"}}) {
                title fields tags { slug name } categories { slug }
                author: reference(field: "author") { title } hero: asset(field: "hero") { width }
                } }"#,
            json!({}),
        )
        .await;
    let entry = &shown["entry"];
    assert_eq!(entry["author"]["title"], "Ann", "{shown}");
    assert_eq!(entry["hero"]["width"], 10);
    assert_eq!(entry["tags"], json!([{"slug": "snow", "name": "Snow"}, {"slug": "trail", "name": "Trail"}]));
    assert_eq!(entry["categories"], json!([{"slug": "winter"}]));
    assert!(entry["fields"]["author"].as_str().unwrap().starts_with("entry_"));

    let (again, set_aside) = bring(&app, &all, None).await;
    assert_eq!(told(&set_aside), []);
    assert_eq!((again.created, again.updated), (0, 0), "{again:?}");
    assert_eq!(again.unchanged, 8, "{again:?}");
}

#[tokio::test]
async fn a_line_that_does_not_fit_is_set_aside_and_the_others_go_on() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let text = r#"{"kind":"entry","key":{"resource":"article","id":"1"},"type":"article","slug":"one","title":"One","fields":{"price":-1,"colour":"red"}}
nonsense

{"kind":"entry","key":{"resource":"article","id":"2"},"type":"article","slug":"two","title":"Two"}
{"kind":"entry","key":{"resource":"article","id":"3"},"type":"article","slug":"two","title":"Two again"}
{"kind":"entry","key":{"resource":"article","id":"4"},"type":"page","slug":"four","title":"Four"}
{"kind":"entry","key":{"resource":"article","id":"5"},"type":"article","slug":"five","title":"Five","locale":"fr"}
{"kind":"entry","key":{"resource":"article","id":"6"},"type":"article","slug":"six"}
{"kind":"entry","key":{"resource":"article","id":"7"},"type":"article","slug":"seven","title":"Seven"}"#;
    let (report, set_aside) = bring(&app, text, Some("acme")).await;
    let mut found = told(&set_aside);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (1, "fields/colour", "additional_properties"),
            (1, "fields/price", "minimum"),
            (2, "", "json"),
            (5, "slug", "taken"),
            (6, "type", "unknown_type"),
            (7, "locale", "unknown_locale"),
            (8, "", "shape"),
        ]
    );
    assert_eq!((report.lines, report.created, report.set_aside), (8, 2, 6), "{report:?}");
}

#[tokio::test]
async fn a_file_may_begin_with_a_mark_and_a_line_has_its_bytes_without_the_end() {
    let app = TestApp::start().await;
    let tag = |slug: &str, length: usize| {
        let line = format!(r#"{{"kind":"tag","brand":"acme","slug":"{slug}","name":"T"}}"#);
        let rest = " ".repeat(length - line.len());
        format!("{line}{rest}\n")
    };
    let most = 4 * 1024 * 1024;
    let text = format!("\u{feff}{}\n{}{}", CATALOG.trim(), tag("fits", most), tag("not", most + 1));
    let (report, set_aside) = bring(&app, &text, None).await;
    let set_aside: Vec<u64> = set_aside.iter().map(|one| one.line).collect();
    assert_eq!((report.lines, set_aside), (7, vec![7]));
}

#[tokio::test]
async fn a_file_for_one_brand_makes_no_other() {
    let app = TestApp::start().await;
    let other = r#"{"kind":"brand","slug":"sneak","name":"S","defaultLocale":"en"}"#;
    let (report, set_aside) = bring(&app, &format!("{other}{CATALOG}"), Some("acme")).await;
    assert_eq!((told(&set_aside), report.created), (vec![(1, "slug", "brand")], 5));
}

#[tokio::test]
async fn a_key_that_comes_twice_is_set_aside_at_any_distance() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let line = |id: &str, title: &str, more: &str| {
        format!(
            r#"{{"kind":"entry","brand":"acme","key":{{"resource":"author","id":"{id}"}},"type":"author","slug":"w{id}","title":"{title}"{more}}}"#
        ) + "\n"
    };
    for between in [0, 2_500] {
        let others: String = (0..between).map(|number| line(&format!("x{number}"), "Other", "")).collect();
        let (id, other) = (format!("dup{between}"), format!("other{between}"));
        // The default locale is the same key, said or not.
        let text =
            [line(&id, "first", ""), others, line(&id, "second", r#","locale":"en""#), line(&other, "O", "")];
        for again in [false, true] {
            let (report, set_aside) = bring(&app, &text.concat(), None).await;
            assert_eq!(told(&set_aside), [(between + 2, "key", "duplicate")]);
            assert!(set_aside[0].message.contains("line 1"), "{set_aside:?}");
            assert_eq!(report.created + report.updated, if again { 0 } else { between + 2 }, "{report:?}");
        }
        let titles = "select array_agg(title || version) from entry where slug = $1";
        let titles: Vec<String> = sqlx::query_scalar(titles)
            .bind(format!("w{id}"))
            .fetch_one(&mut app.db.connect().await)
            .await
            .unwrap();
        assert_eq!(titles, ["first1"]);
    }
}

#[tokio::test]
async fn what_is_of_no_known_brand_is_set_aside() {
    let app = TestApp::start().await;
    let (report, set_aside) = bring(&app, CONTENT, None).await;
    assert_eq!(report.created, 0);
    assert!(set_aside.iter().all(|line| line.code == "unknown_brand"), "{set_aside:?}");
    assert_eq!(set_aside.len(), 3);
}

#[tokio::test]
async fn a_reference_waits_for_what_it_leads_to_over_several_files() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let article = CONTENT.lines().nth(1).unwrap();
    let (report, set_aside) = bring(&app, article, None).await;
    assert_eq!((told(&set_aside), report.waiting), (vec![], 2));
    let (report, _) = bring(&app, CONTENT, None).await;
    assert_eq!(report.waiting, 0, "{report:?}");
}

#[tokio::test]
async fn a_schema_that_would_strand_entries_is_set_aside() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let strict = r#"{"kind":"contentType","brand":"acme","key":"article","name":"Article","schema":{"type":"object","required":["isbn"]}}"#;
    let (report, set_aside) = bring(&app, strict, None).await;
    assert_eq!((report.updated, report.set_aside), (0, 1), "{set_aside:?}");
    let wider =
        r#"{"kind":"contentType","brand":"acme","key":"author","name":"Writer","schema":{"type":"object"}}"#;
    let (report, set_aside) = bring(&app, wider, None).await;
    assert_eq!((report.updated, report.set_aside), (1, 0), "{set_aside:?}");
}

#[tokio::test]
async fn many_records_refer_to_one_another_across_batches() {
    let app = TestApp::start().await;
    let mut text = CATALOG.to_owned();
    // Each refers to an author that comes 1,500 lines later: in another batch, written at the same time.
    for number in 0..3_000 {
        text.push_str(&format!(
            r#"{{"kind":"entry","brand":"acme","key":{{"resource":"article","id":"{number}"}},"type":"article","slug":"a{number}","title":"Number {number}","publishedAt":"2026-01-01T00:00:00Z","references":[{{"field":"author","to":"entry","keys":[{{"resource":"author","id":"{number}"}}]}}]}}"#
        ));
        text.push('\n');
        if number >= 1_500 {
            for author in [number - 1_500, number] {
                text.push_str(&format!(
                    r#"{{"kind":"entry","brand":"acme","key":{{"resource":"author","id":"{author}"}},"type":"author","slug":"w{author}","title":"Writer {author}","publishedAt":"2026-01-01T00:00:00Z"}}"#
                ));
                text.push('\n');
            }
        }
    }
    let (report, set_aside) = bring(&app, &text, None).await;
    assert_eq!(told(&set_aside), []);
    assert_eq!((report.created, report.waiting), (5 + 6_000, 0), "{report:?}");
    let (again, _) = bring(&app, &text, None).await;
    assert_eq!((again.created, again.updated, again.unchanged), (0, 0, 6_005), "{again:?}");
}

#[tokio::test]
async fn batches_in_the_air_refer_to_one_another_without_changing_an_entry_twice() {
    let app = TestApp::start().await;
    let mut text = CATALOG.to_owned();
    let key = |number: u32| format!(r#"{{"resource":"author","id":"{number}"}}"#);
    for number in 0..4_000 {
        text.push_str(&format!(
            r#"{{"kind":"entry","brand":"acme","key":{},"type":"author","slug":"w{number}","title":"Writer {number}","publishedAt":"2026-01-01T00:00:00Z"}}
{{"kind":"entry","brand":"acme","key":{{"resource":"article","id":"{number}"}},"type":"article","slug":"a{number}","title":"Number {number}","publishedAt":"2026-01-01T00:00:00Z","references":[{{"field":"author","to":"entry","keys":[{}]}}]}}
"#,
            key(number),
            key(number.saturating_sub(700)),
        ));
    }
    let (report, set_aside) = bring(&app, &text, None).await;
    assert_eq!(told(&set_aside), []);
    assert_eq!((report.created, report.waiting), (5 + 8_000, 0), "{report:?}");
    let mut db = app.db.connect().await;
    let (versions, linked, right): (i64, i64, i64) = sqlx::query_as(
        "select (select count(*) from entry where version > 1), (select count(*) from entry_reference), \
         (select count(*) from entry_reference r join entry e on e.id = r.entry_id \
          where e.fields ->> 'author' = 'entry_' || r.target_entry_id)",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!((versions, linked, right), (0, 4_000, 4_000));
}

#[tokio::test]
async fn more_waits_for_one_author_than_one_statement_fills_in() {
    let app = TestApp::start().await;
    let mut text = CATALOG.to_owned();
    for number in 0..2_500 {
        text.push_str(&format!(
            r#"{{"kind":"entry","brand":"acme","key":{{"resource":"article","id":"{number}"}},"type":"article","slug":"a{number}","title":"Number {number}","publishedAt":"2026-01-01T00:00:00Z","references":[{{"field":"author","to":"entry","keys":[{{"resource":"author","id":"7"}}]}},{{"field":"hero","to":"asset","keys":[{{"resource":"media","id":"3"}}]}}]}}"#
        ));
        text.push('\n');
    }
    let (report, _) = bring(&app, &text, None).await;
    assert_eq!(report.waiting, 5_000, "{report:?}");
    let last: String = CONTENT.lines().skip(2).map(|line| format!("{line}\n")).collect();
    let (report, set_aside) = bring(&app, &last, None).await;
    assert_eq!((told(&set_aside), report.waiting), (vec![], 0), "{report:?}");
    let mut db = app.db.connect().await;
    let (versions, right): (i64, i64) = sqlx::query_as(
        "select (select count(*) from entry where version = 2), (select count(*) from entry e \
         join entry_reference a on a.entry_id = e.id and a.field = 'author' and e.fields->>'author' = 'entry_' || a.target_entry_id \
         join entry_reference h on h.entry_id = e.id and h.field = 'hero' and e.fields->>'hero' = 'asset_' || h.target_asset_id)",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert_eq!((versions, right), (2_500, 2_500));
}
