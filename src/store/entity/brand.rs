//! A brand's row.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::store::image::Imaged;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[serde(rename_all = "camelCase")]
#[sea_orm(table_name = "brand")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip)]
    pub id: Uuid,
    pub slug: String,
    pub name: String,
    pub default_locale: String,
    pub version: i32,
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
