//! Orders, and pages in every order, forward and backward.

use serde_json::{Value, json};

use super::shelf::{Shelf, slugs};

/// Orders of all kinds: with and without nulls, with ties, mixed directions, custom fields.
const ORDERS: [&str; 12] = [
    "[{field: SLUG}]",
    "[{field: CREATED_AT, direction: DESC}]",
    "[{field: CREATED_AT, direction: DESC}, {field: TITLE}]",
    "[{field: PUBLISHED_AT, direction: DESC}]",
    "[{field: PUBLISHED_AT, direction: ASC, nulls: FIRST}]",
    "[{field: PUBLISHED_AT, direction: DESC, nulls: FIRST}, {field: SLUG, direction: ASC}]",
    r#"[{field: FIELD, path: "color", direction: DESC}, {field: PUBLISHED_AT, nulls: FIRST}]"#,
    r#"[{field: FIELD, path: "price", as: NUMBER, direction: DESC, nulls: LAST}]"#,
    "[{field: STATUS}, {field: TITLE, direction: DESC}]",
    r#"[{field: FIELD, path: "color", direction: DESC}]"#,
    r#"[{field: FIELD, path: "color", nulls: FIRST}]"#,
    r#"[{field: FIELD, path: "nowhere", direction: DESC}]"#,
];

const FILTERS: [&str; 2] =
    [r#"{locale: {eq: "en"}}"#, r#"{contentType: {key: {eq: "article"}}, status: {eq: PUBLISHED}}"#];

async fn page(shelf: &Shelf, arguments: &str) -> (Vec<String>, Value) {
    let query = format!(
        "{{ entries({arguments}) {{ edges {{ cursor node {{ slug }} }}
            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
    );
    let mut data = shelf.data(&query).await;
    let edges = data["entries"]["edges"].as_array().unwrap().clone();
    let info = data["entries"]["pageInfo"].take();
    assert_eq!(info["startCursor"], edges.first().map_or(Value::Null, |edge| edge["cursor"].clone()));
    assert_eq!(info["endCursor"], edges.last().map_or(Value::Null, |edge| edge["cursor"].clone()));
    (edges.iter().map(|edge| edge["node"]["slug"].as_str().unwrap().to_owned()).collect(), info)
}

#[tokio::test]
async fn pages_cover_every_row_once_forward_and_backward() {
    let shelf = Shelf::open().await;
    for filter in FILTERS {
        for order in ORDERS {
            let list = format!("filter: {filter}, orderBy: {order}");
            let (all, _) = page(&shelf, &format!("first: 100, {list}")).await;
            let (mut forward, mut after) = (Vec::new(), String::new());
            loop {
                let (some, info) = page(&shelf, &format!("first: 3, {after}{list}")).await;
                forward.extend(some);
                assert_eq!(info["hasPreviousPage"], !after.is_empty());
                if info["hasNextPage"] == json!(false) {
                    break;
                }
                after = format!("after: {}, ", info["endCursor"]);
            }
            assert_eq!(forward, all, "forward by {list}");
            let (mut backward, mut before) = (Vec::new(), String::new());
            loop {
                let (mut some, info) = page(&shelf, &format!("last: 4, {before}{list}")).await;
                some.extend(backward);
                backward = some;
                assert_eq!(info["hasNextPage"], !before.is_empty());
                if info["hasPreviousPage"] == json!(false) {
                    break;
                }
                before = format!("before: {}, ", info["startCursor"]);
            }
            assert_eq!(backward, all, "backward by {list}");
        }
    }
}

#[tokio::test]
async fn nulls_go_where_they_are_told() {
    let shelf = Shelf::open().await;
    let colors = |nulls: &'static str, direction: &'static str| {
        let shelf = &shelf;
        async move {
            let query = format!(
                r#"{{ entries(first: 100, filter: {{slug: {{startsWith: "article-0"}}, locale: {{eq: "en"}}}},
                    orderBy: [{{field: FIELD, path: "color", direction: {direction}, nulls: {nulls}}}]) {{ nodes {{ c: field(path: "color") }} }} }}"#
            );
            let data = shelf.data(&query).await;
            let nodes = data["entries"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| node["c"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>().concat()
        }
    };
    assert_eq!(colors("LAST", "ASC").await, "bluebluebluered".to_owned() + "redredredred-");
    assert_eq!(colors("FIRST", "ASC").await, "-bluebluebluered".to_owned() + "redredredred");
    assert_eq!(colors("LAST", "DESC").await, "redredredredred".to_owned() + "blueblueblue-");
    assert_eq!(colors("FIRST", "DESC").await, "-redredredredred".to_owned() + "blueblueblue");
}

#[tokio::test]
async fn nested_pages_have_an_order_and_cursors_of_their_own() {
    let shelf = Shelf::open().await;
    let query = |after: &str| {
        format!(
            r#"{{ brand(by: {{slug: "acme"}}) {{ name entries(first: 2, {after} filter: {{fields: [{{path: "color", eq: "blue"}}]}},
                orderBy: [{{field: SLUG, direction: DESC}}]) {{ edges {{ cursor node {{ slug title }} }} pageInfo {{ endCursor hasNextPage }} }} }} }}"#
        )
    };
    let first = shelf.data(&query("")).await;
    let entries = &first["brand"]["entries"];
    assert_eq!(entries["edges"][1]["cursor"], entries["pageInfo"]["endCursor"]);
    let second = shelf.data(&query(&format!("after: {},", entries["pageInfo"]["endCursor"]))).await;
    let nodes: Vec<Value> = second["brand"]["entries"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| edge["node"].clone())
        .collect();
    assert_eq!(slugs(&json!(nodes)), ["article-12", "article-09"]);
}

#[tokio::test]
async fn a_page_between_two_places_has_what_lies_between_them() {
    let shelf = Shelf::open().await;
    for order in ORDERS {
        let list = format!("filter: {}, orderBy: {order}", FILTERS[0]);
        let query = format!("{{ entries(first: 100, {list}) {{ edges {{ cursor node {{ slug }} }} }} }}");
        let data = shelf.data(&query).await;
        let edges = data["entries"]["edges"].as_array().unwrap();
        let slug = |edge: &Value| edge["node"]["slug"].as_str().unwrap().to_owned();
        for (from, to) in [(0, edges.len() - 1), (2, edges.len() - 2), (edges.len() - 4, edges.len() - 1)] {
            let between =
                format!("after: {}, before: {}, {list}", edges[from]["cursor"], edges[to]["cursor"]);
            let wanted: Vec<String> = edges[from + 1..to].iter().map(slug).collect();
            assert_eq!(page(&shelf, &format!("first: 100, {between}")).await.0, wanted, "{order}");
            assert_eq!(page(&shelf, &format!("last: 100, {between}")).await.0, wanted, "{order}");
        }
    }
}
