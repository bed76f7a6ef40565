//! What nobody would ever come back to: uploads whose job is gone, and sessions of parts that belong to no upload.

use super::{
    super::{Services, Unit},
    verify::VERIFY,
};
use crate::{
    domain::{
        Result,
        change::Changed,
        event::Event,
        upload::{Problem, State},
    },
    objects::Store,
    store::{self, upload::Row},
};

/// What is said of a file that nobody came to look at.
pub(super) fn unverified() -> Problem {
    Problem::new("unverified", "the file could not be looked at; send it again")
}

/// Ends uploads that wait to be looked at although nobody will: every process that tried died of it. Their files are still there.
pub(super) async fn end_lost(unit: &mut Unit, most: u32) -> Result<Vec<Row>> {
    let lost = store::upload::lock_lost(unit.tx(), VERIFY, most).await?;
    let problem = unverified();
    for row in &lost {
        let row =
            store::upload::set_state(unit.tx(), row, State::Failed, Some(&problem), None, unit.now()).await?;
        unit.record(Event::of("upload.failed", row.brand_id, Changed { id: row.id, version: row.version }));
    }
    Ok(lost)
}

/// Ends sessions that were begun before a moment and that no upload waits with; how many. A store that does not tell of its sessions
/// keeps them: its own rules may end them.
pub(super) async fn end_sessions(
    services: &Services,
    store: &dyn Store,
    before: chrono::DateTime<chrono::Utc>,
) -> Result<u64> {
    let sessions = match store.sessions(before).await {
        Ok(sessions) => sessions,
        Err(error) => {
            tracing::debug!(%error, "the store does not tell which sessions of parts it has");
            return Ok(0);
        }
    };
    // What was not made here has no id of ours in its key, and stays.
    let ours: Vec<_> =
        sessions.into_iter().filter_map(|(key, name)| key.id().map(|id| (key, name, id))).collect();
    let ids: Vec<_> = ours.iter().map(|(_, _, id)| *id).collect();
    let (_, waiting) = store::stored_object::needed(&services.db, &[], &ids).await?;
    let mut ended = 0_u64;
    for (key, name, id) in ours {
        if !waiting.contains(&id) {
            store.abort(&key, &name).await?;
            ended = ended.saturating_add(1);
        }
    }
    if ended > 0 {
        tracing::info!(ended, "ended sessions of parts that belong to no upload");
    }
    Ok(ended)
}
