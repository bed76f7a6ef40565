//! A category's row; the path leads from the root down to itself.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::store::image::Imaged;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[serde(rename_all = "camelCase")]
#[sea_orm(table_name = "category")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip)]
    pub id: Uuid,
    #[serde(skip)]
    pub brand_id: Uuid,
    pub parent_id: Option<Uuid>,
    pub slug: String,
    pub name: String,
    pub position: i32,
    #[serde(skip)]
    pub path: Vec<Uuid>,
    pub version: i32,
    #[serde(skip)]
    pub created_at: ChronoDateTimeUtc,
    #[serde(skip)]
    pub updated_at: ChronoDateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}

impl Imaged for Model {
    fn key(&self) -> Uuid {
        self.id
    }
}
