//! Every scalar that can be read can be filtered by, or it stands in the list of those that cannot, with the reason.

use brandgraph::domain::{
    catalog::{Catalog, Field, Read},
    fields::{FieldPath, Kind},
};
use serde_json::{Value, json};

use super::shelf::{Shelf, slugs};

/// The scalars without a filter, and why.
const WITHOUT: [(&str, &str, &str); 9] = [
    (
        "EntryVersion",
        "fields",
        "history is filtered by what was done, when and by whom; its JSON has no index",
    ),
    ("Asset", "metadata", "whatever a platform says of a file: no declared shape, no index"),
    ("Asset", "alts", "texts by locale for people; `alt` is filtered by"),
    ("ContentType", "schema", "a JSON Schema is a document, not a value"),
    ("AuditRecord", "before", "what was there, of any shape; no index"),
    ("AuditRecord", "after", "what is there, of any shape; no index"),
    ("AuditRecord", "detail", "of any shape; no index"),
    ("Role", "restrictions", "an object of lists and conditions; no index"),
    ("SyncRun", "failures", "a list of messages for people; `failed` counts them"),
];

#[tokio::test]
async fn every_scalar_filters_or_says_why_not() {
    let shelf = Shelf::open().await;
    let types = shelf
        .data("{ __schema { types { name kind inputFields { name type { name } } fields { name type { name kind ofType { name kind } } } } } }")
        .await;
    let types = types["__schema"]["types"].as_array().unwrap();
    let find = |name: &str| types.iter().find(|found| found["name"] == name);
    let catalog = Catalog::built_in().unwrap();
    let mut missing = Vec::new();
    for noun in catalog.nouns() {
        let filter = find(&format!("{}Filter", noun.name)).expect("a filter for every noun");
        for field in find(&noun.name).unwrap()["fields"].as_array().unwrap() {
            let ty =
                if field["type"]["kind"] == "NON_NULL" { &field["type"]["ofType"] } else { &field["type"] };
            let composite = matches!(ty["kind"].as_str().unwrap(), "OBJECT" | "INTERFACE");
            let relation = noun.field(field["name"].as_str().unwrap()).unwrap().read.relation().is_some();
            let any_path = matches!(noun.field(field["name"].as_str().unwrap()).unwrap().read, Read::AnyPath);
            if composite || relation || any_path {
                continue;
            }
            let name = field["name"].as_str().unwrap();
            let filters = filter["inputFields"].as_array().unwrap().iter().any(|input| input["name"] == name);
            let excused = WITHOUT.iter().any(|(of, field, _)| *of == noun.name && *field == name);
            if filters == excused {
                missing.push(format!("{}.{name}", noun.name));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new(), "filter, or give the reason; and not both");
}

#[tokio::test]
async fn filters_reach_history_pulls_locales_types_and_sources() {
    let shelf = Shelf::open().await;
    let entry = r#"entry(by: {id: "entry_00000000-0000-0000-0000-00000000a502"})"#;
    let data = shelf
        .data(&format!(
            r#"{{
                titles: {entry} {{ versions(filter: {{title: {{contains: "OLD"}}}}) {{ nodes {{ version }} }} }}
                slugs: {entry} {{ versions(filter: {{slug: {{eq: "article-02"}}, status: {{eq: PUBLISHED}}}}) {{ nodes {{ version }} }} }}
                runs: source(by: {{name: "press"}}) {{ runs(filter: {{seen: {{lt: 1}}, created: {{eq: 0}}, updated: {{lte: 0}},
                    unchanged: {{gte: 0}}, error: {{exists: false}}, errorCode: {{exists: false}}}}) {{ totalCount {{ value }} }} }}
                none: source(by: {{name: "press"}}) {{ runs(filter: {{seen: {{gt: 0}}}}) {{ totalCount {{ value }} }} }}
                sources(filter: {{connector: {{eq: "directus"}}, baseUrl: {{startsWith: "HTTP://127"}}, version: {{eq: 1}}}}) {{ nodes {{ name }} }}
                described: contentTypes(filter: {{description: {{exists: true}}}}) {{ totalCount {{ value }} }}
                undescribed: contentTypes(filter: {{description: {{exists: false}}}}) {{ totalCount {{ value }} }}
                french: brands(filter: {{locales: {{some: {{code: {{eq: "fr"}}, fallback: {{eq: "en"}}}}}}}}) {{ nodes {{ slug }} }}
                unfallen: brands(filter: {{locales: {{none: {{fallback: {{exists: true}}}}}}}}) {{ nodes {{ slug }} }}
                chained: brands(filter: {{locales: {{some: {{code: {{eq: "fr-CA"}}, chain: {{contains: "en"}}}}}}}}) {{ nodes {{ slug }} }}
                anyChain: brands(filter: {{locales: {{some: {{chain: {{containsAny: ["fr", "nl"]}}}}}}}}) {{ nodes {{ slug }} }}
                noChain: brands(filter: {{locales: {{some: {{chain: {{containsAny: ["nl"]}}}}}}}}) {{ nodes {{ slug }} }}
            }}"#
        ))
        .await;
    assert_eq!(data["titles"]["versions"]["nodes"], json!([{"version": 1}]));
    assert_eq!(data["slugs"]["versions"]["nodes"], json!([{"version": 2}]));
    assert_eq!(data["runs"]["runs"]["totalCount"]["value"], 1);
    assert_eq!(data["none"]["runs"]["totalCount"]["value"], 0);
    assert_eq!(data["sources"]["nodes"], json!([{"name": "press"}]));
    assert_eq!(
        (&data["described"]["totalCount"]["value"], &data["undescribed"]["totalCount"]["value"]),
        (&json!(0), &json!(3))
    );
    let brands = |key: &str| slugs(&data[key]["nodes"]);
    assert_eq!((brands("french"), brands("unfallen")), (vec!["acme".into()], vec!["zen".into()]));
    assert_eq!((brands("chained"), brands("anyChain")), (vec!["acme".into()], vec!["acme".into()]));
    assert_eq!(brands("noChain"), Vec::<String>::new());
}

