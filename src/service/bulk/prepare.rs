//! Checks records: everything that can be known without the other rows of the database.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Item,
    destination::{Destination, Identity, KnownType, Rules},
    draft::{Body, DirectReference, Draft, DraftReference, EntryDraft, FieldsText, UniqueValue, failure},
    refer,
};
use crate::{
    domain::{
        Error, Result, Violation,
        asset::{self, FileUrl, MAX_BYTES, MAX_PIXELS, MediaType, Metadata},
        entry::{MAX_CATEGORIES, MAX_TAGS},
        moment::Moment,
        node,
        record::{
            AboutRecord, AssetRecord, EntryRecord, Failure, Key, Record, RecordStatus, Reference, Target,
            Term,
        },
        taxonomy::MAX_DEPTH,
        text::{FileName, Name, Prose, Slug, Title},
    },
    kit::{id, slug},
    store::bulk::{AssetRow, Pulled},
};

/// What fits, and why the rest does not; of a record that has several faults each is told.
pub(super) fn all(
    destination: &Destination,
    rules: &Rules,
    items: &[Item],
    places: &[usize],
) -> (Vec<Draft>, Vec<Failure>) {
    let (mut drafts, mut failures) = (Vec::with_capacity(places.len()), Vec::new());
    let mut seen: HashSet<Uuid> = HashSet::with_capacity(places.len());
    for (place, item) in places.iter().filter_map(|place| Some((*place, items.get(*place)?))) {
        // The record is kept: it is checked again where a schema changes before it is written.
        let Item { index, record } = item.clone();
        let key = record.key().clone();
        let pulled = pulled(destination, &record);
        let body = match record {
            Record::Entry(record) => {
                entry((destination, rules), *record, pulled).map(|entry| Body::Entry(Box::new(entry)))
            }
            Record::Asset(record) => {
                media(destination, *record, pulled).map(|asset| Body::Asset(Box::new(asset)))
            }
        };
        let body = body.and_then(|body| {
            let id = match &body {
                Body::Entry(entry) => entry.id,
                Body::Asset(asset) => asset.id,
            };
            if seen.insert(id) {
                Ok(body)
            } else {
                Err(Error::invalid("key", "duplicate", "came already on this page"))
            }
        });
        match body {
            Ok(body) => drafts.push(Draft { place, index, key, body }),
            Err(error) if error.violations().is_empty() => {
                let violation = Violation::new("", "refused", error.message());
                failures.push(failure(index, &key, &violation));
            }
            Err(error) => failures.extend(error.violations().iter().map(|fault| failure(index, &key, fault))),
        }
    }
    (drafts, failures)
}

fn entry(
    (destination, rules): (&Destination, &Rules),
    record: EntryRecord,
    pulled: Pulled,
) -> Result<EntryDraft> {
    let content_type = rules.content_type(&record.content_type)?;
    let locale = rules.locale(record.locale.as_deref())?;
    let Identity { id, translation_id, own } = destination.entry(&record, &locale)?;
    // What an export wrote is as it is to be.
    let headline = if own { record.title.clone() } else { one_line(&record.title) };
    let title: String = Title::parse(&headline, "title")?.into();
    let (slug, slug_made) = slug_of(&record, &title)?;
    for (index, reference) in record.references.iter().enumerate() {
        one_or_many(reference, index)?;
        foreign(reference, index)?;
    }
    let mut references: Vec<DraftReference> =
        record.references.iter().map(|reference| wanted(destination, reference)).collect();
    let Checked { fields, search_text, uniques, direct } =
        checked(content_type, rules, record.fields, &mut references)?;
    bounded("tags", record.tags.len(), MAX_TAGS)?;
    bounded("categories", record.categories.len(), MAX_CATEGORIES)?;
    for (index, path) in record.categories.iter().enumerate() {
        bounded_at(format!("categories/{index}"), path.len(), MAX_DEPTH)?;
        if path.is_empty() {
            let message = "must have at least one step";
            return Err(Error::invalid(format!("categories/{index}"), "required", message));
        }
        for (step, term) in path.iter().enumerate() {
            check_term(term, || format!("categories/{index}/{step}/"))?;
        }
    }
    for (index, term) in record.tags.iter().enumerate() {
        check_term(term, || format!("tags/{index}/"))?;
    }
    let published_at = record.published_at.map(Moment::utc);
    let (published_at, scheduled_at) = match (record.status, published_at, record.scheduled_at) {
        (RecordStatus::Scheduled, None, None) => {
            return Err(Error::invalid(
                "publishedAt",
                "required",
                "must be given where the status is scheduled",
            ));
        }
        (RecordStatus::Scheduled, before, Some(at)) => (before, Some(at.utc())),
        (RecordStatus::Scheduled, at, None) => (None, at),
        (_, _, Some(_)) => {
            let message = "is only given where the status is scheduled";
            return Err(Error::invalid("scheduledAt", "unwanted", message));
        }
        (_, at, None) => (at, None),
    };
    Ok(EntryDraft {
        id,
        own,
        pulled,
        translation_id,
        content_type_id: content_type.id,
        uniques,
        external_id: destination.external_id(&record.key),
        slug,
        slug_made,
        locale,
        title,
        status: record.status.name(),
        published_at,
        scheduled_at,
        created_at: record.created_at.map(Moment::utc),
        updated_at: record.updated_at.map(Moment::utc),
        fields,
        search_text,
        tags: record.tags,
        categories: record.categories,
        references,
        direct,
    })
}

