//! Entries that follow one another in a batch are made at once; where that fails, in halves, until what is to blame is alone.

use super::{Outcome, one};
use crate::{
    domain::{
        Code, Result,
        batch::{Mode, Operation},
        node::Kind,
    },
    service::{
        Caller, Services, Waiting,
        entry::{self, Wanted},
    },
};

/// Makes the entries in order; those that fail are told of as `createEntry` would.
///
/// # Errors
/// Where the database is in the way, or nobody waits any more; then the transaction cannot go on.
pub(super) async fn run(
    services: &Services,
    caller: &Caller,
    waiting: &Waiting,
    mode: Mode,
    wanted: &[Wanted],
) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::with_capacity(wanted.len());
    let mut open = vec![wanted];
    while let Some(set) = open.pop() {
        waiting.check()?;
        if let [(id, command)] = set {
            let outcome = one::run(services, caller, *id, Operation::CreateEntry(command.clone())).await?;
            let failed = matches!(outcome, Outcome::Failed(_));
            outcomes.push(outcome);
            if failed && mode == Mode::Atomic {
                break;
            }
            continue;
        }
        match entry::create_many(services, caller, set).await {
            Ok(Some(made)) => {
                outcomes.extend(made.into_iter().map(|changed| Outcome::Done(Kind::Entry, changed)));
            }
            // Each is looked at alone.
            Ok(None) => open.extend(set.chunks(1).rev()),
            Err(error) if matches!(error.code(), Code::Unavailable | Code::Timeout | Code::Internal) => {
                return Err(error);
            }
            Err(_) => {
                let (first, second) = set.split_at(set.len() / 2);
                open.extend([second, first]);
            }
        }
    }
    outcomes.resize_with(wanted.len(), || Outcome::Skipped);
    Ok(outcomes)
}
