//! Has the indexes built and dropped that the schemas of a brand ask for.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use crate::{
    domain::{
        Result,
        access::{Grant, Permission},
        fields::{CustomField, Schema, indexes},
    },
    queue::NewJob,
    service::{Caller, Services, Unit},
    store::{self, field_index::Builder},
};

/// The job that builds an index; its payload is `{name}`.
pub const BUILD: &str = "field_index.build";
/// The job that drops an index that nobody wants any more; its payload is `{name}`.
pub const DROP: &str = "field_index.drop";

/// Whether work on an index came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It did.
    Done,
    /// Another process works on indexes: come back after this time.
    Busy(TimeDelta),
}

/// Notes which indexes a brand wants now and enqueues the work. `changed` is the schema that this unit stores; the others
/// are as they are stored.
pub(super) async fn want(
    services: &Services,
    unit: &mut Unit,
    grant: &Grant,
    brand_id: Uuid,
    changed: Option<(Uuid, &Schema)>,
) -> Result<()> {
    store::field_index::lock_brand(unit.tx(), brand_id).await?;
    let mut fields: Vec<CustomField> = Vec::new();
    for row in store::content_type::schemas(unit.tx(), grant, brand_id).await? {
        match changed {
            // Not from the cache: it must never hold what may yet be rolled back.
            Some((id, schema)) if id == row.id => fields.extend_from_slice(schema.fields()),
            _ => {
                let schema = services.schemas.get(row.id, row.version, &row.schema).await?;
                fields.extend_from_slice(schema.fields());
            }
        }
    }
    let wanted = indexes(&fields);
    let difference = store::field_index::want(unit.tx(), grant, brand_id, &wanted, unit.now()).await?;
    for (kind, names) in [(BUILD, difference.wanted), (DROP, difference.unwanted)] {
        for name in names {
            unit.enqueue(NewJob {
                kind,
                payload: json!({"name": name}),
                dedupe_key: Some(name),
                run_at: None,
            });
        }
    }
    Ok(())
}

/// Builds an index that is still wanted, without blocking writes, and notes that it is ready.
///
/// # Errors
/// As the database refuses; that it failed is then noted.
pub async fn build_index(services: &Services, caller: &Caller, name: &str) -> Result<Progress> {
    let Some(index) = store::field_index::find(&services.db, name).await? else { return Ok(Progress::Done) };
    let Some(mut builder) = Builder::open(&services.db).await? else { return Ok(busy()) };
    let built = builder.build(&index).await;
    builder.close().await?;
    let failure = built.as_ref().err().map(ToString::to_string);
    let grant = caller.actor.grant(Permission::TypeWrite)?;
    let unit = Unit::begin(services, caller).await?;
    store::field_index::mark(unit.tx(), &grant, name, failure.as_deref()).await?;
    unit.commit().await?;
    built.map(|()| Progress::Done)
}

/// Drops an index that no brand wants.
///
/// # Errors
/// As the database refuses.
pub async fn drop_index(services: &Services, name: &str) -> Result<Progress> {
    let Some(mut builder) = Builder::open(&services.db).await? else { return Ok(busy()) };
    // Asked while nobody else builds: one who wants it from now on finds it gone and builds it.
    let dropped = match store::field_index::find(&services.db, name).await? {
        Some(_) => Ok(()),
        None => builder.drop_by_name(name).await,
    };
    builder.close().await?;
    dropped.map(|()| Progress::Done)
}

fn busy() -> Progress {
    Progress::Busy(TimeDelta::seconds(1))
}