/// What is remembered of a record, to see the next time whether it is another one. An import is compared with its rows instead.
fn pulled(destination: &Destination, record: &Record) -> Pulled {
    // What serializes here are strings, numbers and lists of them: that does not fail.
    let text = |value: serde_json::Result<String>| value.unwrap_or_default();
    let status = match record {
        Record::Entry(entry) => text(serde_json::to_string(&(entry.status, entry.published_at))),
        Record::Asset(_) => String::new(),
    };
    let digest = |what, text: &str| id::derived(Uuid::nil(), what, text);
    let whole = || digest("record", &text(serde_json::to_string(record)));
    let own = matches!(record.key(), Key::Own(_));
    Pulled {
        digest: destination.source.map(|_| whole()).unwrap_or_default(),
        status: if own { Uuid::nil() } else { digest("status", &status) },
    }
}

/// A headline stands on one line; platforms let line breaks through.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn slug_of(record: &EntryRecord, title: &str) -> Result<(Slug, bool)> {
    if let Some(given) = &record.slug {
        // What the platform takes for a slug may hold capitals or slashes; then one is made of it.
        return Ok(match Slug::parse(given, "slug") {
            Ok(slug) => (slug, false),
            Err(_) => (Slug::parse(&slug::from_text(given), "slug")?, true),
        });
    }
    let made = [slug::from_text(title), slug::from_text(&record.key.to_string())];
    let made = made.into_iter().find(|made| !made.is_empty()).unwrap_or_default();
    Ok((Slug::parse(&made, "slug")?, true))
}

/// Refuses several targets where there is room for one: the others would be lost without a word.
fn one_or_many(reference: &Reference, index: usize) -> Result<()> {
    if reference.many || reference.keys.len() <= 1 {
        return Ok(());
    }
    let message = format!("holds {} keys, but the reference is not `many`", reference.keys.len());
    Err(Error::invalid(format!("references/{index}/keys"), "max_items", message))
}

/// Ids of ours stand in the fields, where they say which translation is meant.
fn foreign(reference: &Reference, index: usize) -> Result<()> {
    match reference.keys.iter().position(|key| matches!(key, Key::Own(_))) {
        None => Ok(()),
        Some(place) => {
            let message = "is an id of brandgraph, which stands in `fields` instead";
            Err(Error::invalid(format!("references/{index}/keys/{place}"), "id", message))
        }
    }
}

fn wanted(destination: &Destination, reference: &Reference) -> DraftReference {
    let target = |key: &Key| match reference.to {
        Target::Entry => destination.translation_id(key),
        Target::Asset => destination.asset_id(key),
    };
    let targets = reference.keys.iter().map(target).collect();
    let (field, to, many) = (reference.field.clone(), reference.to, reference.many);
    DraftReference { field, to, many, targets, types: None }
}

/// Fields that are as the schema says, without those that records are referred to by.
struct Checked {
    fields: FieldsText,
    /// The text in them that is searched.
    search_text: String,
    uniques: Vec<UniqueValue>,
    /// The ids that stand in them from the beginning.
    direct: Vec<DirectReference>,
}

