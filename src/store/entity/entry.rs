//! An entry's row, without the search vector that the database derives.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub brand_id: Uuid,
    pub content_type_id: Uuid,
    pub translation_id: Uuid,
    pub slug: String,
    pub locale: String,
    pub title: String,
    pub status: String,
    pub fields: Json,
    pub search_text: String,
    pub source_id: Option<Uuid>,
    pub external_id: Option<String>,
    pub version: i32,
    pub published_at: Option<ChronoDateTimeUtc>,
    pub scheduled_at: Option<ChronoDateTimeUtc>,
    pub publish_problem: Option<Json>,
    pub created_at: ChronoDateTimeUtc,
    pub updated_at: ChronoDateTimeUtc,
    pub deleted_at: Option<ChronoDateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
