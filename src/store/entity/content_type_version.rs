//! A schema that a content type has, or had.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "content_type_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub content_type_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    pub schema: Json,
    pub created_at: ChronoDateTimeUtc,
    pub actor: String,
}

impl ActiveModelBehavior for ActiveModel {}
