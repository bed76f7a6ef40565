//! Mapping: items become records, and an item that does not fit is set aside with resource, index, id, field and reason.

use brandgraph::{
    cmp::{
        Connector,
        map::{Mapped, map_page},
    },
    domain::{
        Code, Result,
        record::{Record, RecordStatus, Target},
    },
};
use bytes::Bytes;
use serde_json::{Value, json};
use url::Url;

const BLOG: &str = r#"connector: blog
resources:
  - name: images
    list: {path: /images, items: ., paging: none}
    asset:
      external_id: .id
      filename: .file
      media_type: .mime
      url: .src
      width: .w
  - name: posts
    list: {path: /posts, items: .data, total: {body: .count}, paging: none}
    expand: 'if .texts then . as $post | .texts[] | $post + . else . end'
    entry:
      type: post
      external_id: .id
      title: .title
      locale: .locale
      status: .status
      published_at: .date
      fields: {mood: .mood, score: (.score | values) / 2}
      tags: .tags
      categories: .where
      references:
        hero: {resource: images, id: .hero}
        related: {resource: posts, id: .related}
"#;

fn map(resource: &str, body: impl Into<Bytes>) -> Result<Mapped> {
    let connector = Connector::parse("blog.yaml", BLOG).unwrap();
    let resource = connector.resource(resource).unwrap();
    map_page(&connector, resource, &Url::parse("https://cmp.test/api").unwrap(), &body.into(), None, 100)
}

fn posts(items: Value) -> Mapped {
    map("posts", json!({"data": items, "count": 7}).to_string()).unwrap()
}

fn entry(record: &Record) -> &brandgraph::domain::record::EntryRecord {
    match record {
        Record::Entry(entry) => entry,
        Record::Asset(asset) => panic!("{asset:?}"),
    }
}

#[test]
fn an_item_becomes_an_entry() {
    let mapped = posts(json!([{
        "id": 42, "title": "Hei", "locale": "nb", "status": "draft", "date": "2026-01-02T03:04:05+01:00", "mood": "calm",
        "score": 3, "tags": ["Big News", {"slug": "x", "name": "X!"}], "where": [["World", "Europe"]], "hero": "a/1",
        "related": [7, null, "8"],
    }]));
    assert_eq!((mapped.items, mapped.total, mapped.failures.len()), (1, Some(7), 0));
    let entry = entry(&mapped.records[0]);
    assert_eq!(entry.key.to_string(), "posts/42");
    assert_eq!(entry.status, RecordStatus::Draft);
    assert_eq!(entry.published_at.unwrap().utc().to_rfc3339(), "2026-01-02T02:04:05+00:00");
    assert_eq!(Value::Object(entry.fields.clone()), json!({"mood": "calm", "score": 1.5}));
    assert_eq!(entry.tags[0].slug, "big-news");
    assert_eq!((entry.tags[1].slug.as_str(), entry.tags[1].name.as_str()), ("x", "X!"));
    assert_eq!(
        entry.categories[0].iter().map(|step| step.slug.as_str()).collect::<Vec<_>>(),
        ["world", "europe"]
    );
    let [hero, related] = entry.references.as_slice() else { panic!("{:?}", entry.references) };
    assert_eq!(
        (hero.to, hero.many, hero.keys[0].to_string()),
        (Target::Asset, false, "images/a/1".to_owned())
    );
    assert_eq!((related.to, related.many, related.keys.len()), (Target::Entry, true, 2));
}

#[test]
fn one_item_can_become_several_records() {
    let mapped =
        posts(json!([{"id": 1, "texts": [{"locale": "en", "title": "A"}, {"locale": "de", "title": "B"}]}]));
    let locales: Vec<_> = mapped.records.iter().map(|record| entry(record).locale.clone().unwrap()).collect();
    assert_eq!(locales, ["en", "de"]);
    assert_eq!(mapped.items, 1);
}

