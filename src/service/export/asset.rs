//! The line of an asset: its metadata, and where its file is.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{
    line::{Row, key},
    page::{columns, renamed},
};
use crate::domain::{
    Result,
    catalog::{Catalog, Noun},
    moment::Moment,
    node::Kind,
    read::{Selection, Value},
    record::AboutRecord,
};

/// An asset, by its metadata.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", from = "Read")]
pub(super) struct AssetLine {
    #[serde(skip)]
    id: Uuid,
    key: String,
    filename: String,
    media_type: String,
    url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    created_at: String,
    updated_at: String,
    about: AboutRecord,
    metadata: Box<RawValue>,
}

/// The row as the graph has it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    #[serde(rename = "nodeId", deserialize_with = "key")]
    id: Uuid,
    key: String,
    filename: String,
    media_type: String,
    url: String,
    width: Option<i32>,
    height: Option<i32>,
    bytes: Option<i64>,
    alt: Option<String>,
    title: Option<String>,
    created_at: String,
    updated_at: String,
    alts: std::collections::BTreeMap<String, String>,
    credit: Option<String>,
    focal_x: Option<f64>,
    focal_y: Option<f64>,
    rights_from: Option<Moment>,
    rights_until: Option<Moment>,
    territories: Vec<String>,
    metadata: Box<RawValue>,
}

impl From<Read> for AssetLine {
    fn from(read: Read) -> Self {
        let Read { id, key, filename, media_type, url, width, height, bytes, alt, title, created_at, .. } =
            read;
        let about = AboutRecord {
            alts: read.alts,
            credit: read.credit,
            focal: read.focal_x.zip(read.focal_y),
            rights_from: read.rights_from,
            rights_until: read.rights_until,
            territories: read.territories,
        };
        let (updated_at, metadata) = (read.updated_at, read.metadata);
        Self {
            id,
            key,
            filename,
            media_type,
            url,
            width,
            height,
            bytes,
            alt,
            title,
            created_at,
            updated_at,
            about,
            metadata,
        }
    }
}

/// What is read of a row under its own names.
const COLUMNS: [&str; 17] = [
    "filename",
    "mediaType",
    "url",
    "width",
    "height",
    "alt",
    "title",
    "createdAt",
    "updatedAt",
    "alts",
    "credit",
    "focalX",
    "focalY",
    "rightsFrom",
    "rightsUntil",
    "territories",
    "metadata",
];

impl Row for AssetLine {
    fn selection(_: &Catalog, noun: &Noun, _: bool) -> Result<Selection> {
        let mut selection = columns(noun, &COLUMNS)?;
        selection.0.push(("key".to_owned(), Value::Key(Kind::Asset, noun.key)));
        selection.0.push(renamed(noun, "byteSize", "bytes")?);
        Ok(selection)
    }

    fn id(&self) -> Uuid {
        self.id
    }
}
