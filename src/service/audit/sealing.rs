//! Seals records in order, a batch at a time, while others go on writing.

use std::{future::Future, time::Duration};

use super::{
    super::{Caller, Services, Unit},
    metrics,
    settings::Settings,
};
use crate::{
    domain::{
        Result,
        audit::{Link, NO_SEAL, SealKey, Sealable, seal},
    },
    store::audit::chain,
};

/// How many records are sealed in one transaction.
const BATCH: u32 = 1_000;

/// Seals everything that can be sealed now; how many records that were. Where another process is at it, none.
///
/// # Errors
/// As the database refuses; nothing of the last batch is then sealed.
pub async fn seal_due(services: &Services, key: Option<&SealKey>) -> Result<u64> {
    let mut count = 0;
    loop {
        let sealed = batch(services, key).await?;
        count += sealed;
        if sealed < u64::from(BATCH) {
            return Ok(count);
        }
    }
}

async fn batch(services: &Services, key: Option<&SealKey>) -> Result<u64> {
    let unit = Unit::begin(services, &Caller::system("seal")).await?;
    if !chain::seal_alone(unit.tx()).await? {
        unit.rollback().await?;
        return Ok(0);
    }
    let last = chain::last(unit.tx()).await?;
    let records = chain::unsealed(unit.tx(), last.as_ref(), BATCH).await?;
    if records.is_empty() {
        metrics::unsealed(chain::count_unsealed(unit.tx(), last.as_ref()).await?);
        unit.rollback().await?;
        return Ok(0);
    }
    let links = links(key, last.as_ref(), records, unit.now().timestamp_micros())?;
    chain::add(unit.tx(), &links).await?;
    unit.commit().await?;
    metrics::sealed(links.len() as u64);
    Ok(links.len() as u64)
}

fn links(
    key: Option<&SealKey>,
    last: Option<&Link>,
    records: Vec<Sealable>,
    sealed_at: i64,
) -> Result<Vec<Link>> {
    let (mut sequence, mut previous) = last.map_or((0, NO_SEAL), |link| (link.sequence, link.seal));
    let link = |record: Sealable| {
        sequence += 1;
        previous = seal(key, &previous, sequence, sealed_at, &record)?;
        Ok(Link {
            sequence,
            xid: record.xid,
            position: record.position,
            seal: previous,
            key_id: key.map(|key| key.id().to_owned()),
            sealed_at,
            record: None,
        })
    };
    records.into_iter().map(link).collect()
}

/// Seals every so often until `shutdown` completes.
///
/// # Errors
/// `INVALID` naming the setting that is wrong, before anything is sealed.
pub async fn keep_sealing(
    services: Services,
    settings: Settings,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<()> {
    let key = settings.key()?;
    let pause = Duration::from_secs(settings.seal_seconds.max(1).into());
    tokio::pin!(shutdown);
    loop {
        if let Err(error) = seal_due(&services, key.as_ref()).await {
            tracing::warn!(%error, "audit records could not be sealed");
        }
        tokio::select! {
            biased;
            () = &mut shutdown => return Ok(()),
            () = tokio::time::sleep(pause) => {}
        }
    }
}
