//! Cursors hold still while rows come and go, and belong to one list alone.

use serde_json::{Value, json};
use sqlx::Executor;

use super::shelf::{Shelf, slugs};

const PAGE: &str = r#"query($after: String, $color: JSON = "red", $direction: OrderDirection = ASC, $search: SearchInput) {
    entries(first: 3, after: $after, search: $search, filter: {fields: [{path: "color", eq: $color}]},
        orderBy: [{field: SLUG, direction: $direction}]) { nodes { slug } pageInfo { endCursor } } }"#;

async fn cursor(shelf: &Shelf) -> Value {
    shelf.data(PAGE).await["entries"]["pageInfo"]["endCursor"].clone()
}

#[tokio::test]
async fn rows_that_come_and_go_neither_repeat_nor_hide_others() {
    let shelf = Shelf::open().await;
    let after = cursor(&shelf).await;
    shelf
        .test
        .connect()
        .await
        .execute(
            "delete from entry_reference; delete from entry where slug in ('article-01', 'article-04');
             insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, created_at, updated_at)
             select gen_random_uuid(), brand_id, content_type_id, gen_random_uuid(), 'article-00' , 'en', 'New', 'draft', fields, now(), now()
             from entry where slug = 'article-02'",
        )
        .await
        .unwrap();
    let data = shelf.data_with(PAGE, json!({"after": after})).await;
    assert_eq!(slugs(&data["entries"]["nodes"]), ["article-05", "article-08", "article-10"]);
}

#[tokio::test]
async fn a_cursor_of_another_filter_order_or_search_is_refused() {
    let shelf = Shelf::open().await;
    let after = cursor(&shelf).await;
    for other in [
        json!({"after": after, "color": "blue"}),
        json!({"after": after, "direction": "DESC"}),
        json!({"after": after, "search": {"text": "shoes"}}),
    ] {
        let (code, ..) = shelf.refusal(PAGE, other.clone()).await;
        assert_eq!(code, "CURSOR_MISMATCH", "{other}");
    }
    let (code, path, _) = shelf.refusal(PAGE, json!({"after": "bm9uc2Vuc2U"})).await;
    assert_eq!((code.as_str(), path.as_str()), ("INVALID", "after"));
    let data = shelf.data_with(PAGE, json!({"after": after})).await;
    assert_eq!(slugs(&data["entries"]["nodes"]), ["article-05", "article-08", "article-10"]);
}
