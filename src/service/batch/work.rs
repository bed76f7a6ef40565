//! Goes through a batch: what follows one another and is of one sort is done at once, and what is wrong with some of it told. Where
//! that fails all the same, since others wrote meanwhile, it is done in parts, until what is to blame is alone.

use std::collections::VecDeque;

use uuid::Uuid;

use super::{Outcome, Step, one};
use crate::{
    domain::{Code, Result, change::Changed, node::Kind},
    service::{
        Caller, Services,
        entry::{self, Sort, Tried, Wanted},
    },
};

/// What is still to be done, and what became of the rest.
pub(super) struct Work<'s> {
    pub(super) services: &'s Services,
    pub(super) caller: &'s Caller,
    /// Whether nothing is wanted any more once one has failed.
    pub(super) whole: bool,
    pub(super) steps: VecDeque<Step>,
    /// In how many steps each the next ones are to be tried, the nearest last, where more of them at once failed.
    pub(super) parts: Vec<usize>,
    pub(super) outcomes: Vec<Outcome>,
}

impl Work<'_> {
    /// Does the next step, or the next ones that can be done at once; or finds out that they cannot, and tries fewer of them the next
    /// time.
    ///
    /// # Errors
    /// Where the database is in the way; then the transaction cannot go on.
    pub(super) async fn go_on(&mut self) -> Result<()> {
        let count = self.parts.pop().unwrap_or_else(|| self.run()).min(self.steps.len());
        if count < 2 {
            return self.alone().await;
        }
        let next = self.steps.iter().take(count);
        let wanted: Vec<Wanted<'_>> =
            next.filter_map(|step| Some((step.id, step.operation.as_ref().ok()?))).collect();
        match entry::at_once(self.services, self.caller, self.whole, &wanted).await {
            Ok(Tried::Done(done)) => {
                let given: Vec<_> = self.steps.drain(..done.len()).map(|step| step.id).collect();
                for (given, done) in given.into_iter().zip(done) {
                    match done {
                        Ok(changed) => self.done(given, Kind::Entry, changed),
                        Err(error) => self.outcomes.push(Outcome::Failed(error)),
                    }
                }
            }
            Ok(Tried::Alone(places)) => self.parts.extend(around(count, &places)),
            Err(error) if matches!(error.code(), Code::Unavailable | Code::Timeout | Code::Internal) => {
                return Err(error);
            }
            Err(_) => self.parts.extend([count - count / 2, count / 2]),
        }
        Ok(())
    }

    /// How many of the next steps are of one sort.
    fn run(&self) -> usize {
        let mut sorts = self.steps.iter().map(sort);
        match sorts.next() {
            Some(Some(first)) => 1 + sorts.take_while(|sort| *sort == Some(first)).count(),
            _ => 1,
        }
    }

    async fn alone(&mut self) -> Result<()> {
        let Some(step) = self.steps.pop_front() else { return Ok(()) };
        let outcome = match step.operation {
            Ok(operation) => one::run(self.services, self.caller, step.id, operation).await?,
            Err(error) => Outcome::Failed(error),
        };
        match outcome {
            Outcome::Done(kind, changed) => self.done(step.id, kind, changed),
            failed => self.outcomes.push(failed),
        }
        Ok(())
    }

    /// Notes what was done. What has a key may turn out to be there already, under an id of its own.
    fn done(&mut self, given: Option<Uuid>, kind: Kind, changed: Changed) {
        if let Some(given) = given.filter(|given| *given != changed.id) {
            let steps = std::mem::take(&mut self.steps);
            self.steps = steps.into_iter().map(|step| step.with_entry(given, changed.id)).collect();
        }
        self.outcomes.push(Outcome::Done(kind, changed));
    }
}

fn sort(step: &Step) -> Option<Sort> {
    step.operation.as_ref().ok().and_then(entry::sort)
}

/// How many steps each to try, the nearest last, where those at some places are to be alone. Where none is named, the first is.
fn around(count: usize, alone: &[usize]) -> Vec<usize> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for place in if alone.is_empty() { &[0] } else { alone } {
        parts.extend([place.saturating_sub(from), 1]);
        from = place + 1;
    }
    parts.push(count.saturating_sub(from));
    parts.retain(|part| *part > 0);
    parts.reverse();
    parts
}
