//! A member's row: somebody's role in a brand.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::store::image::Imaged;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[serde(rename_all = "camelCase")]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip)]
    pub id: Uuid,
    #[serde(skip)]
    pub brand_id: Uuid,
    pub issuer: String,
    pub subject: String,
    pub role: String,
    #[serde(skip)]
    pub own_role: Option<String>,
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
