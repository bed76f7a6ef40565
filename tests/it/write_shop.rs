//! A brand with one kind of product, written through the graph: what tests of single mutations begin with.

use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor};

use crate::harness::TestApp;

const BRAND: &str = "mutation($input: CreateBrandInput!) { createBrand(input: $input) { brand { id } } }";
const TYPE: &str =
    "mutation($input: CreateContentTypeInput!) { createContentType(input: $input) { contentType { id } } }";
const SCHEMA: &str = "mutation($id: ID!, $schema: JSON!, $force: Boolean!) {
    updateContentType(input: {id: $id, schema: $schema, force: $force}) { applied } }";
const ENTRY: &str =
    "mutation($input: CreateEntryInput!) { createEntry(input: $input) { entry { id version } } }";

pub struct Shop<'a> {
    pub app: &'a TestApp,
    pub brand: Value,
    pub kind: Value,
}

impl<'a> Shop<'a> {
    pub async fn open(app: &'a TestApp) -> Self {
        let input =
            json!({"slug": "acme", "name": "Acme", "defaultLocale": "en", "locales": [{"code": "en"}]});
        let brand =
            app.as_owner().data(BRAND, json!({"input": input})).await["createBrand"]["brand"]["id"].clone();
        let mut shop = Self { app, brand, kind: Value::Null };
        let schema = json!({"type": "object", "required": ["price"], "properties": {
            "price": {"type": "number"}, "see": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": true}}}});
        shop.kind = shop.content_type("product", schema).await;
        shop
    }

    pub async fn content_type(&self, key: &str, schema: Value) -> Value {
        let input = json!({"brandId": self.brand, "key": key, "name": key, "schema": schema});
        self.app.as_owner().data(TYPE, json!({"input": input})).await["createContentType"]["contentType"]
            ["id"]
            .clone()
    }

    /// Gives the product another schema, whether its entries fit or not.
    pub async fn force(&self, schema: Value) {
        let variables = json!({"id": self.kind, "schema": schema, "force": true});
        let done = self.app.as_owner().data(SCHEMA, variables).await;
        assert_eq!(done["updateContentType"]["applied"], json!(true));
    }

    pub async fn entry(&self, slug: &str) -> Value {
        self.entry_with(slug, json!({"price": 1})).await
    }

    pub async fn entry_with(&self, slug: &str, fields: Value) -> Value {
        let input = json!({"contentTypeId": self.kind, "slug": slug, "title": slug, "fields": fields});
        self.app.as_owner().data(ENTRY, json!({"input": input})).await["createEntry"]["entry"].clone()
    }

    /// How many rows a query gives, straight from the database.
    pub async fn count(&self, sql: &str) -> usize {
        self.app.db.connect().await.fetch_all(AssertSqlSafe(sql.to_owned())).await.unwrap().len()
    }

    /// Changes the database behind the application's back.
    pub async fn execute(&self, sql: &str) {
        self.app.db.connect().await.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }
}
