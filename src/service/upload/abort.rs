//! Aborting an upload.

use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    complete::discard_once_committed,
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        change::Changed,
        event::Event,
        upload::{Problem, State},
    },
    store,
};

/// Ends an upload that waits for its file, and removes what there is of it. Aborted again, it answers the same.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` where it was completed.
pub async fn abort(services: &Services, caller: &Caller, id: Uuid) -> Result<Changed> {
    services.media.alone(services)?;
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    services.media.store()?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::upload::lock(unit.tx(), &grant, id).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    match row.state()? {
        State::Pending => {}
        State::Verifying | State::Ready => {
            let message = format!("this upload was completed: it is {}", row.state);
            return Err(Error::new(Code::Conflict, message));
        }
        State::Quarantined | State::Failed | State::Expired => return unit.unchanged(id, row.version).await,
    }
    let problem = Problem::new("aborted", "the upload was aborted");
    let row =
        store::upload::set_state(unit.tx(), &row, State::Failed, Some(&problem), None, unit.now()).await?;
    let changed = Changed { id, version: row.version };
    unit.record(Event::of("upload.aborted", row.brand_id, changed));
    unit.commit().await?;
    discard_once_committed(services, row).await;
    Ok(changed)
}
