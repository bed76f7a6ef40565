//! Completing an upload: what arrived is held against what was promised as far as a look tells, the rest is for a job.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    parts::cut,
    verify,
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        change::Changed,
        event::Event,
        upload::{Cut, Problem, State},
    },
    objects::{Key, Part, Store},
    queue::NewJob,
    store::{self, upload::Row},
};

/// The most missing parts that an error names.
const NAMED: usize = 100;

/// What a first look tells.
enum Look {
    /// Nothing speaks against it.
    Good,
    /// It is not what was promised.
    Wrong(Problem),
}

/// Says that a file was sent. One that is not what was promised is refused and removed; the rest of the looking is left to a job.
/// Completed again, it answers the same.
///
/// # Errors
/// `NOT_FOUND`, `INVALID` where the file or parts of it are still missing: the upload then waits on.
pub async fn complete(services: &Services, caller: &Caller, id: Uuid) -> Result<Changed> {
    complete_in(services, caller, id, None).await
}

/// The same, where the job looks at the file only after a while: whoever calls this looks by itself.
pub(super) async fn complete_in(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    wait: Option<TimeDelta>,
) -> Result<Changed> {
    services.media.alone(services)?;
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let store = services.media.store()?;
    let row = match &services.joint {
        // Who holds one connection does not wait for another.
        Some(joint) => joint.directly(async |tx| store::upload::lock(tx, &grant, id).await).await?,
        None => store::upload::get(&services.db, &grant, id).await?,
    };
    if row.state()? != State::Pending {
        return Ok(Changed { id, version: row.version });
    }
    let look = look(store, &row).await?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::upload::lock(unit.tx(), &grant, id).await?;
    // One of a brand in the bin waits until the brand is back.
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    if row.state()? != State::Pending {
        return unit.unchanged(id, row.version).await;
    }
    let (state, problem, kind) = match &look {
        Look::Good => (State::Verifying, None, "upload.completed"),
        Look::Wrong(problem) => (State::Failed, Some(problem), "upload.failed"),
    };
    let row = store::upload::set_state(unit.tx(), &row, state, problem, None, unit.now()).await?;
    let changed = Changed { id, version: row.version };
    unit.record(Event::of(kind, row.brand_id, changed));
    if state == State::Verifying {
        unit.enqueue(NewJob {
            kind: verify::VERIFY,
            payload: json!({"upload": id}),
            dedupe_key: Some(id.to_string()),
            run_at: wait.map(|wait| unit.now() + wait),
        });
    }
    unit.commit().await?;
    if state == State::Failed {
        discard_once_committed(services, row).await;
    }
    Ok(changed)
}

async fn look(store: &dyn Store, row: &Row) -> Result<Look> {
    let key = Key::stored(row.key.clone());
    let (Some(cut), Some(session)) = (cut(row), &row.session) else {
        let found = store.find(&Key::incoming(row.brand_id, row.id)).await?;
        return match found {
            Some(found) if found.bytes == row.bytes() => Ok(Look::Good),
            Some(found) => Ok(Look::Wrong(size(row, found.bytes))),
            None => Err(Error::invalid("id", "missing", "the file was not sent yet")),
        };
    };
    let Some(parts) = store.parts(&key, session).await? else {
        // A completion that was cut off may have made the object already.
        return match store.find(&key).await? {
            Some(_) => Ok(Look::Good),
            None => {
                Ok(Look::Wrong(Problem::new("missing", "the store knows nothing of this upload any more")))
            }
        };
    };
    match whole(&parts, cut, row.bytes()) {
        // Parts go once the object is there.
        Err(error) if store.find(&key).await?.is_none() => Err(error),
        _ => Ok(Look::Good),
    }
}

/// Passes where every part is there with the size that it is to have.
///
/// # Errors
/// `INVALID` with the numbers of those that are not.
pub(super) fn whole(parts: &[Part], cut: Cut, bytes: u64) -> Result<()> {
    let there = |number: u32| {
        let found = parts.iter().find(|part| part.number == number);
        found.is_some_and(|part| Some(part.bytes) == cut.size(number, bytes))
    };
    let missing: Vec<u32> = (1..=cut.count).filter(|number| !there(*number)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<u32> = missing.iter().copied().take(NAMED).collect();
    let message = format!("{} of {} parts are missing or not of the right size", missing.len(), cut.count);
    let details = json!({"missing": named, "count": missing.len()});
    Err(Error::invalid("id", "parts_missing", message).with_details(details))
}

pub(super) fn size(row: &Row, bytes: u64) -> Problem {
    Problem::new("size", format!("{} bytes were promised, {bytes} are there", row.byte_size))
}

/// Removes whatever there is of an upload that came to nothing. What cannot be removed now is found later as an orphan.
pub(super) async fn discard(store: &dyn Store, row: &Row) {
    let key = Key::stored(row.key.clone());
    if let Some(session) = &row.session
        && let Err(error) = store.abort(&key, session).await
        && error.code() != Code::NotFound
    {
        tracing::debug!(upload.id = %row.id, %error, "a session of parts could not be ended");
    }
    for key in [Key::incoming(row.brand_id, row.id), key] {
        if let Err(error) = store.delete(&key).await {
            tracing::warn!(upload.id = %row.id, %error, "what is left of an upload could not be removed");
        }
    }
}

/// The same once it is sure that it came to nothing.
pub(super) async fn discard_once_committed(services: &Services, row: Row) {
    let media = services.media.clone();
    let deed = async move {
        if let Ok(store) = media.store() {
            discard(store, &row).await;
        }
    };
    services.once_committed(deed).await;
}
