//! Does many operations on entries at once: what each does alone, in a number of statements that does not depend on how many.

mod change;
mod load;
mod make;
mod plan;
mod what;
mod write;

use uuid::Uuid;

use crate::{
    domain::{Result, batch::Operation, change::Changed},
    service::{Caller, Services, Unit},
};

use load::Loaded;
use plan::{Plan, Planner};
pub use what::{Sort, sort};

/// An operation, and the id that what it makes was given already.
pub type Wanted<'a> = (Option<Uuid>, &'a Operation);

/// What came of a try.
#[derive(Debug)]
pub enum Tried {
    /// All of them are done.
    Done(Vec<Changed>),
    /// None is; these, by their place, are to be done alone: something is wrong with them, or they need an earlier one.
    Alone(Vec<usize>),
}

/// Does operations of one sort, all of them or none. What is wrong with one is not told: whoever wants to know does it alone.
///
/// # Errors
/// As one of them would fail, where it shows only in the database.
pub async fn at_once(services: &Services, caller: &Caller, wanted: &[Wanted<'_>]) -> Result<Tried> {
    let Some(sort) = wanted.first().and_then(|(_, operation)| sort(operation)) else {
        return Ok(Tried::Alone((0..wanted.len()).collect()));
    };
    let grant = caller.actor.grant(sort.permission())?;
    let mut unit = Unit::begin(services, caller).await?;
    let (tasks, mut alone) = what::tasks(&unit, &grant, wanted).await?;
    let loaded = Loaded::of(services, &unit, &grant, &tasks).await?;
    let mut planner = Planner::new(caller, &grant, &loaded, unit.now());
    let mut plans = Vec::with_capacity(tasks.len());
    for task in &tasks {
        match planner.plan(task) {
            Some(plan) => plans.push(plan),
            None => alone.push(task.place),
        }
    }
    if alone.is_empty() {
        alone = write::claim(&unit, &plans).await?;
    }
    if !alone.is_empty() {
        unit.rollback().await?;
        alone.sort_unstable();
        return Ok(Tried::Alone(alone));
    }
    write::all(&mut unit, &grant, &plans).await?;
    unit.commit().await?;
    Ok(Tried::Done(plans.iter().map(Plan::changed).collect()))
}
