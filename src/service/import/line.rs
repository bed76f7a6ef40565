//! One line of an import file: which noun it holds, of which brand.

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;

use crate::domain::{
    Error, Result,
    record::{AssetRecord, EntryRecord, Record, Term},
};

/// What a line holds.
#[derive(Debug)]
pub(super) enum Line {
    /// A brand that is to be there.
    Brand(BrandLine),
    /// A content type that is to be there.
    ContentType(String, TypeLine),
    /// A tag that is to be there.
    Tag(String, Term),
    /// A category that is to be there.
    Category(String, CategoryLine),
    /// An entry or asset that is to be there.
    Record(String, Record),
}

/// A brand.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BrandLine {
    /// Unique over all brands.
    pub(super) slug: String,
    /// What people call it.
    pub(super) name: String,
    /// The locale of what does not say its own.
    pub(super) default_locale: String,
    /// Its locales; the default alone where none are named.
    #[serde(default)]
    pub(super) locales: Vec<LocaleLine>,
}

/// A language of a brand.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct LocaleLine {
    /// The language tag.
    pub(super) code: String,
    /// Where to look when there is no text in it.
    #[serde(default)]
    pub(super) fallback: Option<String>,
}

/// A content type.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct TypeLine {
    /// Unique in the brand.
    pub(super) key: String,
    /// What people call it.
    pub(super) name: String,
    /// What it is for.
    #[serde(default)]
    pub(super) description: Option<String>,
    /// The JSON Schema of its entries' custom fields.
    pub(super) schema: Value,
}

/// A category.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryLine {
    /// The terms from the root down to it.
    pub(super) path: Vec<Term>,
    /// Its place among its siblings; as it is, or 0, where none is given.
    #[serde(default)]
    pub(super) position: Option<i32>,
}

/// Reads a line. `brand` is the brand of what names none.
///
/// # Errors
/// `INVALID` with the codes `json`, `kind`, `brand` or `shape`.
pub(super) fn parse(text: &[u8], brand: Option<&str>) -> Result<Line> {
    let mut line: Map<String, Value> = serde_json::from_slice(text)
        .map_err(|error| wrong("", "json", &format!("is no JSON object: {error}")))?;
    // In JSON it can stand as this escape only, so that few lines are looked through.
    if text.windows(NUL.len()).any(|part| part == NUL) {
        no_nul("", &line)?;
    }
    let kind = match line.shift_remove("kind") {
        Some(Value::String(kind)) => kind,
        _ => return Err(wrong("kind", "kind", KINDS)),
    };
    if kind == "brand" {
        let own: BrandLine = shape(line)?;
        if brand.is_some_and(|asked| asked != own.slug) {
            return Err(wrong("slug", "brand", "must be the slug of the brand that is imported"));
        }
        return Ok(Line::Brand(own));
    }
    let brand = match (line.shift_remove("brand"), brand) {
        (Some(Value::String(own)), None) => own,
        (Some(Value::String(own)), Some(asked)) if own == asked => own,
        (None, Some(asked)) => asked.to_owned(),
        (None, None) => return Err(wrong("brand", "brand", "is missing; name it here or with --brand")),
        (Some(_), _) => {
            return Err(wrong("brand", "brand", "must be the slug of the brand that is imported"));
        }
    };
    Ok(match kind.as_str() {
        "contentType" => Line::ContentType(brand, shape(line)?),
        "tag" => Line::Tag(brand, shape(line)?),
        "category" => match shape::<CategoryLine>(line)? {
            CategoryLine { path, .. } if path.is_empty() => {
                return Err(wrong("path", "required", "must have at least one step"));
            }
            category => Line::Category(brand, category),
        },
        "asset" => Line::Record(brand, Record::Asset(Box::new(shape::<AssetRecord>(line)?))),
        "entry" => Line::Record(brand, Record::Entry(Box::new(shape::<EntryRecord>(line)?))),
        _ => return Err(wrong("kind", "kind", KINDS)),
    })
}

const KINDS: &str = "must be brand, contentType, tag, category, asset or entry";

fn shape<T: serde::de::DeserializeOwned>(line: Map<String, Value>) -> Result<T> {
    serde_path_to_error::deserialize(Value::Object(line)).map_err(|error| {
        let way = error.path().iter().filter_map(|step| match step {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        });
        wrong(&way.collect::<Vec<_>>().join("/"), "shape", &error.into_inner().to_string())
    })
}

const NUL: &[u8] = b"\\u0000";

/// The database holds no such text; refused here, it costs one line and not the batch.
fn no_nul(at: &str, object: &Map<String, Value>) -> Result<()> {
    object.iter().try_for_each(|(name, value)| {
        if name.contains('\0') {
            return Err(wrong(at, "nul", "has a property whose name holds U+0000"));
        }
        let place = if at.is_empty() { name.clone() } else { format!("{at}/{name}") };
        no_nul_in(&place, value)
    })
}

fn no_nul_in(at: &str, value: &Value) -> Result<()> {
    match value {
        Value::String(text) if text.contains('\0') => Err(wrong(at, "nul", "must not hold U+0000")),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| no_nul_in(&format!("{at}/{index}"), item))
        }
        Value::Object(object) => no_nul(at, object),
        _ => Ok(()),
    }
}

fn wrong(path: &str, code: &'static str, message: &str) -> Error {
    Error::invalid(path, code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str, brand: Option<&str>) -> (String, &'static str) {
        let error = parse(text.as_bytes(), brand).unwrap_err();
        (error.violations()[0].path.clone(), error.violations()[0].code)
    }

    #[test]
    fn the_brand_stands_in_the_line_or_beside_it() {
        let tag = r#"{"kind":"tag","brand":"acme","slug":"a","name":"A"}"#;
        assert!(matches!(parse(tag.as_bytes(), None), Ok(Line::Tag(brand, _)) if brand == "acme"));
        assert!(parse(tag.as_bytes(), Some("acme")).is_ok());
        assert_eq!(code(tag, Some("other")), ("brand".into(), "brand"));
        let bare = r#"{"kind":"tag","slug":"a","name":"A"}"#;
        assert!(matches!(parse(bare.as_bytes(), Some("acme")), Ok(Line::Tag(brand, _)) if brand == "acme"));
        assert_eq!(code(bare, None), ("brand".into(), "brand"));
    }

    #[test]
    fn what_is_no_record_says_why() {
        assert_eq!(code("nonsense", None).1, "json");
        assert_eq!(code("[]", None).1, "json");
        assert_eq!(code(r#"{"brand":"acme"}"#, None), ("kind".into(), "kind"));
        assert_eq!(code(r#"{"kind":"page","brand":"acme"}"#, None), ("kind".into(), "kind"));
        let odd = r#"{"kind":"tag","brand":"acme","slug":"a","name":"A","colour":"red"}"#;
        assert_eq!(code(odd, None).1, "shape");
        assert!(parse(odd.as_bytes(), None).unwrap_err().message().contains("colour"));
    }
}