#[test]
fn an_item_that_does_not_fit_is_set_aside_and_the_others_go_on() {
    let good = json!({"id": 1, "title": "A"});
    let cases = [
        (json!({"title": "A"}), None, "external_id", "required"),
        (json!({"id": [], "title": "A"}), None, "external_id", "type"),
        (json!({"id": 2}), Some("2"), "title", "required"),
        (json!({"id": 2, "title": 5}), Some("2"), "title", "type"),
        (json!({"id": 2, "title": "A", "status": "gone"}), Some("2"), "status", "enum"),
        (json!({"id": 2, "title": "A", "date": "tomorrow"}), Some("2"), "published_at", "time"),
        (json!({"id": 2, "title": "A", "score": "high"}), Some("2"), "fields.score", "jq"),
        (json!({"id": 2, "title": "A", "tags": "one"}), Some("2"), "tags", "type"),
        (json!({"id": 2, "title": "A", "tags": ["?"]}), Some("2"), "tags/0", "slug"),
        (json!({"id": 2, "title": "A", "where": ["Europe"]}), Some("2"), "categories/0", "type"),
        (json!({"id": 2, "title": "A", "hero": {"a": 1}}), Some("2"), "references.hero", "type"),
        (json!("text"), None, "expand", "jq"),
    ];
    for (bad, id, path, code) in cases {
        let mapped = posts(json!([good, bad, good]));
        assert_eq!(mapped.records.len(), 2, "{bad}");
        let [failure] = mapped.failures.as_slice() else { panic!("{bad}: {:?}", mapped.failures) };
        assert_eq!((failure.resource.as_str(), failure.index), ("posts", 101), "{bad}");
        assert_eq!(
            (failure.external_id.as_deref(), failure.path.as_str(), failure.code.as_str()),
            (id, path, code)
        );
    }
}

#[test]
fn an_address_is_joined_to_the_base_and_must_be_of_the_web() {
    let image =
        |src: &str| json!([{"id": 1, "file": "a.webp", "mime": "Image/WebP; q=1", "src": src, "w": "640"}]);
    let mapped = map("images", image("/files/a.webp").to_string()).unwrap();
    let Record::Asset(asset) = &mapped.records[0] else { panic!() };
    assert_eq!(asset.url, "https://cmp.test/api/files/a.webp");
    assert_eq!((asset.media_type.as_str(), asset.width), ("image/webp", Some(640)));
    for bad in ["javascript:alert(1)", "file:///etc/passwd"] {
        assert_eq!(map("images", image(bad).to_string()).unwrap().failures[0].code, "url");
    }
}

#[test]
fn an_answer_of_another_shape_says_what_came() {
    let error = map("posts", json!({"errors": [], "meta": 1}).to_string()).unwrap_err();
    assert_eq!(error.code(), Code::UpstreamUnavailable);
    assert_eq!(
        error.message(),
        "resource `posts`: `items` gives nothing, not a list; the answer is an object with `errors`, `meta`"
    );
    let error = map("posts", "[]").unwrap_err();
    assert!(error.message().ends_with("`items` cannot be applied; the answer is a list"), "{error}");
}

#[test]
fn half_an_answer_says_where_it_ends() {
    let error = map("posts", r#"{"data": [{"id": 1, "ti"#).unwrap_err();
    assert_eq!(error.code(), Code::UpstreamUnavailable);
    assert_eq!(error.message(), "resource `posts`: the answer ends in the middle, after 23 bytes");
}

#[test]
fn deep_nesting_ends_in_an_error_not_in_a_crash() {
    let error = map("posts", "[".repeat(100_000)).unwrap_err();
    assert_eq!(error.code(), Code::UpstreamUnavailable);
}

#[test]
fn text_that_is_read_as_json_cannot_bring_the_mapping_down() {
    for expression in ["fromjson", "tonumber", "tojson"] {
        let connector = format!(
            "connector: c\nresources:\n  - name: r\n    list: {{path: /, items: ., paging: none}}\n    \
             entry: {{type: t, external_id: '\"1\"', title: '.t | {expression} | tostring'}}\n"
        );
        let connector = Connector::parse("c.yaml", &connector).unwrap();
        let body = json!([{"t": "[".repeat(3_000_000)}]).to_string();
        let base = Url::parse("https://cmp.test").unwrap();
        let mapped = std::thread::Builder::new()
            .stack_size(64 * 1024 * 1024)
            .spawn(move || map_page(&connector, &connector.resources[0], &base, &body.into(), None, 0))
            .unwrap()
            .join()
            .unwrap()
            .unwrap();
        assert_eq!(mapped.failures.len(), usize::from(expression != "tojson"), "{expression}");
    }
}
