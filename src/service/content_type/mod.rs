//! Creates, changes and deletes content types.

mod fit;
mod index;
mod reindex;

use std::sync::Arc;

use uuid::Uuid;

use super::{Caller, Services, Unit, schemas::compile};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        change::{Changed, Patch, check_version},
        content_type::{CreateContentType, FitReport, MAX_TYPES, UpdateContentType, UpdatedContentType},
        event::Event,
        node::{Kind, NodeId},
    },
    kit::id,
    store::{
        self, Life,
        content_type::{Changes, Row},
    },
};

pub use index::{BUILD, DROP, Progress, build_index, drop_index};
pub use reindex::{REINDEX, reindex};

/// Creates a content type; the indexes that its schema asks for are built afterwards.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand, `INVALID` for what is no schema, `CONFLICT` where the key is taken.
pub async fn create(services: &Services, caller: &Caller, command: CreateContentType) -> Result<Changed> {
    create_as(services, caller, None, command).await
}

/// The same under an id that was given out already; under a new one where there is none.
///
/// # Errors
/// As [`create`].
pub async fn create_as(
    services: &Services,
    caller: &Caller,
    id: Option<Uuid>,
    command: CreateContentType,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TypeWrite)?;
    let schema = compile(&command.schema).await?;
    let mut unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
    let count = store::content_type::count(unit.tx(), &grant, command.brand_id).await?;
    if count >= u64::from(MAX_TYPES) {
        return Err(Error::limit(("content_types", "contentTypes"), MAX_TYPES, count.saturating_add(1)));
    }
    let (id, actor) = (id.unwrap_or_else(|| id::new(unit.now())), unit.actor().label());
    let row = store::content_type::insert(unit.tx(), &grant, id, command, &actor, unit.now()).await?;
    index::want(services, &mut unit, &grant, row.brand_id, Some((row.id, &schema))).await?;
    finish(unit, "content_type.created", &row).await
}

/// Changes what is given of a content type. Another schema is checked against every entry first.
///
/// # Errors
/// `NOT_FOUND`, `INVALID` for what is no schema, `CONFLICT` for another version, and, unless `force` says otherwise, where
/// entries would no longer fit; the details then hold the report.
pub async fn update(
    services: &Services,
    caller: &Caller,
    command: UpdateContentType,
) -> Result<UpdatedContentType> {
    let grant = caller.actor.grant(Permission::TypeWrite)?;
    let schema = match &command.schema {
        Some(source) => Some(Arc::new(compile(source).await?)),
        None => None,
    };
    let mut unit = Unit::begin(services, caller).await?;
    let row = if command.dry_run {
        store::content_type::hold(unit.tx(), &grant, command.id).await?
    } else {
        store::content_type::lock(unit.tx(), &grant, command.id).await?
    };
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(command.expected_version, row.version)?;
    let before = services.schemas.get(row.id, row.version, &row.schema).await?;
    let report = match &schema {
        Some(schema) => Some(fit::check(&unit, &grant, &row, &before, schema).await?),
        None => None,
    };
    if command.dry_run {
        unit.rollback().await?;
        let changed = Changed { id: row.id, version: row.version };
        return Ok(UpdatedContentType { changed, applied: false, report });
    }
    if same(&command, &row) {
        let changed = unit.unchanged(row.id, row.version).await?;
        return Ok(UpdatedContentType { changed, applied: true, report });
    }
    if let Some(report) = &report
        && report.stranded > 0
        && !command.force
    {
        return Err(refuse(report));
    }
    let changes = Changes {
        name: command.name.map(Into::into),
        description: match command.description {
            Patch::Keep => None,
            Patch::Clear => Some(None),
            Patch::Set(text) => Some(Some(text.into())),
        },
        schema: command.schema,
    };
    let actor = unit.actor().label();
    let row = store::content_type::update(unit.tx(), &grant, &row, changes, &actor, unit.now()).await?;
    if let Some(schema) = &schema {
        index::want(services, &mut unit, &grant, row.brand_id, Some((row.id, schema.as_ref()))).await?;
        if schema.fields() != before.fields() {
            unit.enqueue(reindex::job(row.id, None));
        }
    }
    let changed = finish(unit, "content_type.updated", &row).await?;
    Ok(UpdatedContentType { changed, applied: true, report })
}

/// Deletes a content type that no entry uses.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or where it has entries, deleted ones included; the details
/// then say how many of each.
pub async fn delete(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::TypeWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::content_type::lock(unit.tx(), &grant, id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    check_version(expected_version, row.version)?;
    let entries = store::content_type::count_entries(unit.tx(), &grant, &row, Life::Live).await?;
    let deleted = store::content_type::count_entries(unit.tx(), &grant, &row, Life::Deleted).await?;
    if entries + deleted > 0 {
        return Err(held(entries, deleted));
    }
    store::content_type::delete(unit.tx(), &grant, &row).await?;
    index::want(services, &mut unit, &grant, row.brand_id, None).await?;
    finish(unit, "content_type.deleted", &row).await
}

/// What still holds a content type, and what lets it go.
fn held(entries: u64, deleted: u64) -> Error {
    let message = match (entries, deleted) {
        (0, _) => format!(
            "the content type has {deleted} deleted entries; purge them with purgeEntry, or wait until their time in the \
             bin is over"
        ),
        (_, 0) => format!("the content type has {entries} entries; delete and purge them first"),
        _ => format!(
            "the content type has {entries} entries and {deleted} deleted ones; delete and purge them first"
        ),
    };
    let details = serde_json::json!({"entries": entries, "deletedEntries": deleted});
    Error::new(Code::Conflict, message).with_details(details)
}

/// Whether everything that is given is so already.
fn same(command: &UpdateContentType, row: &Row) -> bool {
    let description = match &command.description {
        Patch::Keep => true,
        Patch::Clear => row.description.is_none(),
        Patch::Set(text) => row.description.as_deref() == Some(text.as_str()),
    };
    description
        && command.name.as_ref().is_none_or(|name| name.as_str() == row.name)
        && command.schema.as_ref().is_none_or(|schema| *schema == row.schema)
}

fn refuse(report: &FitReport) -> Error {
    let examples: Vec<_> = report
        .examples
        .iter()
        .map(|entry| {
            let violations: Vec<_> = entry
                .violations
                .iter()
                .map(|v| serde_json::json!({"path": v.path, "code": v.code, "message": v.message}))
                .collect();
            let id = NodeId::new(Kind::Entry, entry.entry_id).to_string();
            serde_json::json!({"id": id, "title": entry.title, "violations": violations})
        })
        .collect();
    let message = format!(
        "{} of {} entries would no longer fit the schema; change them first, or ask for it with force",
        report.stranded, report.checked
    );
    Error::new(Code::Conflict, message).with_details(serde_json::json!({
        "checked": report.checked, "stranded": report.stranded, "examples": examples,
        "duplicates": report.duplicates.iter().map(|(path, entries)| serde_json::json!({"path": path, "entries": entries})).collect::<Vec<_>>(),
    }))
}

async fn finish(mut unit: Unit, kind: &'static str, row: &Row) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed).with("key", row.key.as_str()));
    unit.commit().await?;
    Ok(changed)
}
