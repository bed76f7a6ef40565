//! An entry's row, without the search vector that the database derives.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::store::image::Imaged;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[serde(rename_all = "camelCase")]
#[sea_orm(table_name = "entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip)]
    pub id: Uuid,
    #[serde(skip)]
    pub brand_id: Uuid,
    pub content_type_id: Uuid,
    pub translation_id: Uuid,
    pub slug: String,
    pub locale: String,
    pub title: String,
    pub status: String,
    pub fields: Json,
    #[serde(skip)]
    pub search_text: String,
    pub source_id: Option<Uuid>,
    pub external_id: Option<String>,
    pub version: i32,
    pub published_at: Option<ChronoDateTimeUtc>,
    pub scheduled_at: Option<ChronoDateTimeUtc>,
    pub publish_problem: Option<Json>,
    #[serde(skip)]
    pub created_at: ChronoDateTimeUtc,
    #[serde(skip)]
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Imaged for Model {
    fn key(&self) -> Uuid {
        self.id
    }
}
