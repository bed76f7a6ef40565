//! A file that comes in again says how its rows are, whatever a person did to them since; what is as it says stays untouched.

use brandgraph::{
    domain::access::Role,
    service::{Caller, Library, export},
};
use serde_json::{Value, json};

use crate::{
    harness::TestApp,
    import_file::{CATALOG, CONTENT, bring, told},
};

pub async fn exported(app: &TestApp) -> String {
    let library = Library::new(app.services.db.clone(), b"a secret that is long enough for cursors").unwrap();
    let (mut text, caller) = (Vec::new(), Caller::system("test"));
    export::run(&app.services, &library, &caller, "acme", &mut text, &mut |_| {}).await.unwrap();
    String::from_utf8(text).unwrap()
}

/// Every row's version, and whether it is in the bin.
async fn rows(app: &TestApp) -> Vec<(String, i32, bool)> {
    let sql = "select slug, version, deleted_at is not null from entry union all \
               select filename, version, deleted_at is not null from asset order by 1";
    sqlx::query_as(sql).fetch_all(&mut app.db.connect().await).await.unwrap()
}

async fn id(app: &TestApp, noun: &str, name: &str) -> String {
    let sql = match noun {
        "asset" => "select 'asset_' || id from asset where filename = $1",
        _ => "select 'entry_' || id from entry where slug = $1",
    };
    sqlx::query_scalar(sql).bind(name).fetch_one(&mut app.db.connect().await).await.unwrap()
}

async fn act(app: &TestApp, mutation: &str, input: Value) {
    let (name, of) = mutation.split_once(' ').unwrap();
    let text = format!("mutation($input: {of}!) {{ {name}(input: $input) {{ __typename }} }}");
    app.as_role(Role::Owner).data(&text, json!({"input": input})).await;
}

const DELETE_ENTRY: &str = "deleteEntry OneEntryInput";
const DELETE_ASSET: &str = "deleteAsset OneAssetInput";

/// What people do: another title, status and alt, no tags, and the author and the picture in the bin.
async fn wreck(app: &TestApp) {
    let first = id(app, "entry", "first").await;
    let fields = json!({"price": 1, "summary": "downhill"});
    act(app, "updateEntry UpdateEntryInput", json!({"id": first, "title": "Edited", "fieldsPatch": fields}))
        .await;
    act(app, "unpublishEntry OneEntryInput", json!({"id": first})).await;
    act(app, "setEntryTags SetEntryTagsInput", json!({"id": first, "tags": []})).await;
    let picture = id(app, "asset", "a.webp").await;
    let about = json!({"credit": "Nobody"});
    act(app, "updateAsset UpdateAssetInput", json!({"id": picture, "alt": "Edited", "about": about})).await;
    act(app, DELETE_ASSET, json!({"id": picture})).await;
    act(app, DELETE_ENTRY, json!({"id": id(app, "entry", "ann").await})).await;
}

#[tokio::test]
async fn what_people_changed_is_again_as_a_file_of_keys_says() {
    let app = TestApp::start().await;
    let all =
        format!("{CATALOG}{CONTENT}").replace(r#""height":5}"#, r#""height":5,"about":{"credit":"Ann"}}"#);
    bring(&app, &all, None).await;
    wreck(&app).await;
    let (report, set_aside) = bring(&app, &all, None).await;
    assert_eq!((told(&set_aside), report.updated, report.waiting), (vec![], 3, 0), "{report:?}");
    let query = r#"{ entry(by: {slug: {brand: "acme", type: "article", slug: "first"}}) {
        title status tags { slug } fields author: reference(field: "author") { title }
        hero: asset(field: "hero") { alt credit } } }"#;
    let entry = app.as_delivery().data(query, json!({})).await["entry"].take();
    assert_eq!((&entry["title"], &entry["status"]), (&json!("First steps"), &json!("PUBLISHED")), "{entry}");
    assert_eq!(entry["tags"], json!([{"slug": "snow"}, {"slug": "trail"}]));
    assert_eq!((&entry["fields"]["price"], &entry["fields"]["summary"]), (&json!(9.5), &json!("uphill")));
    assert_eq!(entry["author"]["title"], "Ann");
    assert_eq!(entry["hero"], json!({"alt": null, "credit": "Ann"}));
    let changes = "select array_agg(change order by v.version) from entry_version v join entry e on e.id = v.entry_id \
                   where e.slug = 'ann'";
    let changes: Vec<String> =
        sqlx::query_scalar(changes).fetch_one(&mut app.db.connect().await).await.unwrap();
    assert_eq!(changes, ["created", "deleted", "restored"]);

    // As it is now, nothing is written again.
    let before = rows(&app).await;
    let (report, _) = bring(&app, &all, None).await;
    assert_eq!((report.created, report.updated, report.unchanged), (0, 0, 8), "{report:?}");
    assert_eq!(rows(&app).await, before);
}

