//! Brings a file that was sent to where no client can write: copied, or put together of its parts.

use chrono::TimeDelta;

use super::{
    super::{Caller, Services, Unit},
    complete::{size, whole},
    parts::cut,
};
use crate::{
    domain::{
        Result,
        access::Permission,
        upload::{Problem, State},
    },
    objects::{Key, Store},
    store::{self, upload::Row},
};

/// How long parts that are gone may be on their way into the object: longer than a store is given to answer, and than a claim holds.
const JOINING: TimeDelta = TimeDelta::hours(1);
/// How long to wait before looking again whether it is there.
const AGAIN: TimeDelta = TimeDelta::minutes(1);

/// What came of it.
pub(super) enum Assembled {
    /// It is there, with the size that was promised.
    There,
    /// It is not what was promised.
    Wrong(Problem),
    /// Somebody else may be putting it together: to be asked again after this time.
    Busy(TimeDelta),
}

/// Brings the file to where no client can write, or says why it is not there.
pub(super) async fn assemble(
    services: &Services,
    caller: &Caller,
    store: &dyn Store,
    row: &Row,
) -> Result<Assembled> {
    let key = Key::stored(row.key.clone());
    let missing = |message: &str| Ok(Assembled::Wrong(Problem::new("missing", message)));
    if store.find(&key).await?.is_none() {
        if let (Some(cut), Some(session)) = (cut(row), &row.session) {
            let parts = store.parts(&key, session).await?.unwrap_or_default();
            match whole(&parts, cut, row.bytes()) {
                Ok(()) => {
                    announce(services, caller, row).await?;
                    store.complete(&key, session, &parts).await?;
                }
                // One who lost its claim may have put them together between the two questions, or be about to.
                Err(error) if store.find(&key).await?.is_none() => {
                    if let Some(wait) = busy(services, caller, row).await? {
                        return Ok(Assembled::Busy(wait));
                    }
                    return missing(error.message());
                }
                Err(_) => {}
            }
        } else {
            let incoming = Key::incoming(row.brand_id, row.id);
            match store.find(&incoming).await? {
                None => return missing("the file is gone"),
                Some(found) if found.bytes != row.bytes() => {
                    return Ok(Assembled::Wrong(size(row, found.bytes)));
                }
                // Whoever has the address can still write there: what is looked at is a copy that nobody can.
                Some(_) => store.copy(&incoming, &key).await?,
            }
        }
    }
    match store.find(&key).await? {
        Some(found) if found.bytes == row.bytes() => Ok(Assembled::There),
        Some(found) => Ok(Assembled::Wrong(size(row, found.bytes))),
        None => missing("the file is gone"),
    }
}

/// Writes down that the store is asked to put the parts together, before it is: a store may use them up as it goes.
async fn announce(services: &Services, caller: &Caller, row: &Row) -> Result<()> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::upload::lock(unit.tx(), &grant, row.id).await?;
    if row.state()? == State::Verifying {
        store::upload::set_joining(unit.tx(), &row, unit.now() + JOINING).await?;
    }
    unit.commit().await
}

/// How long to wait for one who may be putting the parts together; nothing where there is nobody.
async fn busy(services: &Services, caller: &Caller, row: &Row) -> Result<Option<TimeDelta>> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    // Asked after the parts were: whoever had begun by then had written it down.
    let row = store::upload::get(&services.db, &grant, row.id).await?;
    let left = row.joining_until.map(|until| until - services.clock.now());
    Ok(left.filter(|left| *left > TimeDelta::zero()).map(|left| left.min(AGAIN)))
}
