//! One root field is one statement, however deep it goes; and a brand's own fields need no new code.

use brandgraph::domain::{
    catalog::{Catalog, Field},
    fields::{FieldPath, Kind},
};
use serde_json::json;

use super::shelf::Shelf;

#[tokio::test]
async fn a_root_field_costs_one_statement_whatever_is_nested_in_it() {
    let shelf = Shelf::open().await;
    let query = r#"{ entries(first: 20) { totalCount { value } facets { tags { value count } } edges { cursor node { slug brand { slug }
        contentType { key } tags { slug } categories { slug } author: reference(field: "author") { title tags { slug } }
        related: references(field: "related") { edges { cursor node { slug pictures: assets { nodes { url } } related: references(field: "related")
            { nodes { slug } } } } pageInfo { hasNextPage endCursor } } versions { nodes { title } } } } } }"#;
    shelf.data(query).await;
    let before = shelf.wire.executed();
    shelf.data(query).await;
    assert_eq!(shelf.wire.executed() - before, 2, "asked twice");
    let two = "{ a: entries { nodes { slug } } b: brands { nodes { slug } } }";
    // The second connection is opened here, and asked for its number.
    shelf.data(two).await;
    let before = shelf.wire.executed();
    shelf.data(two).await;
    assert_eq!(shelf.wire.executed() - before, 4, "two root fields, asked twice");
}

#[tokio::test]
async fn a_locale_is_looked_up_once_and_one_that_there_is_none_of_each_time() {
    let shelf = Shelf::open().await;
    let query = "query($code: String!) { a: entries(first: 1, locale: {code: $code}) { nodes { locale } } b: entries(first: 1, locale: {code: $code}) { nodes { slug } } }";
    shelf.data_with(query, json!({"code": "fr"})).await;
    let before = shelf.wire.executed();
    shelf.data_with(query, json!({"code": "fr"})).await;
    shelf.data_with(query, json!({"code": "FR"})).await;
    assert_eq!(shelf.wire.executed() - before, 8, "two root fields, asked four times");
    let one = "query($code: String!) { entries(locale: {code: $code}) { nodes { slug } } }";
    shelf.refusal(one, json!({"code": "xx"})).await;
    let before = shelf.wire.executed();
    shelf.refusal(one, json!({"code": "xx"})).await;
    assert_eq!(shelf.wire.executed() - before, 2, "the look, and no read, asked twice");
}

#[tokio::test]
async fn a_field_that_a_brand_adds_at_run_time_is_read_filtered_and_sorted() {
    let path = |path: &str| FieldPath::parse(path, "path").unwrap();
    let catalog = Catalog::built_in()
        .unwrap()
        .with_fields(
            "Entry",
            vec![
                Field::path("price".into(), path("price"), Kind::Number, "The price in euros.".into()),
                Field::path(
                    "boxHeight".into(),
                    path("size.height"),
                    Kind::Number,
                    "The height in mm.".into(),
                ),
            ],
        )
        .unwrap();
    let shelf = Shelf::with(catalog).await;
    let data = shelf
        .data(
            "{ entries(first: 2, filter: {price: {gte: 3}}, orderBy: [{field: BOX_HEIGHT}]) { nodes { price boxHeight } }
               __type(name: \"Entry\") { fields { name description } } }",
        )
        .await;
    assert_eq!(
        data["entries"]["nodes"],
        json!([{"price": 3, "boxHeight": 30}, {"price": 4, "boxHeight": 40}])
    );
    let fields = data["__type"]["fields"].as_array().unwrap();
    assert!(fields.contains(&json!({"name": "price", "description": "The price in euros."})));
}
