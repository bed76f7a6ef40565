//! A small world to write in: a database, a clock that stands still, two brands, and short ways to say the usual.

use brandgraph::{
    domain::{
        Error,
        access::{BrandScope, Role},
        brand::{CreateBrand, LocaleInput, Locales},
        change::Changed,
        content_type::CreateContentType,
        entry::{ChangeStatus, CreateEntry, FieldsChange, OneEntry, Transition, UpdateEntry},
        taxonomy::{CreateCategory, CreateTag},
        text::{Locale, Name, Slug, Title, TypeKey},
    },
    kit::clock::Clock,
    service::{self, Caller, Services},
    store::{Db, Settings},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgConnection, postgres::PgRow};
use uuid::Uuid;

use crate::harness::{TestDb, user};

pub struct World {
    pub services: Services,
    pub owner: Caller,
    pub brand: Uuid,
    pub other_brand: Uuid,
    // Last, so that the pool is gone before the database is.
    pub db: TestDb,
}

pub fn start() -> DateTime<Utc> {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

pub fn caller(role: Role, brands: BrandScope) -> Caller {
    Caller { request_id: Some("request-1".into()), ..Caller::of(user(role, brands)) }
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text, "slug").unwrap()
}

pub fn name(text: &str) -> Name {
    Name::parse(text, "name").unwrap()
}

pub fn locale(text: &str) -> Locale {
    Locale::parse(text, "locale").unwrap()
}

pub fn locales(default: &str, pairs: &[(&str, Option<&str>)]) -> Vec<LocaleInput> {
    let _ = default;
    let input = |(code, fallback): &(&str, Option<&str>)| LocaleInput {
        code: locale(code),
        fallback: fallback.map(locale),
    };
    pairs.iter().map(input).collect()
}

pub fn create_brand(text: &str) -> CreateBrand {
    let wanted = locales("en", &[("en", None), ("de", Some("en"))]);
    CreateBrand { slug: slug(text), name: name(text), locales: Locales::parse(locale("en"), wanted).unwrap() }
}

/// Paths and codes of an error's violations.
pub fn violations(error: &Error) -> Vec<(&str, &'static str)> {
    error.violations().iter().map(|v| (v.path.as_str(), v.code)).collect()
}

impl World {
    pub async fn new() -> Self {
        let db = TestDb::create().await;
        let settings =
            Settings { url: db.url().into(), max_connections: 8, min_connections: 0, ..Settings::default() };
        let services = Services::new(Db::connect(&settings).await.unwrap(), Clock::fixed(start()));
        let owner = caller(Role::Owner, BrandScope::All);
        let brand = service::brand::create(&services, &owner, create_brand("acme")).await.unwrap().id;
        let other_brand = service::brand::create(&services, &owner, create_brand("rival")).await.unwrap().id;
        Self { services, owner, brand, other_brand, db }
    }

    /// A caller of a role in the first brand only.
    pub fn member(&self, role: Role) -> Caller {
        caller(role, BrandScope::Only(vec![self.brand]))
    }

    pub async fn content_type(&self, key: &str, schema: Value) -> Uuid {
        self.content_type_in(self.brand, key, schema).await.unwrap().id
    }

    pub async fn content_type_in(&self, brand_id: Uuid, key: &str, schema: Value) -> Result<Changed, Error> {
        let key = TypeKey::parse(key, "key").unwrap();
        let command =
            CreateContentType { brand_id, name: name(key.as_str()), key, description: None, schema };
        service::content_type::create(&self.services, &self.owner, command).await
    }

    pub fn draft(&self, content_type_id: Uuid, text: &str, fields: Value) -> CreateEntry {
        CreateEntry {
            content_type_id,
            slug: slug(text),
            title: Title::parse(text, "title").unwrap(),
            locale: None,
            fields,
            tags: Vec::new(),
            categories: Vec::new(),
            translation_of: None,
        }
    }

    pub async fn entry(&self, content_type_id: Uuid, text: &str, fields: Value) -> Uuid {
        let command = self.draft(content_type_id, text, fields);
        service::entry::create(&self.services, &self.owner, command).await.unwrap().id
    }

    pub async fn refused(&self, content_type_id: Uuid, text: &str, fields: Value) -> Error {
        let command = self.draft(content_type_id, text, fields);
        service::entry::create(&self.services, &self.owner, command).await.unwrap_err()
    }

    pub async fn change(&self, id: Uuid, transition: Transition) -> Result<Changed, Error> {
        let entry = OneEntry { id, expected_version: None };
        let command = ChangeStatus { entry, transition };
        service::entry::change_status(&self.services, &self.owner, command).await
    }

    pub async fn update(&self, command: UpdateEntry) -> Result<Changed, Error> {
        service::entry::update(&self.services, &self.owner, command).await
    }

    pub async fn tag(&self, brand_id: Uuid, text: &str) -> Uuid {
        let command = CreateTag { brand_id, slug: slug(text), name: name(text) };
        service::tag::create(&self.services, &self.owner, command).await.unwrap().id
    }

    pub async fn category(&self, parent_id: Option<Uuid>, text: &str) -> Uuid {
        let command = CreateCategory {
            brand_id: self.brand,
            parent_id,
            slug: slug(text),
            name: name(text),
            position: 0,
        };
        service::category::create(&self.services, &self.owner, command).await.unwrap().id
    }

    /// One row as JSON, straight from the database.
    pub async fn row(&self, table: &str, id: Uuid) -> Value {
        self.json(&format!("select to_jsonb(t) from {table} t where id = '{id}'")).await
    }

    /// One JSON value, straight from the database; null where there is no row.
    pub async fn json(&self, sql: &str) -> Value {
        let mut connection: PgConnection = self.db.connect().await;
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned()))
            .fetch_optional(&mut connection)
            .await
            .unwrap()
            .unwrap_or(Value::Null)
    }

    /// How many rows a query gives.
    pub async fn count(&self, sql: &str) -> usize {
        let mut connection: PgConnection = self.db.connect().await;
        let rows: Vec<PgRow> =
            sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        rows.len()
    }

    /// The kinds of events about a row, oldest first.
    pub async fn events(&self, id: Uuid) -> Value {
        let sql = format!(
            "select coalesce(jsonb_agg(kind order by created_at, detail->'version', id), '[]') from audit_record where node like '%_{id}'"
        );
        self.json(&sql).await
    }
}

/// A change of nothing yet.
pub fn update(id: Uuid) -> UpdateEntry {
    UpdateEntry {
        id,
        expected_version: None,
        slug: None,
        title: None,
        fields: FieldsChange::Keep,
        tags: None,
        categories: None,
    }
}

pub fn article() -> Value {
    json!({
        "type": "object", "additionalProperties": false,
        "properties": {
            "body": {"type": "string", "x-searchable": true},
            "price": {"type": "number", "minimum": 0, "x-filterable": true, "x-sortable": true},
            "sku": {"type": "string", "x-unique": true},
            "hero": {"type": "string", "x-reference": {"asset": true}},
            "related": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": ["article"]}},
        },
    })
}
