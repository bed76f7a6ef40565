//! Changes what is given of an entry.

use serde_json::Value;
use uuid::Uuid;

use super::{
    Opened, content, finish, open_content,
    taken::{self, Wanted},
};
use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        change::{Changed, distinct},
        entry::{FieldsChange, LinkMode, MAX_CATEGORIES, MAX_TAGS, OneEntry, UpdateEntry, merge},
    },
    service::{Caller, Services, Unit},
    store::{
        self,
        entry::{Changes, Row},
        entry_link::{self, Links},
        reference::Missing,
    },
};

/// Changes slug, headline, fields, tags and categories, as far as they are given.
///
/// # Errors
/// `NOT_FOUND`, `INVALID` with everything that is wrong, `CONFLICT` for another version, a slug or unique field that is taken;
/// `FORBIDDEN` where the entry is public or scheduled and the caller may not publish.
pub async fn update(services: &Services, caller: &Caller, command: UpdateEntry) -> Result<Changed> {
    let (id, slug) = (command.id, command.slug.as_ref().map(ToString::to_string));
    match change(services, caller, command).await {
        Err(error) => {
            let wanted = Wanted::Of(id, slug);
            Err(taken::tell(services, &caller.actor, Permission::EntryWrite, wanted, error).await)
        }
        changed => changed,
    }
}

async fn change(services: &Services, caller: &Caller, command: UpdateEntry) -> Result<Changed> {
    let tags = command.tags.map(|ids| distinct(ids, MAX_TAGS, "tags")).transpose()?;
    let categories = command.categories.map(|ids| distinct(ids, MAX_CATEGORIES, "categories")).transpose()?;
    let entry = OneEntry { id: command.id, expected_version: command.expected_version };
    let Opened { unit, grant, row } = open_content(services, caller, entry).await?;
    let given = [
        ("slug", command.slug.is_some()),
        ("title", command.title.is_some()),
        ("tags", tags.is_some()),
        ("categories", categories.is_some()),
    ];
    let named: Vec<&str> = given.into_iter().filter_map(|(name, given)| given.then_some(name)).collect();
    let inside = match &command.fields {
        FieldsChange::Keep => None,
        FieldsChange::Replace(fields) | FieldsChange::Merge(fields) => Some(fields),
    };
    store::covered::naming(unit.tx(), &grant, &row, &named, inside).await?;
    let fields: Option<Value> = match command.fields {
        FieldsChange::Keep => None,
        FieldsChange::Replace(fields) => {
            Some(store::covered::keeping(unit.tx(), &grant, &row, fields).await?)
        }
        FieldsChange::Merge(patch) => Some(merge(row.fields.clone(), patch)),
    };
    let mut changes = Changes {
        slug: command.slug.map(Into::into),
        title: command.title.map(Into::into),
        ..Changes::default()
    };
    let links = [(Links::Tags, &tags), (Links::Categories, &categories)];
    let plain = changes.slug.as_ref().is_none_or(|slug| *slug == row.slug)
        && changes.title.as_ref().is_none_or(|title| *title == row.title)
        && fields.as_ref().is_none_or(|fields| *fields == row.fields);
    if plain && linked(&unit, &grant, &row, links).await? {
        return unit.unchanged(row.id, row.version).await;
    }
    let schema = match &fields {
        Some(fields) => {
            let kind = store::content_type::hold(unit.tx(), &grant, row.content_type_id).await?;
            let schema = content::schema(services, &kind).await?;
            content::refuse(content::violations(&schema, fields), &grant, row.brand_id)?;
            Some(schema)
        }
        None => None,
    };
    if let (Some(fields), Some(schema)) = (fields, &schema) {
        let search_text = schema.search_text(&fields);
        changes.fields = Some((fields, search_text));
    }
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    if let Some(schema) = &schema {
        content::follow(&unit, &grant, &row, schema, Missing::Refused).await?;
    }
    for (links, ids) in links {
        if let Some(ids) = ids {
            entry_link::change(unit.tx(), &grant, &row, links, LinkMode::Set, ids).await?;
        }
    }
    finish(unit, &grant, &row, "entry.updated", "updated").await
}

/// Whether the entry has exactly the tags and categories that are given, where any are.
async fn linked(
    unit: &Unit,
    grant: &Grant,
    row: &Row,
    wanted: [(Links, &Option<Vec<Uuid>>); 2],
) -> Result<bool> {
    for (links, ids) in wanted {
        if let Some(ids) = ids
            && !entry_link::same(unit.tx(), grant, row, links, ids).await?
        {
            return Ok(false);
        }
    }
    Ok(true)
}
