//! Creates and changes entries.

mod bin;
mod content;
mod create;
mod due;
mod links;
mod revert;
mod set;
mod status;
mod taken;
mod update;
mod upsert;

use super::{Caller, Services, Unit};
use crate::{
    domain::{
        Error, Result,
        access::{Grant, Permission},
        change::{Changed, check_version, check_version_unseen},
        entry::{OneEntry, Status},
        event::Event,
    },
    store::{self, Life, entry::Row},
};

pub use bin::{delete, restore};
pub use create::{create, create_as};
pub use due::{Publication, give_up_publication, publish_due, rescue_publications};
pub use links::{set_categories, set_tags};
pub use revert::revert;
pub use set::{Sort, Tried, Wanted, at_once, sort};
pub(super) use status::publication;
pub use status::{PUBLISH, change_status};
pub use update::update;
pub use upsert::{upsert, upsert_as};

/// An entry that was found, is the caller's to change, and stays as it is until the unit ends.
struct Opened {
    unit: Unit,
    grant: Grant,
    row: Row,
}

/// Opens a unit on an entry.
async fn open(
    services: &Services,
    caller: &Caller,
    permission: Permission,
    entry: OneEntry,
    life: Life,
) -> Result<Opened> {
    let grant = caller.actor.grant(permission)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::entry::lock(unit.tx(), &grant, entry.id, life).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    if let Err(conflict) = check_version(entry.expected_version, row.version) {
        if !store::covered::shows(unit.tx(), &grant, &row, "version").await? {
            check_version_unseen(entry.expected_version, row.version)?;
        }
        return Err(conflict);
    }
    Ok(Opened { unit, grant, row })
}

/// Opens a unit on an entry whose content is to change.
async fn open_content(services: &Services, caller: &Caller, entry: OneEntry) -> Result<Opened> {
    let opened = open(services, caller, Permission::EntryWrite, entry, Life::Live).await?;
    may_change(&opened.unit, caller, &opened.row).await?;
    Ok(opened)
}

/// What is public changes in public, and what is scheduled goes public without anybody looking again: whoever changes, deletes
/// or restores either needs the right to publish.
async fn may_change(unit: &Unit, caller: &Caller, row: &Row) -> Result<()> {
    if matches!(status(row)?, Status::Published | Status::Scheduled) {
        let grant = caller.actor.grant_in(Permission::EntryPublish, row.brand_id)?;
        store::covered::entry(unit.tx(), &grant, row).await?;
    }
    Ok(())
}

fn status(row: &Row) -> Result<Status> {
    Status::find(&row.status).ok_or_else(|| Error::internal("an entry has a status that there is not"))
}

/// Keeps the version that a change made, records it and commits.
async fn finish(
    mut unit: Unit,
    grant: &Grant,
    row: &Row,
    kind: &'static str,
    change: &str,
) -> Result<Changed> {
    let actor = unit.actor().label();
    store::entry::keep_version(unit.tx(), grant, row, change, &actor).await?;
    let changed = Changed { id: row.id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed).with("status", row.status.as_str()));
    unit.commit().await?;
    Ok(changed)
}
