//! Under which claim a file is looked at: whoever came last has it, and who lost it refuses nothing any more.

use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    verify::VERIFY,
};
use crate::{
    domain::{
        Code, Result,
        access::{Grant, Permission},
        upload::State,
    },
    kit::id,
    queue::{self, Job},
    store::{self, upload::Row},
};

/// The claim of one who looks at a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim(String);

impl Claim {
    /// That of an attempt of a job.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        Self(format!("{}:{}", job.id, job.attempts))
    }

    /// That of somebody who has no job.
    pub(super) fn own(services: &Services) -> Self {
        Self(id::new(services.clock.now()).to_string())
    }

    /// Whether nobody came later.
    pub(super) fn holds(&self, row: &Row) -> bool {
        row.claim.as_ref() == Some(&self.0)
    }

    /// Takes an upload that waits to be looked at; nothing where it is gone, or was decided.
    pub(super) async fn take(
        &self,
        services: &Services,
        caller: &Caller,
        grant: &Grant,
        id: Uuid,
    ) -> Result<Option<Row>> {
        let unit = Unit::begin(services, caller).await?;
        let row = match store::upload::lock(unit.tx(), grant, id).await {
            Err(error) if error.code() == Code::NotFound => return unit.rollback().await.map(|()| None),
            found => found?,
        };
        if row.state()? != State::Verifying {
            return unit.rollback().await.map(|()| None);
        }
        store::upload::set_claim(unit.tx(), &row, &self.0).await?;
        unit.commit().await?;
        Ok(Some(row))
    }
}

/// Lets go of all files that somebody was looking at. For a server that brings its own database and store along, and has just started
/// both: whoever looked before is gone, or lost its claim and does no harm, and nothing puts parts together any more.
///
/// # Errors
/// As the database refuses.
pub async fn let_go(services: &Services, caller: &Caller) -> Result<u64> {
    caller.actor.grant(Permission::AssetWrite)?;
    let unit = Unit::begin(services, caller).await?;
    let jobs = queue::let_go(unit.tx(), &[VERIFY], unit.now()).await?;
    store::upload::end_joining(unit.tx()).await?;
    unit.commit().await?;
    Ok(jobs)
}
