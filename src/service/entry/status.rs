//! Publishes, unpublishes, schedules and archives entries.

use chrono::{DateTime, SubsecRound, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{Opened, content, finish, open, status};
use crate::{
    domain::{
        Error, Result,
        access::Permission,
        change::Changed,
        entry::{ChangeStatus, Status, Transition},
    },
    queue::NewJob,
    service::{Caller, Services},
    store::{self, Life, entry::Changes},
};

/// The job that publishes a scheduled entry on time; its payload is `{entry, at}`.
pub const PUBLISH: &str = "entry.publish";

/// Takes an entry from one status to another. One that is there already stays as it is, its version too.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` for another version or where there is no way from its status, `INVALID` where its fields no longer
/// fit its type, or where it is to be scheduled for a moment that has passed.
pub async fn change_status(services: &Services, caller: &Caller, command: ChangeStatus) -> Result<Changed> {
    let opened = open(services, caller, Permission::EntryPublish, command.entry, Life::Live).await?;
    // Whether there is anything to do would tell where the entry stands, and what is wrong with it for when.
    store::covered::naming(opened.unit.tx(), &opened.grant, &opened.row, &["status"], None).await?;
    apply(services, opened, command.transition).await
}

/// The job that publishes an entry on time.
pub(in crate::service) fn publication(entry: Uuid, at: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: PUBLISH,
        payload: json!({"entry": entry, "at": at}),
        dedupe_key: Some(format!("{entry}@{}", at.timestamp_micros())),
        run_at: Some(at),
    }
}

pub(super) async fn apply(services: &Services, opened: Opened, transition: Transition) -> Result<Changed> {
    let Opened { mut unit, grant, row } = opened;
    let Some(next) = transition.from(status(&row)?)? else {
        unit.rollback().await?;
        return Ok(Changed { id: row.id, version: row.version });
    };
    if matches!(next, Status::Published | Status::Scheduled) {
        // What was let through by force, or under an earlier schema, must not become public.
        let kind = store::content_type::hold(unit.tx(), &grant, row.content_type_id).await?;
        let schema = content::schema(services, &kind).await?;
        content::refuse(content::violations(&schema, &row.fields), &grant, row.brand_id)?;
    }
    let mut changes = Changes {
        status: Some(next),
        scheduled_at: Some(None),
        publish_problem: Some(None),
        ..Changes::default()
    };
    match transition {
        // The first publication counts: what is taken back and published again is not news.
        Transition::Publish if row.published_at.is_none() => changes.published_at = Some(unit.now()),
        Transition::Publish => {}
        Transition::Schedule(at) => {
            // As exact as the database keeps it, so that the job finds the same moment in the row.
            let at = at.trunc_subsecs(6);
            if at <= unit.now() {
                return Err(Error::invalid("at", "past", "must be a moment to come"));
            }
            changes.scheduled_at = Some(Some(at));
            unit.enqueue(publication(row.id, at));
        }
        Transition::Unpublish | Transition::Archive => {}
    }
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, &grant, &row, kind(transition), transition.change()).await
}

/// How the record names it.
pub(super) const fn kind(transition: Transition) -> &'static str {
    match transition {
        Transition::Publish => "entry.published",
        Transition::Unpublish => "entry.unpublished",
        Transition::Schedule(_) => "entry.scheduled",
        Transition::Archive => "entry.archived",
    }
}
