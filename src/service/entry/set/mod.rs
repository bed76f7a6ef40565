//! Does many operations on entries at once: what each does alone, in a number of statements that does not depend on how many.

mod change;
mod draft;
mod known;
mod load;
mod make;
mod plan;
mod what;
mod write;

use uuid::Uuid;

use crate::{
    domain::{Error, Result, batch::Operation, change::Changed},
    service::{Caller, Services, Unit},
};

use draft::Drafter;
use known::Known;
use load::Loaded;
use plan::{Plan, Planner};
pub use what::{Sort, sort};

/// An operation, and the id that what it makes was given already.
pub type Wanted<'a> = (Option<Uuid>, &'a Operation);

/// What came of a try.
#[derive(Debug)]
pub enum Tried {
    /// What came of each: done, or refused as it would be refused alone. Where they are one, none after the first that is refused.
    Done(Vec<Result<Changed>>),
    /// None is done; these, by their place, are to be done alone: they need an earlier one.
    Alone(Vec<usize>),
}

/// Why nothing is planned for an operation.
#[derive(Debug)]
enum Fault {
    /// The operation is refused, with the error that it has alone.
    Told(Error),
    /// It depends on an earlier one of the set, so that it has to be done after that.
    Alone,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Told(error)
    }
}

/// Does operations of one sort: those that nothing is wrong with are written together. `whole` says that where one is refused
/// those after it are not wanted.
///
/// # Errors
/// As one of them would fail, where it shows only when it is written; then none is done.
pub async fn at_once(
    services: &Services,
    caller: &Caller,
    whole: bool,
    wanted: &[Wanted<'_>],
) -> Result<Tried> {
    let Some(sort) = wanted.first().and_then(|(_, operation)| sort(operation)) else {
        return Ok(Tried::Alone((0..wanted.len()).collect()));
    };
    let grant = caller.actor.grant(sort.permission())?;
    let mut unit = Unit::begin(services, caller).await?;
    let tasks = what::tasks(&unit, &grant, wanted).await?;
    let good: Vec<_> = tasks.iter().filter_map(|task| task.as_ref().ok()).collect();
    let loaded = Loaded::of(services, &unit, &grant, &good).await?;
    let mut drafter = Drafter::new(caller, &grant, &loaded, unit.now());
    let drafts: Vec<Result<Plan, Fault>> = tasks.into_iter().map(|task| drafter.draft(&task?)).collect();
    let known = Known::of(&unit, &grant, &loaded, &drafts).await?;
    let mut planner = Planner::new(&grant, &loaded, &known);
    let (mut outcomes, mut plans, mut alone) = (Vec::with_capacity(drafts.len()), Vec::new(), Vec::new());
    for (place, draft) in drafts.into_iter().enumerate() {
        match draft.and_then(|draft| planner.plan(draft)) {
            Ok(plan) => {
                outcomes.push(Ok(plan.changed()));
                plans.push(plan);
            }
            Err(Fault::Alone) => alone.push(place),
            Err(Fault::Told(error)) => {
                outcomes.push(Err(error));
                if whole {
                    break;
                }
            }
        }
    }
    if !alone.is_empty() {
        unit.rollback().await?;
        return Ok(Tried::Alone(alone));
    }
    if plans.iter().all(|plan| matches!(plan, Plan::Same(_))) {
        unit.rollback().await?;
        return Ok(Tried::Done(outcomes));
    }
    write::all(&mut unit, &grant, &plans).await?;
    unit.commit().await?;
    Ok(Tried::Done(outcomes))
}
