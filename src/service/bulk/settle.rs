//! Fills in references between batches that did not see one another, because they were written at the same time.

use super::Destination;
use crate::{
    domain::{Result, event::Event, record::MAX_BATCH},
    service::{Caller, Services, Unit},
    store::bulk,
};

/// Fills in what can be filled in, and tells how many references of the brand still wait for what they lead to.
///
/// # Errors
/// As the database refuses.
pub async fn settle_all(services: &Services, caller: &Caller, destination: &Destination) -> Result<u64> {
    let brand = destination.brand;
    loop {
        let mut unit = Unit::begin(services, caller).await?;
        let (translations, assets) = bulk::overdue(unit.tx(), brand, MAX_BATCH as u64).await?;
        let found = !translations.is_empty() || !assets.is_empty();
        let settled = if found {
            let actor = unit.actor().label();
            bulk::settle(unit.tx(), brand, translations, assets, &actor, unit.now()).await?
        } else {
            Vec::new()
        };
        if settled.is_empty() {
            let waiting = bulk::count_pending_of_brand(unit.tx(), brand).await?;
            unit.rollback().await?;
            return Ok(waiting);
        }
        settled.into_iter().for_each(|changed| unit.record(Event::of("entry.updated", brand, changed)));
        unit.commit().await?;
    }
}
