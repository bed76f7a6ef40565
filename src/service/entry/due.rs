//! Publishes what was scheduled when its time has come; what cannot be published becomes a draft that says why.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Opened, finish, open, status,
    status::{apply, publication},
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        entry::{OneEntry, Status, Transition},
    },
    service::{Caller, Services, Unit},
    store::{self, Life, entry::Changes},
};

/// The most violations that are kept with an entry that was not published.
const MAX_VIOLATIONS: usize = 20;
/// How many entries one look rescues.
const RESCUED: u32 = 100;

/// What became of a publication whose time had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publication {
    /// The entry is public.
    Published,
    /// It could not be published: it is a draft, with the reason beside it.
    Refused,
    /// It is deleted, or no longer scheduled for that moment.
    Nothing,
}

/// Publishes an entry that is still scheduled for that very moment; anything else is nothing to do, so that the job may run
/// twice and come too late. An entry that no longer fits its type becomes a draft: no attempt will mend it, a person can.
///
/// # Errors
/// As the database refuses; the entry then stays scheduled, for another attempt.
pub async fn publish_due(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    at: DateTime<Utc>,
) -> Result<Publication> {
    let Some(opened) = find_due(services, caller, id, at).await? else { return Ok(Publication::Nothing) };
    match apply(services, opened, Transition::Publish).await {
        Ok(_) => Ok(Publication::Published),
        Err(error) if error.code() == Code::Invalid => {
            give_up_publication(services, caller, id, at, &error).await
        }
        Err(error) => Err(error),
    }
}

/// Makes a draft of an entry that is still scheduled for that moment, and keeps with it why it was not published.
///
/// # Errors
/// As the database refuses; the entry then stays scheduled.
pub async fn give_up_publication(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    at: DateTime<Utc>,
    why: &Error,
) -> Result<Publication> {
    let Some(opened) = find_due(services, caller, id, at).await? else { return Ok(Publication::Nothing) };
    let Opened { unit, grant, row } = opened;
    let code = why.code().name();
    tracing::warn!(entry.id = %id, %at, code, error = %why, "a scheduled entry was not published; it is a draft again");
    let changes = Changes {
        status: Some(Status::Draft),
        scheduled_at: Some(None),
        publish_problem: Some(Some(problem(why, at, unit.now()))),
        ..Changes::default()
    };
    let row = store::entry::update(unit.tx(), &grant, &row, changes, unit.now()).await?;
    finish(unit, &grant, &row, "entry.publish_failed", "publish_failed").await?;
    Ok(Publication::Refused)
}

/// Looks for entries whose publication is due but that no job is going to publish: one whose job was lost gets another, one
/// whose job was given up becomes a draft. How many were found.
///
/// # Errors
/// As the database refuses; the next look finds the rest.
pub async fn rescue_publications(services: &Services, caller: &Caller) -> Result<usize> {
    let found = store::entry::stranded(&services.db, services.clock.now(), RESCUED).await?;
    for entry in &found {
        if entry.given_up {
            let why = Error::internal("every attempt to publish the entry ended without an answer");
            give_up_publication(services, caller, entry.id, entry.at, &why).await?;
        } else {
            let mut unit = Unit::begin(services, caller).await?;
            unit.enqueue(publication(entry.id, entry.at));
            unit.commit().await?;
        }
    }
    Ok(found.len())
}

/// The entry, where its publication is due; it stays as it is until the unit ends.
async fn find_due(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    at: DateTime<Utc>,
) -> Result<Option<Opened>> {
    let entry = OneEntry { id, expected_version: None };
    let opened = match open(services, caller, Permission::EntryPublish, entry, Life::Live).await {
        Ok(opened) => opened,
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let due = opened.row.scheduled_at == Some(at) && at <= opened.unit.now();
    if status(&opened.row)? == Status::Scheduled && due {
        return Ok(Some(opened));
    }
    opened.unit.rollback().await.map(|()| None)
}

/// What clients read: what they may know of the error, and when it happened.
fn problem(why: &Error, at: DateTime<Utc>, now: DateTime<Utc>) -> Value {
    let moment = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let violations: Vec<Value> = why
        .violations()
        .iter()
        .take(MAX_VIOLATIONS)
        .map(|one| json!({"path": one.path, "code": one.code, "message": one.message}))
        .collect();
    json!({
        "code": why.code().name(), "message": why.message(), "at": moment(at), "failedAt": moment(now),
        "violations": violations,
    })
}
