//! Counts by value, over all pages of a list.

use serde_json::json;
use sqlx::Executor;

use super::shelf::Shelf;

#[tokio::test]
async fn counts_by_every_kind_of_value() {
    let shelf = Shelf::open().await;
    let data = shelf
        .data(
            r#"{ entries(first: 1, filter: {brand: {slug: {eq: "acme"}}}) { totalCount { value relation } facets {
                tags(first: 2) { value label id count } categories { value count } contentTypes { value count }
                statuses { value count } locales { value count } field(path: "color") { value label count }
                prices: field(path: "price", first: 1) { value label count } } } }"#,
        )
        .await;
    assert_eq!(data["entries"]["totalCount"], json!({"value": 24, "relation": "EXACT"}));
    assert_eq!(
        data["entries"]["facets"],
        json!({
            "tags": [
                {"value": "tag-0", "label": "Tag 0", "id": "tag_00000000-0000-0000-0000-00000000a100", "count": 4},
                {"value": "tag-1", "label": "Tag 1", "id": "tag_00000000-0000-0000-0000-00000000a101", "count": 4},
            ],
            "categories": [{"value": "boots", "count": 1}, {"value": "shoes", "count": 1}, {"value": "shop", "count": 1}],
            "contentTypes": [{"value": "article", "count": 22}, {"value": "author", "count": 2}],
            "statuses": [{"value": "DRAFT", "count": 12}, {"value": "PUBLISHED", "count": 12}],
            "locales": [{"value": "en", "count": 22}, {"value": "fr", "count": 1}, {"value": "fr-CA", "count": 1}],
            "field": [{"value": "red", "label": "red", "count": 12}, {"value": "blue", "label": "blue", "count": 6}],
            "prices": [{"value": 1, "label": "1", "count": 1}],
        })
    );
}

#[tokio::test]
async fn categories_count_for_those_above_when_asked_and_each_entry_once() {
    let shelf = Shelf::open().await;
    // article-03 is filed under boots; now under shoes as well, of which boots are a part.
    let twice = "insert into entry_category (entry_id, category_id) values
        ('00000000-0000-0000-0000-00000000a503', '00000000-0000-0000-0000-00000000a202')";
    shelf.test.connect().await.execute(twice).await.unwrap();
    let data = shelf
        .data(
            r#"{ entries(first: 0) { facets { rolled: categories(withDescendants: true) { value label id count }
                top: categories(first: 1, withDescendants: true) { count } plain: categories { value count } } } }"#,
        )
        .await;
    let facets = &data["entries"]["facets"];
    let id = |last: u8| format!("category_00000000-0000-0000-0000-00000000a20{last}");
    assert_eq!(
        facets["rolled"],
        json!([{"value": "shop", "label": "Shop", "id": id(1), "count": 3},
            {"value": "shoes", "label": "Shoes", "id": id(2), "count": 2},
            {"value": "boots", "label": "Boots", "id": id(3), "count": 1}])
    );
    assert_eq!(facets["top"], json!([{"count": 3}]));
    assert_eq!(
        facets["plain"],
        json!([{"value": "shoes", "count": 2}, {"value": "boots", "count": 1}, {"value": "shop", "count": 1}])
    );
}
