//! A language of a brand.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "locale")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub brand_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub fallback: Option<String>,
    pub chain: Vec<String>,
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