/// Checks the fields as they will be once every reference leads somewhere, and gives them back without the references, with
/// what is to be known of them.
fn checked(
    content_type: &KnownType,
    rules: &Rules,
    mut object: Map<String, Value>,
    references: &mut [DraftReference],
) -> Result<Checked> {
    for reference in references.iter() {
        let kind = match reference.to {
            Target::Entry => node::Kind::Entry,
            Target::Asset => node::Kind::Asset,
        };
        if let Some(value) = value_of(kind, reference.many, &reference.targets) {
            object.insert(reference.field.clone(), value);
        }
    }
    let mut whole = Value::Object(object);
    let KnownType { id, schema, .. } = content_type;
    let violations = schema.validate(&whole);
    if !violations.is_empty() {
        return Err(Error::violated(violations));
    }
    let direct = refer::check(schema, rules, &whole, references)?;
    let uniques = schema.uniques(&whole)?.iter().map(|unique| UniqueValue::of(unique, *id)).collect();
    if let Value::Object(object) = &mut whole {
        references.iter().for_each(|reference| drop(object.shift_remove(&reference.field)));
    }
    Ok(Checked { search_text: schema.search_text(&whole), fields: FieldsText::new(&whole), uniques, direct })
}

/// How a reference stands in the fields.
pub(super) fn value_of(kind: node::Kind, many: bool, targets: &[Uuid]) -> Option<Value> {
    let text = |id: &Uuid| Value::String(node::NodeId::new(kind, *id).to_string());
    if many { Some(targets.iter().map(text).collect()) } else { targets.first().map(text) }
}

fn check_term(term: &Term, at: impl FnOnce() -> String) -> Result<()> {
    let parsed = Slug::parse(&term.slug, "slug").and_then(|_| Name::parse(&term.name, "name"));
    parsed.map(|_| ()).map_err(|error| error.under(&at()))
}

fn bounded(at: &'static str, count: usize, most: u32) -> Result<()> {
    bounded_at(at.to_owned(), count, most)
}

fn bounded_at(at: String, count: usize, most: u32) -> Result<()> {
    if count as u64 <= u64::from(most) {
        return Ok(());
    }
    Err(Error::invalid(at, "max_items", format!("holds {count}, at most {most} are taken")))
}

fn pixels(size: Option<i32>, at: &str) -> Result<Option<i32>> {
    size.map(|size| asset::size(i64::from(size), MAX_PIXELS, at).map(|_| size)).transpose()
}

fn media(destination: &Destination, record: AssetRecord, pulled: Pulled) -> Result<AssetRow> {
    // What an export wrote is as it is to be.
    let own = matches!(record.key, Key::Own(_));
    let headline = |title: String| if own { title } else { one_line(&title) };
    let title = record.title.map(|title| Title::parse(&headline(title), "title")).transpose()?;
    let alt = record.alt.map(|alt| Prose::parse(&alt, "alt")).transpose()?;
    let created_at = record.created_at.or(record.updated_at).map(Moment::utc);
    let epoch = chrono::DateTime::UNIX_EPOCH;
    let id = destination.asset(&record.key)?;
    let kept = FileUrl::own(node::NodeId::new(node::Kind::Asset, id));
    // What an export wrote of a file that is kept here; only under its own id is that an address.
    let url = if record.url == kept.as_str() { kept } else { FileUrl::parse(&record.url, "url")? };
    Ok(AssetRow {
        id,
        pulled,
        filename: FileName::parse(&record.filename, "filename")?.into(),
        title: title.map(Into::into),
        alt: alt.map(Into::into),
        media_type: MediaType::parse(&record.media_type, "mediaType")?.as_str().to_owned(),
        byte_size: record.bytes.map(|bytes| asset::size(bytes, MAX_BYTES, "bytes")).transpose()?,
        width: pixels(record.width, "width")?,
        height: pixels(record.height, "height")?,
        url: url.as_str().to_owned(),
        about: record.about.map(AboutRecord::parse).transpose()?,
        metadata: Metadata::parse(Value::Object(record.metadata), "metadata")?.into_value().to_string(),
        external_id: destination.external_id(&record.key),
        // The unit's time stands in where the platform does not say; `write` puts it there.
        created_at: created_at.unwrap_or(epoch),
        updated_at: record.updated_at.map(Moment::utc).or(created_at).unwrap_or(epoch),
        told_at: record.updated_at.map(Moment::utc),
        dated: record.updated_at.is_some() && own,
        returns: false,
    })
}
