//! Sources: made, changed, found by name.

use super::{Caller, Services, Unit};
use crate::{
    cmp::{preset, pull::base_url},
    domain::{
        Error, Result,
        access::Permission,
        change::Changed,
        event::Event,
        source::{NewSource, Source, check_name},
    },
    kit::id,
    store,
};

/// Makes a source, or gives the one of that name this connector and address. A source stays with its brand.
///
/// # Errors
/// `INVALID` for a name, an address or a connector that is none, `CONFLICT` where another brand has a source of that
/// name, `FORBIDDEN` and `NOT_FOUND` as the actor's roles say.
pub async fn ensure(services: &Services, caller: &Caller, new: NewSource) -> Result<Source> {
    caller.actor.grant_in(Permission::SourceSync, new.brand_id)?;
    check_name(&new.name, "name")?;
    base_url(&new.base_url)?;
    preset::load(&new.connector)?;
    let mut unit = Unit::begin(services, caller).await?;
    let source = match store::source::lock(unit.tx(), &new.name).await? {
        None => {
            let id = id::new(unit.now());
            store::source::insert(unit.tx(), id, &new, unit.now()).await?;
            unit.record(Event::of("source.created", new.brand_id, Changed { id, version: 1 }));
            made(id, new, 1)
        }
        Some(found) if found.brand_id != new.brand_id => {
            let message = "a source with this name exists";
            return Err(Error::new(crate::domain::Code::Conflict, message)
                .with_details(serde_json::json!({"path": "name"})));
        }
        Some(found) if (&found.connector, &found.base_url) == (&new.connector, &new.base_url) => found,
        Some(found) => {
            store::source::update(unit.tx(), found.id, &new, unit.now()).await?;
            let changed = Changed { id: found.id, version: found.version + 1 };
            unit.record(Event::of("source.updated", new.brand_id, changed));
            made(found.id, new, changed.version)
        }
    };
    unit.commit().await?;
    Ok(source)
}

fn made(id: uuid::Uuid, new: NewSource, version: i32) -> Source {
    let NewSource { brand_id, name, connector, base_url } = new;
    Source { id, brand_id, name, connector, base_url, version }
}

/// The source of that name.
///
/// # Errors
/// `NOT_FOUND` where there is none that the actor may see.
pub async fn get(services: &Services, caller: &Caller, name: &str) -> Result<Source> {
    let missing = || Error::not_found(format_args!("the source `{name}`"));
    let grant = caller.actor.grant(Permission::SourceRead)?;
    let found = store::source::find(&services.db, name).await?;
    found.filter(|source| grant.brands().contains(source.brand_id)).ok_or_else(missing)
}
