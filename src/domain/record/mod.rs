//! What a pull or an import yields: one record for each item, before it becomes rows.

mod key;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Result,
    about::{self, About},
    moment::Moment,
};

pub use key::{Foreign, Key};

/// The most records that are written in one transaction.
pub const MAX_BATCH: usize = 2_000;

/// One item, as brandgraph understands it. In NDJSON, `kind` says which of the two it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Record {
    /// A piece of content in one locale.
    Entry(Box<EntryRecord>),
    /// A media file that stays where it is; its metadata is kept here.
    Asset(Box<AssetRecord>),
}

impl Record {
    /// What the item is called where it comes from.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::Entry(entry) => &entry.key,
            Self::Asset(asset) => &asset.key,
        }
    }
}

/// A piece of content in one locale. Translations of one piece share their key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntryRecord {
    /// What the item is called where it comes from.
    pub key: Key,
    /// The id of the entry that all its translations name here; its own where none is given. Only beside an id of ours as key,
    /// since what comes from elsewhere shares its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translation: Option<String>,
    /// The key of its content type.
    #[serde(rename = "type")]
    pub content_type: String,
    /// The last part of its address; made from the title where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<String>,
    /// The headline, at most 500 characters.
    pub title: String,
    /// A BCP 47 tag of the brand; the brand's default where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Where it stands; published unless said otherwise.
    #[serde(default)]
    pub status: RecordStatus,
    /// When it was, or is to be, published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Moment>,
    /// When it is to be published, where it is scheduled; `published_at` is then when it was published before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Moment>,
    /// When it was made there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// The custom fields, without the references.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// Its tags.
    #[serde(default)]
    pub tags: Vec<Term>,
    /// Its categories, each as the path from the root.
    #[serde(default)]
    pub categories: Vec<Vec<Term>>,
    /// What it refers to, by field.
    #[serde(default)]
    pub references: Vec<Reference>,
}

/// Where a record stands at its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordStatus {
    /// Not meant for readers yet.
    Draft,
    /// Out.
    #[default]
    Published,
    /// No longer meant for readers.
    Archived,
    /// To be published at `scheduledAt`, or at `publishedAt` where that alone is given.
    Scheduled,
}

impl RecordStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Published, Self::Archived, Self::Scheduled];

    /// The name in records and in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
            Self::Scheduled => "scheduled",
        }
    }
}

/// A tag, or one step of a category's path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Term {
    /// What it is found by.
    pub slug: String,
    /// What a person reads.
    pub name: String,
}

/// One custom field that refers to other records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reference {
    /// The custom field.
    pub field: String,
    /// Whether it refers to entries or to assets.
    pub to: Target,
    /// What it refers to, in order.
    pub keys: Vec<Key>,
    /// Whether the field holds a list, even of one.
    #[serde(default)]
    pub many: bool,
}

/// What a reference leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// An entry.
    Entry,
    /// An asset.
    Asset,
}

/// A media file that stays where it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssetRecord {
    /// What the item is called where it comes from.
    pub key: Key,
    /// The name of the file.
    pub filename: String,
    /// Its media type (`image/webp`).
    pub media_type: String,
    /// Where it is fetched from: an absolute address.
    pub url: String,
    /// Pixels from left to right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    /// Pixels from top to bottom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// Its size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<i64>,
    /// What it shows, for who cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was made there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
    /// When it was last changed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Moment>,
    /// What it shows and who may show it; what is known stays where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutRecord>,
    /// Whatever else is known about it.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// What an asset shows, whose it is, and where and when it may be shown: all of it, so that what is left out is not so.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AboutRecord {
    /// What it shows, by locale.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub alts: BTreeMap<String, String>,
    /// Whom to name beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit: Option<String>,
    /// What must stay in sight when it is cropped: from the left and from the top, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal: Option<(f64, f64)>,
    /// From when on it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights_from: Option<Moment>,
    /// Until when it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights_until: Option<Moment>,
    /// Where it may be shown: countries of ISO 3166-1, two letters; none is everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub territories: Vec<String>,
}

impl AboutRecord {
    /// Checks it.
    ///
    /// # Errors
    /// `INVALID` and `LIMIT_EXCEEDED`, naming where under `about`.
    pub fn parse(self) -> Result<About> {
        let alts: Vec<(String, String)> = self.alts.into_iter().collect();
        let (from, until) = (self.rights_from.map(Moment::utc), self.rights_until.map(Moment::utc));
        about::window(from, until, "about/rightsUntil")?;
        Ok(About {
            alts: about::alts(&alts, "about/alts")?,
            credit: self.credit.map(|text| about::credit(&text, "about/credit")).transpose()?,
            focal: self.focal.map(|(x, y)| about::focal(x, y, "about/focal")).transpose()?,
            rights_from: from,
            rights_until: until,
            territories: about::territories(&self.territories, "about/territories")?,
        })
    }
}

/// One record that was set aside, and why; the others go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The list that it comes from.
    pub resource: String,
    /// Which item of that list it is, counted from 0.
    pub index: u64,
    /// Its id there, when it has a readable one.
    pub external_id: Option<String>,
    /// Where in the item the fault is.
    pub path: String,
    /// What kind of fault, in constant snake_case.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
}
