//! What is exported comes in again as it was, byte for byte, and holds only what its caller may see.

use brandgraph::{
    domain::{
        Code,
        access::{Actor, BrandScope, Permission as P, Role},
    },
    service::{
        Caller, Library, export,
        import::{self, Notice},
    },
};
use serde_json::{Value, json};

use crate::{
    harness::{TestApp, member, own, user},
    import_file::{CATALOG, CONTENT, bring, told},
};

async fn export_as(app: &TestApp, caller: &Caller, brand: &str) -> brandgraph::domain::Result<String> {
    let library = Library::new(app.services.db.clone(), b"a secret that is long enough for cursors").unwrap();
    let mut text = Vec::new();
    export::run(&app.services, &library, caller, brand, &mut text, &mut |_| {}).await?;
    Ok(String::from_utf8(text).unwrap())
}

async fn exported(app: &TestApp) -> String {
    export_as(app, &Caller::system("test"), "acme").await.unwrap()
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const MORE: &str = r#"
{"kind":"contentType","brand":"acme","key":"page","name":"Page","description":"A page.","schema":{"type":"object","properties":{"blocks":{"type":"array","items":{"type":"object","properties":{"next":{"type":"string","x-reference":{"entry":["page"]}},"image":{"type":"string","x-reference":{"asset":true}}}}}}}}
{"kind":"category","brand":"acme","path":[{"slug":"guides","name":"Guides"}],"position":3}
{"kind":"asset","brand":"acme","key":{"resource":"media","id":"3"},"filename":"a.webp","mediaType":"image/webp","url":"https://media.example/a.webp","width":10,"height":5,"about":{"alts":{"de":"Ein Berg","en":"A hill"},"credit":"Ann","focal":[0.25,0.1],"rightsFrom":"2026-01-01","rightsUntil":"2027-01-01T00:00:00.123456Z","territories":["NO","DE"]}}
{"kind":"entry","brand":"acme","key":{"resource":"article","id":"1"},"type":"article","slug":"erste","title":"Erste Schritte","locale":"de","status":"draft","createdAt":"2026-01-02T03:04:05.678901Z"}
{"kind":"entry","brand":"acme","key":{"resource":"article","id":"9"},"type":"article","slug":"later","title":"Later","status":"scheduled","publishedAt":"2025-01-02T03:04:05Z","scheduledAt":"2099-01-02T03:04:05Z"}
{"kind":"entry","brand":"acme","key":{"resource":"article","id":"10"},"type":"article","slug":"old","title":"Old","status":"archived","publishedAt":"2025-01-02T03:04:05Z"}
"#;

/// Everything there is to export. A key stands in a file once, so that the second one says more of the same asset.
async fn fill(app: &TestApp) {
    bring(app, &format!("{CATALOG}{CONTENT}"), None).await;
    bring(app, MORE, None).await;
}

/// Two pages that name one another in a nested place, and a German article that refers to an English one although there is a
/// German translation: only ids say so.
async fn link(app: &TestApp) {
    let editor = app.as_role(Role::Editor);
    let types = editor
        .data(r#"{ brand(by: {slug: "acme"}) { contentTypes { nodes { id key } } } }"#, json!({}))
        .await;
    let types = types["brand"]["contentTypes"]["nodes"].as_array().unwrap().clone();
    let id = &types.iter().find(|one| one["key"] == "page").unwrap()["id"];
    let page = |slug: &str, blocks: Value| json!({"contentTypeId": id, "slug": slug, "title": format!("Two  {slug}"), "fields": {"blocks": blocks}});
    let create = "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id } } }";
    let one = editor.data(create, json!({"input": page("one", json!([]))})).await;
    let one = one["createEntry"]["entry"]["id"].as_str().unwrap().to_owned();
    let asset = app.as_delivery().data("{ assets(first: 1) { nodes { id } } }", json!({})).await;
    let image = &asset["assets"]["nodes"][0]["id"];
    let two = page("two", json!([{"next": one}, {"image": image}]));
    let two = editor.data(create, json!({"input": two})).await;
    let two = two["createEntry"]["entry"]["id"].as_str().unwrap().to_owned();
    let update = "mutation($input: UpdateEntryInput!) { updateEntry(input: $input) { entry { id } } }";
    let fields = json!({"blocks": [{"next": two}]});
    editor.data(update, json!({"input": {"id": one, "fields": fields}})).await;
}

#[tokio::test]
async fn a_round_trip_is_equal_byte_for_byte() {
    let app = TestApp::start().await;
    fill(&app).await;
    link(&app).await;
    // As a person may write it.
    sqlx::query("update asset set title = 'A  hill'").execute(&mut app.db.connect().await).await.unwrap();
    let first = exported(&app).await;
    assert_eq!(lines(&first).len(), 1 + 3 + 2 + 2 + 1 + 7, "{first}");
    let asset = lines(&first).into_iter().find(|line| line["kind"] == "asset").unwrap();
    assert_eq!(asset["about"]["focal"], json!([0.25, 0.1]));
    assert_eq!(asset["about"]["territories"], json!(["NO", "DE"]));

    let other = TestApp::start().await;
    let (report, set_aside) = bring(&other, &first, None).await;
    assert_eq!(told(&set_aside), []);
    assert_eq!(report.waiting, 0, "{report:?}");
    pretty_equal(&first, &exported(&other).await);
    // What refers is linked, not only written.
    let linked = "select count(*) from entry_reference";
    let count = async |app: &TestApp| -> i64 {
        sqlx::query_scalar(linked).fetch_one(&mut app.db.connect().await).await.unwrap()
    };
    assert_eq!(count(&other).await, count(&app).await);

    // Into the brand it came from, and a second time into the other one, it changes nothing.
    for app in [&app, &other] {
        let (again, set_aside) = bring(app, &first, None).await;
        assert_eq!(told(&set_aside), []);
        assert_eq!((again.created, again.updated), (0, 0), "{again:?}");
        pretty_equal(&first, &exported(app).await);
    }
}

/// Says which line differs, where one does.
fn pretty_equal(one: &str, other: &str) {
    for (one, other) in one.lines().zip(other.lines()) {
        assert_eq!(one, other);
    }
    assert_eq!(one, other);
}

#[tokio::test]
async fn what_comes_in_again_says_how_everything_is() {
    let app = TestApp::start().await;
    fill(&app).await;
    let text = exported(&app).await;
    let entry = lines(&text).into_iter().find(|line| line["slug"] == "first").unwrap();
    let changed = json!({"title": "Other steps", "status": "archived"});
    let mut line = entry.clone();
    line.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    let (report, set_aside) = bring(&app, &format!("{line}\n"), None).await;
    assert_eq!((told(&set_aside), report.updated), (vec![], 1));
    let after = lines(&exported(&app).await).into_iter().find(|line| line["slug"] == "first").unwrap();
    assert_eq!((&after["title"], &after["status"]), (&json!("Other steps"), &json!("archived")));
}

#[tokio::test]
async fn only_what_the_caller_may_see_is_exported() {
    let app = TestApp::start().await;
    fill(&app).await;
    let delivery = Caller::of(user(Role::Delivery, BrandScope::All));
    let text = export_as(&app, &delivery, "acme").await.unwrap();
    let entries: Vec<Value> = lines(&text).into_iter().filter(|line| line["kind"] == "entry").collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(entries.iter().all(|entry| entry["status"] == "published"));
    let refused = export_as(&app, &Caller::of(Actor::Anonymous), "acme").await;
    assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    let none = export_as(&app, &Caller::system("test"), "nobody").await;
    assert_eq!(none.unwrap_err().code(), Code::NotFound);
}

/// Somebody who reads, but for what the restrictions say.
fn reader(restrictions: &Value) -> Caller {
    let role =
        own(&[P::BrandRead, P::EntryRead, P::EntryPreview, P::AssetRead], restrictions, BrandScope::All);
    Caller::of(member(vec![role], &Value::Null))
}

#[tokio::test]
async fn nothing_that_a_role_hides_is_exported() {
    let app = TestApp::start().await;
    fill(&app).await;
    let entries =
        |text: &str| lines(text).into_iter().filter(|line| line["kind"] == "entry").collect::<Vec<_>>();
    let told = [
        ("slug", "slug"),
        ("title", "title"),
        ("status", "status"),
        ("locale", "locale"),
        ("fields", "fields"),
        ("publishedAt", "publishedAt"),
        ("scheduledAt", "scheduledAt"),
        ("updatedAt", "updatedAt"),
        ("tags", "tags"),
        ("categories", "categories"),
        ("translations", "translation"),
    ];
    for (name, member) in told {
        match export_as(&app, &reader(&json!({"read": {"except": [name]}})), "acme").await {
            Err(error) => assert_eq!(error.code(), Code::Forbidden, "{name}"),
            Ok(text) => {
                let entries = entries(&text);
                assert_eq!(entries.len(), 5, "{name}");
                assert!(entries.iter().all(|line| line.get(member).is_none()), "{name}: {entries:?}");
            }
        }
    }
    // Who does not see an original is not told its id, but who sees some of the translations is told that they are.
    let whole = export_as(&app, &reader(&json!({})), "acme").await.unwrap();
    assert_eq!(whole, exported(&app).await);
    for restrictions in [json!({"locales": ["de"]}), json!({"locales": ["de", "en"]})] {
        let seen = entries(&export_as(&app, &reader(&restrictions), "acme").await.unwrap());
        let key = |line: &Value| line["key"].as_str().unwrap().to_owned();
        let keys: Vec<String> = seen.iter().map(key).collect();
        for entry in &seen {
            let translation = entry["translation"].as_str().unwrap().to_owned();
            assert!(keys.contains(&translation), "{restrictions}: {entry}");
        }
        let group: std::collections::BTreeSet<&str> = (seen.iter())
            .filter(|line| line["slug"] == "first" || line["slug"] == "erste")
            .map(|line| line["translation"].as_str().unwrap())
            .collect();
        assert_eq!(group.len(), 1, "{restrictions}");
    }
}

#[tokio::test]
async fn ids_of_another_brand_are_not_for_the_taking() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let stolen = exported(&app)
        .await
        .replace(r#""brand":"acme""#, r#""brand":"thief""#)
        .replace(r#"{"kind":"brand","slug":"acme""#, r#"{"kind":"brand","slug":"thief""#);
    let (report, set_aside) = bring(&app, &stolen, None).await;
    assert_eq!(report.set_aside, 3, "{set_aside:?}");
    assert!(set_aside.iter().all(|line| (line.path.as_str(), line.code.as_str()) == ("key", "taken")));
    let owners = "select count(distinct brand_id) from entry";
    let owners: i64 = sqlx::query_scalar(owners).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(owners, 1);
}

#[tokio::test]
async fn keys_that_are_none_are_told() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let id = uuid::Uuid::new_v4();
    let entry = |key: Value, more: Value| {
        let mut line = json!({"kind": "entry", "brand": "acme", "key": key, "type": "author", "slug": "x", "title": "X"});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{line}\n")
    };
    let own = json!(format!("entry_{id}"));
    let another = json!(format!("entry_{}", uuid::Uuid::new_v4()));
    let text = [
        entry(json!("nonsense"), json!({})),
        entry(json!(format!("asset_{id}")), json!({})),
        entry(json!({"resource": "author", "id": "8"}), json!({"translation": own})),
        entry(own.clone(), json!({"translation": "tag_1"})),
        entry(own.clone(), json!({"scheduledAt": "2099-01-01"})),
        entry(another, json!({"references": [{"field": "author", "to": "entry", "keys": [own]}]})),
    ]
    .concat();
    let (report, set_aside) = bring(&app, &text, None).await;
    let mut found = told(&set_aside);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            (1, "key", "shape"),
            (2, "key", "id_kind"),
            (3, "translation", "unwanted"),
            (4, "translation", "id"),
            (5, "scheduledAt", "unwanted"),
            (6, "references/0/keys/0", "id"),
        ]
    );
    assert_eq!(report.created, 0);
}

#[tokio::test]
async fn a_file_that_ends_early_or_is_not_utf8_loses_no_other_line() {
    let app = TestApp::start().await;
    bring(&app, CATALOG, None).await;
    let line = CONTENT.lines().nth(3).unwrap();
    let mut bytes = format!("{line}\n").into_bytes();
    bytes.extend(b"{\"kind\":\"tag\",\"brand\":\"acme\",\"slug\":\"x\",\"name\":\"caf\xe9\"}\n");
    bytes.extend(&line.replace("ann", "bob").replace("\"7\"", "\"8\"").as_bytes()[..60]);
    let mut set_aside = Vec::new();
    let source = Box::new(std::io::Cursor::new(bytes));
    let report = import::run(&app.services, &Caller::system("test"), source, None, &mut |notice| {
        if let Notice::SetAside(line) = notice {
            set_aside.push(line.clone());
        }
    })
    .await
    .unwrap();
    assert_eq!(told(&set_aside), [(2, "", "json"), (3, "", "json")]);
    assert_eq!((report.created, report.set_aside), (1, 2));
}