#[tokio::test]
async fn a_brand_is_again_what_its_export_says_byte_for_byte() {
    let app = TestApp::start().await;
    bring(&app, &format!("{CATALOG}{CONTENT}"), None).await;
    let first = exported(&app).await;
    // A second round: what was imported once is no different from what never was.
    for round in 0..2 {
        wreck(&app).await;
        let (report, set_aside) = bring(&app, &first, None).await;
        assert_eq!((told(&set_aside), report.updated), (vec![], 3), "{round}: {report:?}");
        assert_eq!(report.waiting, 0, "{round}: {report:?}");
        for (line, expected) in exported(&app).await.lines().zip(first.lines()) {
            assert_eq!(line, expected, "{round}");
        }
        assert_eq!(exported(&app).await, first);
    }
    // Where only the tags differ, the moment is that of the line as well.
    act(&app, "setEntryTags SetEntryTagsInput", json!({"id": id(&app, "entry", "first").await, "tags": []}))
        .await;
    bring(&app, &first, None).await;
    assert_eq!(exported(&app).await, first);
    let before = rows(&app).await;
    let (report, _) = bring(&app, &first, None).await;
    assert_eq!((report.created, report.updated), (0, 0), "{report:?}");
    assert_eq!(rows(&app).await, before);
}

/// Everything that a line says of an entry, made another by a statement that leaves no version behind.
const DIFFERENCES: [&str; 13] = [
    "update entry set title = 'Other' where slug = 'first'",
    "update entry set slug = 'other' where slug = 'first'",
    "update entry set content_type_id = (select id from content_type where key = 'author') where slug = 'first'",
    "update entry set status = 'archived' where slug = 'first'",
    "update entry set published_at = published_at - interval '1 day' where slug = 'first'",
    "update entry set status = 'scheduled', scheduled_at = now() where slug = 'first'",
    "update entry set fields = fields || '{\"price\": 0}' where slug = 'first'",
    "update entry set search_text = 'other' where slug = 'first'",
    "delete from entry_tag where tag_id = (select id from tag where slug = 'snow')",
    "delete from entry_category",
    "delete from entry_reference where field = 'hero'",
    "update entry_reference set target_entry_id = entry_id where field = 'author'",
    "update entry_reference set field = 'other' where field = 'author'",
];

/// All that entries are linked to, as one text.
const LINKS: &str = "select string_agg(l, ' ' order by l) from (select t::text as l from entry_tag t union all \
                     select c::text from entry_category c union all select r::text from entry_reference r) l";

#[tokio::test]
async fn the_smallest_difference_is_written_and_nothing_else() {
    let app = TestApp::start().await;
    let mut sql = app.db.connect().await;
    let keys = format!("{CATALOG}{CONTENT}");
    bring(&app, &keys, None).await;
    let ids = exported(&app).await;
    let links: String = sqlx::query_scalar(LINKS).fetch_one(&mut sql).await.unwrap();
    for (kind, lines) in [("keys", &keys), ("ids", &ids)] {
        for difference in DIFFERENCES {
            let changed = sqlx::query(difference).execute(&mut sql).await.unwrap().rows_affected();
            assert!(changed > 0, "{difference}");
            let (report, set_aside) = bring(&app, lines, None).await;
            // What an entry refers to is told by its fields: the index of it is mended, and the entry is no other.
            let updated = u64::from(!difference.contains("entry_reference"));
            assert_eq!((told(&set_aside), report.updated), (vec![], updated), "{kind}: {difference}");
            assert_eq!(
                sqlx::query_scalar::<_, String>(LINKS).fetch_one(&mut sql).await.unwrap(),
                links,
                "{difference}"
            );
        }
    }
    // Only a line with an id says when its entry was changed.
    let later = "update entry set updated_at = updated_at + interval '1 second' where slug = 'first'";
    for (lines, updated) in [(&ids, 0), (&keys, 0), (&ids, 1)] {
        let (report, _) = bring(&app, lines, None).await;
        assert_eq!(report.updated, updated, "{report:?}");
        sqlx::query(later).execute(&mut sql).await.unwrap();
    }
    bring(&app, &ids, None).await;
    // What is as its line says is not even held: `xmax` tells of any lock since the row was written.
    sqlx::query("update entry set title = title").execute(&mut sql).await.unwrap();
    let (report, _) = bring(&app, &ids, None).await;
    let held = "select count(*) from entry where xmax <> 0";
    assert_eq!(
        (report.updated, sqlx::query_scalar::<_, i64>(held).fetch_one(&mut sql).await.unwrap()),
        (0, 0)
    );
}
