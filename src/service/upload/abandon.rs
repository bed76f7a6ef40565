//! What nobody came back for: uploads that took too long, objects that no asset has, files that nobody knows of.

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    complete::discard,
    lost::{end_lost, end_sessions},
};
use crate::{
    domain::{
        Result,
        access::Permission,
        change::Changed,
        event::Event,
        upload::{Problem, State},
    },
    objects::{Key, Store},
    queue::NewJob,
    store,
};

/// The job that looks for what nobody needs; its payload may say after which key it goes on.
pub const CLEAN: &str = "upload.clean";

/// How many of a kind are taken at a time.
const BATCH: u32 = 100;
/// How long after the last look the next one is.
const AGAIN: TimeDelta = TimeDelta::hours(1);
/// How long after a full page of the store's list the next one is looked at.
const NEXT_PAGE: TimeDelta = TimeDelta::minutes(1);
/// How old a file is that nobody knows of before it is removed: longer than a request that is still on its way.
const FORGOTTEN: TimeDelta = TimeDelta::days(1);
/// How many objects a store lists at a time.
const PAGE: usize = 1_000;

/// Ends uploads that took too long or that nobody will come to look at, and sessions of none; purges assets whose time in the bin is over, removes objects that no asset has and, page by
/// page, files that nobody knows of. Enqueues the next look. How many files were removed.
///
/// # Errors
/// As the database refuses, or the store fails; what was decided by then stays.
pub async fn clean(services: &Services, caller: &Caller, after: Option<String>) -> Result<u64> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let store = services.media.store()?;
    let mut unit = Unit::begin(services, caller).await?;
    let now = unit.now();
    let expired = Problem::new("expired", "the upload was not completed in time");
    let abandoned = store::upload::lock_abandoned(unit.tx(), now, BATCH).await?;
    for row in &abandoned {
        let row = store::upload::set_state(unit.tx(), row, State::Expired, Some(&expired), None, now).await?;
        unit.record(Event::of("upload.expired", row.brand_id, Changed { id: row.id, version: row.version }));
    }
    let lost = end_lost(&mut unit, BATCH).await?;
    if let Some(before) = retention(services).and_then(|kept| now.checked_sub_signed(kept)) {
        for gone in store::asset::purge_kept(unit.tx(), &grant, before, BATCH).await? {
            unit.record(Event::of(
                "asset.purged",
                gone.brand_id,
                Changed { id: gone.id, version: gone.version },
            ));
        }
    }
    let unused = store::stored_object::remove_unused(unit.tx(), BATCH).await?;
    unit.commit().await?;
    for row in abandoned.iter().chain(&lost) {
        discard(store, row).await;
    }
    let mut removed = abandoned.len().saturating_add(lost.len()) as u64;
    for key in unused {
        store.delete(&Key::stored(key)).await?;
        removed = removed.saturating_add(1);
    }
    // One page of objects after the other, but all sessions at once.
    if after.is_none() {
        removed = removed.saturating_add(end_sessions(services, store, now - FORGOTTEN).await?);
    }
    let (orphans, last) = remove_orphans(services, store, after).await?;
    let full = abandoned.len().max(lost.len()) as u64 == u64::from(BATCH);
    let wait = if last.is_some() || full { NEXT_PAGE } else { AGAIN };
    let mut unit = Unit::begin(services, caller).await?;
    unit.enqueue(look(now + wait, last));
    unit.commit().await?;
    Ok(removed.saturating_add(orphans))
}

fn retention(services: &Services) -> Option<TimeDelta> {
    match services.bin.retention_days {
        0 => None,
        days => Some(TimeDelta::days(i64::from(days))),
    }
}

/// Removes files of one page of the store's list that nobody knows of; how many, and where to go on.
async fn remove_orphans(
    services: &Services,
    store: &dyn Store,
    after: Option<String>,
) -> Result<(u64, Option<String>)> {
    let after = after.map(Key::stored);
    let old = services.clock.now() - FORGOTTEN;
    let page = store.list(after.as_ref()).await?;
    let last = page.last().filter(|_| page.len() >= PAGE).map(|listed| listed.key.to_string());
    // What was not made here has no id of ours in its key, and stays.
    let ours = page.into_iter().filter(|listed| listed.modified_at.is_some_and(|at| at < old));
    let known: Vec<(Key, Uuid)> =
        ours.filter_map(|listed| listed.key.id().map(|id| (listed.key, id))).collect();
    let keys: Vec<String> = known.iter().map(|(key, _)| key.to_string()).collect();
    let ids: Vec<Uuid> = known.iter().map(|(_, id)| *id).collect();
    let (kept, waiting) = store::stored_object::needed(&services.db, &keys, &ids).await?;
    let mut removed = 0_u64;
    for (key, id) in known {
        if !kept.iter().any(|one| one == key.as_str()) && !waiting.contains(&id) {
            store.delete(&key).await?;
            removed = removed.saturating_add(1);
        }
    }
    if removed > 0 {
        tracing::info!(removed, "removed files that nobody knew of");
    }
    Ok((removed, last))
}

/// Makes sure that somebody looks; where a look is waiting already, nothing happens.
///
/// # Errors
/// As the database refuses.
pub async fn watch(services: &Services, caller: &Caller) -> Result<()> {
    if services.media.store().is_err() {
        return Ok(());
    }
    let mut unit = Unit::begin(services, caller).await?;
    unit.enqueue(look(unit.now(), None));
    unit.commit().await
}

fn look(at: chrono::DateTime<chrono::Utc>, after: Option<String>) -> NewJob {
    NewJob {
        kind: CLEAN,
        payload: json!({"after": after}),
        dedupe_key: Some("upload".to_owned()),
        run_at: Some(at),
    }
}
