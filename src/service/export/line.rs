//! What the lines of an export hold: the rows of the graph under the names that an import reads.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::page::{columns, first, list, one};
use crate::domain::{
    Result,
    catalog::{Catalog, Noun},
    node::{Kind, NodeId},
    read::{Selection, Value},
    record::Term,
};

/// A line: what it holds, and of which brand.
#[derive(Debug, Serialize)]
pub(super) struct Line<'a, T> {
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) brand: Option<&'a str>,
    #[serde(flatten)]
    pub(super) of: &'a T,
}

/// A row that is read a page at a time.
pub(super) trait Row {
    /// What is read of it, under the names of its fields here; `NODE` is there besides. `whole` is whether the caller sees all of
    /// the brand's entries.
    fn selection(catalog: &Catalog, noun: &Noun, whole: bool) -> Result<Selection>;

    /// The key that pages go by.
    fn id(&self) -> Uuid;
}

/// The name under which each row has its id.
pub(super) const NODE: &str = "nodeId";

/// The brand itself.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BrandLine {
    slug: String,
    name: String,
    default_locale: String,
    locales: Vec<LocaleLine>,
}

#[derive(Debug, Deserialize, Serialize)]
struct LocaleLine {
    code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<String>,
}

/// A content type.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TypeLine {
    #[serde(rename(deserialize = "nodeId"), deserialize_with = "key", skip_serializing)]
    id: Uuid,
    pub(super) key: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    schema: Box<RawValue>,
}

impl Row for TypeLine {
    fn selection(_: &Catalog, noun: &Noun, _: bool) -> Result<Selection> {
        columns(noun, &["key", "name", "description", "schema"])
    }

    fn id(&self) -> Uuid {
        self.id
    }
}

/// A tag.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TagLine {
    #[serde(rename(deserialize = "nodeId"), deserialize_with = "key", skip_serializing)]
    id: Uuid,
    pub(super) slug: String,
    name: String,
}

impl Row for TagLine {
    fn selection(_: &Catalog, noun: &Noun, _: bool) -> Result<Selection> {
        columns(noun, &["slug", "name"])
    }

    fn id(&self) -> Uuid {
        self.id
    }
}

/// A category, as the path from the root.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CategoryLine {
    #[serde(rename(deserialize = "nodeId"), deserialize_with = "key", skip_serializing)]
    id: Uuid,
    path: Vec<Term>,
    position: i32,
}

impl CategoryLine {
    /// Where it stands in the tree.
    pub(super) fn slugs(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|term| term.slug.as_str())
    }
}

impl Row for CategoryLine {
    fn selection(catalog: &Catalog, noun: &Noun, _: bool) -> Result<Selection> {
        let mut selection = columns(noun, &["position"])?;
        selection.0.push(("path".to_owned(), path(catalog, noun)?));
        Ok(selection)
    }

    fn id(&self) -> Uuid {
        self.id
    }
}

/// The terms from the root down to a category.
fn path(catalog: &Catalog, noun: &Noun) -> Result<Value> {
    list(catalog, noun, "path", |noun| columns(noun, &["slug", "name"]), "path")
}

/// An entry in one locale.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryLine {
    #[serde(rename(deserialize = "nodeId"), deserialize_with = "key", skip_serializing)]
    id: Uuid,
    key: String,
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "translation")]
    translation: Option<String>,
    #[serde(rename = "type", deserialize_with = "content_type")]
    content_type: String,
    slug: String,
    title: String,
    locale: String,
    #[serde(deserialize_with = "lower")]
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    published_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scheduled_at: Option<String>,
    created_at: String,
    updated_at: String,
    fields: Box<RawValue>,
    #[serde(deserialize_with = "sorted")]
    tags: Vec<Term>,
    #[serde(deserialize_with = "paths")]
    categories: Vec<Vec<Term>>,
}

/// The column of what translations share.
const TRANSLATION: &str = "translation_id";

impl Row for EntryLine {
    fn selection(catalog: &Catalog, noun: &Noun, whole: bool) -> Result<Selection> {
        let own = [
            "slug",
            "title",
            "locale",
            "status",
            "publishedAt",
            "scheduledAt",
            "createdAt",
            "updatedAt",
            "fields",
        ];
        let mut selection = columns(noun, &own)?;
        // What translations share is the id of an entry that not everybody sees.
        let shared =
            if whole { Value::Key(Kind::Entry, TRANSLATION) } else { first(catalog, "Entry", TRANSLATION)? };
        let terms = |noun: &Noun| columns(noun, &["slug", "name"]);
        let filed = |noun: &Noun| Ok(Selection(vec![("path".to_owned(), path(catalog, noun)?)]));
        selection.0.extend([
            ("key".to_owned(), Value::Key(Kind::Entry, noun.key)),
            ("translation".to_owned(), shared),
            ("type".to_owned(), one(catalog, noun, "contentType", &["key"])?),
            ("tags".to_owned(), list(catalog, noun, "tags", terms, "id")?),
            ("categories".to_owned(), list(catalog, noun, "categories", filed, "id")?),
        ]);
        Ok(selection)
    }

    fn id(&self) -> Uuid {
        self.id
    }
}

pub(super) fn key<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Uuid, D::Error> {
    let text = String::deserialize(deserializer)?;
    NodeId::parse(&text, NODE).map(|node| node.id).map_err(|error| D::Error::custom(error.message()))
}

/// Statuses are in capitals in the graph, and not in records.
fn lower<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    Ok(String::deserialize(deserializer)?.to_lowercase())
}

/// What the translations share, or the first of them that the caller sees; none where the roles hide that there are any.
fn translation<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shared {
        Id(String),
        First {
            #[serde(rename = "nodeId")]
            id: String,
        },
    }
    let shared = Option::<Shared>::deserialize(deserializer)?;
    Ok(shared.map(|shared| match shared {
        Shared::Id(id) | Shared::First { id } => id,
    }))
}

fn content_type<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<String, D::Error> {
    #[derive(Deserialize)]
    struct Keyed {
        key: String,
    }
    Ok(Keyed::deserialize(deserializer)?.key)
}

/// In an order that does not depend on the database.
fn sorted<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<Term>, D::Error> {
    let mut terms = Vec::<Term>::deserialize(deserializer)?;
    terms.sort_by(|one, other| one.slug.cmp(&other.slug));
    Ok(terms)
}

fn paths<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<Vec<Term>>, D::Error> {
    #[derive(Deserialize)]
    struct Filed {
        path: Vec<Term>,
    }
    let slugs = |path: &[Term]| path.iter().map(|term| term.slug.clone()).collect::<Vec<_>>();
    let mut paths: Vec<_> =
        Vec::<Filed>::deserialize(deserializer)?.into_iter().map(|filed| filed.path).collect();
    paths.sort_by_cached_key(|path| slugs(path));
    Ok(paths)
}
