//! Many changes as one: all of them or none, or each on its own.

mod one;
mod order;
mod work;

use uuid::Uuid;

pub use order::hold_named;
use work::Work;

use super::{Caller, Services, Unit, Waiting};
use crate::domain::{
    Error, Result,
    batch::{Mode, Operation},
    change::Changed,
    node::Kind,
};

/// One operation of a batch, as far as it could be read.
#[derive(Debug, Clone)]
pub struct Step {
    /// The id that what it makes was given already, so that later operations could name it.
    pub id: Option<Uuid>,
    /// What is to be done, or what is wrong with it.
    pub operation: Result<Operation>,
}

impl Step {
    /// The same, with another entry in place of one.
    fn with_entry(self, given: Uuid, found: Uuid) -> Self {
        Self { operation: self.operation.map(|operation| operation.with_entry(given, found)), ..self }
    }
}

/// What became of an operation.
#[derive(Debug)]
pub enum Outcome {
    /// It was done; this is the node, and the version it has now.
    Done(Kind, Changed),
    /// It was not, and why.
    Failed(Error),
    /// It was done, and taken back, because another one failed.
    Undone,
    /// It was not tried, because another one failed.
    Skipped,
}

/// Runs the operations in order. The services are those within a transaction, which is the caller's to commit: where it is all or
/// nothing and an operation failed, nothing of the batch is left in it.
///
/// Between two operations it is looked whether somebody still waits: a batch that was given up would keep its connection for as long
/// as 1,000 mutations take.
///
/// # Errors
/// Where the transaction itself is lost, others stood in the way, or nobody waits any more; then nothing has happened.
pub async fn run(
    services: &Services,
    caller: &Caller,
    waiting: &Waiting,
    mode: Mode,
    steps: Vec<Step>,
) -> Result<Vec<Outcome>> {
    if mode == Mode::Atomic && steps.iter().any(|step| step.operation.is_err()) {
        let unread = |step: Step| step.operation.map_or_else(Outcome::Failed, |_| Outcome::Skipped);
        return Ok(steps.into_iter().map(unread).collect());
    }
    let joint = Unit::joint(services).await?;
    order::hold(&joint, caller, &steps).await?;
    let within = services.within(&joint);
    let whole = mode == Mode::Atomic;
    let (steps, parts, outcomes) = (steps.into(), Vec::new(), Vec::new());
    let mut work = Work { services: &within, caller, whole, steps, parts, outcomes };
    let mut failed = false;
    while !failed && !work.steps.is_empty() {
        waiting.check()?;
        let from = work.outcomes.len();
        work.go_on().await?;
        let new = work.outcomes.get(from..).unwrap_or_default();
        failed = whole && new.iter().any(|one| matches!(one, Outcome::Failed(_)));
    }
    let mut outcomes = work.outcomes;
    outcomes.extend(work.steps.iter().map(|_| Outcome::Skipped));
    if failed {
        joint.rollback().await?;
        outcomes
            .iter_mut()
            .filter(|one| matches!(one, Outcome::Done(..)))
            .for_each(|one| *one = Outcome::Undone);
    } else {
        waiting.check()?;
        joint.commit(services).await?;
    }
    Ok(outcomes)
}
