//! An asset's row.

use sea_orm::entity::prelude::*;
use serde::Serialize;

use crate::store::image::Imaged;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize)]
#[serde(rename_all = "camelCase")]
#[sea_orm(table_name = "asset")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    #[serde(skip)]
    pub id: Uuid,
    #[serde(skip)]
    pub brand_id: Uuid,
    pub filename: String,
    pub title: Option<String>,
    pub alt: Option<String>,
    pub media_type: String,
    pub byte_size: Option<i64>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub url: String,
    pub metadata: Json,
    pub sha256: Option<String>,
    pub duration_seconds: Option<f64>,
    pub placeholder: Option<String>,
    pub alts: Json,
    pub credit: Option<String>,
    pub focal_x: Option<f64>,
    pub focal_y: Option<f64>,
    pub rights_from: Option<ChronoDateTimeUtc>,
    pub rights_until: Option<ChronoDateTimeUtc>,
    pub territories: Vec<String>,
    #[serde(skip)]
    pub object_id: Option<Uuid>,
    pub source_id: Option<Uuid>,
    pub external_id: Option<String>,
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
