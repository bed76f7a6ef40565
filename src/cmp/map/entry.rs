//! An item as an entry.

use jaq_json::Val;

use super::value::{Fault, Reader, id, string};
use crate::{
    cmp::connector::{ContentTypeOf, EntryMapping, ReferenceMapping},
    domain::record::{EntryRecord, Key, RecordStatus, Reference, Term},
    kit::slug,
};

/// The most tags, categories, or references of one field.
const MAX_LIST: usize = 500;
/// The most steps from the root to a category.
const MAX_STEPS: usize = 16;

pub(super) fn read(
    reader: &Reader<'_>,
    mapping: &EntryMapping,
    resource: &str,
    external_id: String,
) -> Result<EntryRecord, Fault> {
    let content_type = match &mapping.content_type {
        ContentTypeOf::Fixed(key) => key.clone(),
        ContentTypeOf::Computed(expression) => reader.text("type", *expression)?,
    };
    let references = mapping.references.iter().filter_map(|one| reference(reader, one).transpose());
    Ok(EntryRecord {
        key: Key::new(resource, external_id),
        translation: None,
        scheduled_at: None,
        content_type,
        slug: reader.maybe_text("slug", mapping.slug)?,
        title: reader.text("title", mapping.title)?,
        locale: reader.maybe_text("locale", mapping.locale)?,
        status: status(reader, mapping)?,
        published_at: reader.maybe_time("published_at", mapping.published_at)?,
        created_at: reader.maybe_time("created_at", mapping.created_at)?,
        updated_at: reader.maybe_time("updated_at", mapping.updated_at)?,
        fields: reader.object("fields", &mapping.fields)?,
        tags: terms("tags", &reader.list("tags", mapping.tags)?)?,
        categories: categories(&reader.list("categories", mapping.categories)?)?,
        references: references.collect::<Result<_, _>>()?,
    })
}

fn status(reader: &Reader<'_>, mapping: &EntryMapping) -> Result<RecordStatus, Fault> {
    let Some(text) = reader.maybe_text("status", mapping.status)? else { return Ok(RecordStatus::default()) };
    RecordStatus::ALL.into_iter().find(|status| status.name() == text).ok_or_else(|| {
        let names = RecordStatus::ALL.map(RecordStatus::name).join(", ");
        Fault::new("status", "enum", format!("`{text}` is none of {names}"))
    })
}

fn categories(paths: &[Val]) -> Result<Vec<Vec<Term>>, Fault> {
    bounded("categories", paths)?;
    let paths = paths.iter().enumerate().map(|(index, path)| {
        let at = format!("categories/{index}");
        match path {
            Val::Arr(steps) if steps.len() > MAX_STEPS => {
                Err(Fault::new(at, "depth", format!("is more than {MAX_STEPS} deep")))
            }
            Val::Arr(steps) => terms(&at, steps),
            _ => Err(Fault::new(at, "type", "should be a list: the path from the root to the category")),
        }
    });
    paths.filter(|path| !path.as_ref().is_ok_and(Vec::is_empty)).collect()
}

fn terms(path: &str, values: &[Val]) -> Result<Vec<Term>, Fault> {
    bounded(path, values)?;
    values.iter().enumerate().map(|(index, value)| term(&format!("{path}/{index}"), value)).collect()
}

fn term(path: &str, value: &Val) -> Result<Term, Fault> {
    let member = |name: &str| match value {
        Val::Obj(object) => object.get(&Val::from(name.to_owned())).and_then(string),
        _ => None,
    };
    let Some(name) = string(value).or_else(|| member("name")).or_else(|| member("slug")) else {
        let message = "should be a name, or an object with `name` and, if wanted, `slug`";
        return Err(Fault::new(path, "type", message));
    };
    let slug = slug::from_text(&member("slug").unwrap_or_else(|| name.clone()));
    if slug.is_empty() {
        return Err(Fault::new(path, "slug", format!("`{name}` has no letter or digit to make a slug of")));
    }
    Ok(Term { slug, name })
}

fn reference(reader: &Reader<'_>, mapping: &ReferenceMapping) -> Result<Option<Reference>, Fault> {
    let path = format!("references.{}", mapping.field);
    let value = reader.value(&path, mapping.id)?;
    let key = |value: &Val| id(&path, value).map(|id| Key::new(&mapping.resource, id));
    let (keys, many) = match &value {
        Val::Null => return Ok(None),
        Val::Arr(values) => {
            bounded(&path, values)?;
            let present = values.iter().filter(|value| !matches!(value, Val::Null));
            (present.map(key).collect::<Result<Vec<_>, _>>()?, true)
        }
        one => (vec![key(one)?], false),
    };
    Ok(Some(Reference { field: mapping.field.clone(), to: mapping.to, keys, many }))
}

fn bounded(path: &str, values: &[Val]) -> Result<(), Fault> {
    if values.len() > MAX_LIST {
        let message = format!("holds {} values, at most {MAX_LIST} are taken", values.len());
        return Err(Fault::new(path, "max_items", message));
    }
    Ok(())
}