#[tokio::test]
async fn a_list_that_a_brand_adds_at_run_time_is_filtered_by_its_elements() {
    let sizes = Field::path(
        "sizes".into(),
        FieldPath::parse("sizes", "path").unwrap(),
        Kind::List,
        "The sizes there are.".into(),
    );
    let catalog = Catalog::built_in().unwrap().with_fields("Entry", vec![sizes]).unwrap();
    let shelf = Shelf::with(catalog).await;
    for (filter, expected) in [
        ("{sizes: {contains: 7}}", vec!["article-06", "article-07"]),
        ("{sizes: {containsAny: [3, 9]}}", vec!["article-02", "article-03", "article-08", "article-09"]),
        ("{sizes: {containsAny: []}}", vec![]),
        ("{sizes: {containsAll: [3, 4]}}", vec!["article-03"]),
        ("{sizes: {exists: true}, slug: {lt: \"article-02\"}}", vec!["article-01"]),
        ("{fields: [{path: \"sizes\", containsAny: [3]}]}", vec!["article-02", "article-03"]),
    ] {
        let list = format!("first: 100, orderBy: [{{field: SLUG}}], filter: {filter}");
        assert_eq!(shelf.slugs(&list).await, expected, "{filter}");
    }
    let order = shelf.ask("{ entries(orderBy: [{field: SIZES}]) { nodes { slug } } }", json!({})).await;
    assert_eq!(order.get("data"), None, "a list has no order: {order}");
    let query = "query($f: EntryFilter) { entries(filter: $f) { nodes { slug } } }";
    let answer = shelf.ask(query, json!({"f": {"sizes": {"containsAny": null}}})).await;
    assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["path"], "filter.sizes.containsAny");
    assert_eq!(answer["data"], Value::Null);
}
