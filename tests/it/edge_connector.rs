//! A connector keeps to its platform: no path leads elsewhere, and a pull that got less than all of it says so.

use brandgraph::{
    cmp::Connector,
    domain::{Code, source::RunStatus},
};
use serde_json::json;
use wiremock::{Request, ResponseTemplate};

use crate::sync_world::{SECRET, World, platform};

const NOTES: &str = r#"connector: notes
auth: {bearer: {credential: token}}
limits: {timeout_seconds: 1}
content_types:
  - {key: note, name: Note, schema: {type: object}}
resources:
  - name: notes
    list: {path: "/notes", query: {page: "{page}"}, items: .items, total: {body: .total}, paging: {page: {size: 3}}}
    entry: {type: note, external_id: .id, title: .title}
"#;

#[test]
fn a_path_that_leaves_the_base_url_is_refused_where_it_stands() {
    for path in [
        "http://127.0.0.1:9102/x",
        "\\\\\\\\127.0.0.1:9102/x",
        "/\\\\127.0.0.1/x",
        "/../../x",
        "a/%2E%2e/../x",
        "a/..%2f..%2fx",
        "a/..%5cx",
        "ht\\ttp://127.0.0.1/x",
        "http{page}://127.0.0.1/x",
        "javascript:alert(1)",
        "",
        "  ",
    ] {
        let text = NOTES.replace("/notes", path);
        let error = Connector::parse("notes.yaml", &text).expect_err(path);
        let fault = &error.violations()[0];
        assert_eq!((fault.path.as_str(), fault.code), ("notes.yaml:8:18", "path"), "{path}: {error}");
    }
    for path in ["/", "notes", "/api/notes?x=1", "/a//b", "/a/./b", "/{page}/x", "/a:b", "/..a/b.."] {
        let text = NOTES.replace("/notes", path);
        Connector::parse("notes.yaml", &text).unwrap_or_else(|error| panic!("{path}: {error:?}"));
    }
}

fn page(request: &Request) -> u64 {
    request.url.query_pairs().find(|(key, _)| key == "page").map_or(1, |(_, page)| page.parse().unwrap())
}

fn items(from: u64, count: u64, total: Option<u64>) -> ResponseTemplate {
    let items: Vec<_> = (from..from + count).map(|id| json!({"id": id, "title": "A"})).collect();
    ResponseTemplate::new(200).set_body_json(json!({"items": items, "total": total}))
}

#[tokio::test]
async fn a_pull_that_gets_fewer_items_than_there_are_fails_and_keeps_what_came() {
    // The total is said on every page, on the first only, and on a list of one page.
    let one_page = NOTES.replace("query: {page: \"{page}\"}, ", "").replace("{page: {size: 3}}", "none");
    for (connector, second, place) in [
        (NOTES.to_owned(), Some(7), "page 2 is empty"),
        (NOTES.to_owned(), None, "page 2 is empty"),
        (one_page, None, "its one page holds no more"),
    ] {
        let mut world = World::new().await;
        let server = platform(move |request| match page(request) {
            1 => items(0, 3, Some(7)),
            _ => items(0, 0, second),
        })
        .await;
        world.source(&connector, &server.uri()).await;
        let run = world.sync().await.unwrap();
        let error = run.error.expect("the pull says that it succeeded");
        assert_eq!((run.status, error.code()), (RunStatus::Failed, Code::UpstreamUnavailable));
        let said = format!("resource `notes`: 3 of 7 items came, and {place}");
        assert_eq!(error.message(), said);
        assert_eq!(world.number("select count(*) from entry").await, 3);
        assert_eq!(world.text("select status || ' ' || error from sync_run").await, format!("failed {said}"));
    }
}

#[tokio::test]
async fn a_redirect_that_goes_in_circles_is_not_called_another_host() {
    let world = World::new().await;
    let server = platform(|_| ResponseTemplate::new(302).insert_header("Location", "/notes?page=1")).await;
    world.source(NOTES, &server.uri()).await;
    let error = world.sync().await.unwrap().error.unwrap();
    assert_eq!(error.code(), Code::UpstreamUnavailable);
    assert!(error.message().ends_with("leads on and on: more than 5 redirects"), "{error}");
    assert!(!format!("{error:?}").contains(SECRET));
}
