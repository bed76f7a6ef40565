//! Ids that were asked for and were not there for their asker: looked up later and together, so that what is another brand's is
//! told from what is nowhere. Nobody waits for it, so that no answer takes longer where there is something.

use std::{
    collections::{HashMap, HashSet},
    net::IpAddr,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{
    super::{Caller, Services},
    metrics,
};
use crate::{
    domain::{
        Result,
        access::{Actor, BrandScope},
        audit::{Reason, Refusal},
        node::NodeId,
    },
    kit::customer,
    store,
};

/// How many ids are held until they are looked up.
const MOST: usize = 2_000;
/// How many of them one customer of a network has.
const MOST_OF_ONE: u32 = 200;

/// An id that was not there for whoever asked for it.
#[derive(Debug)]
pub(super) struct Guess {
    caller: Caller,
    node: NodeId,
    what: String,
    at: DateTime<Utc>,
}

/// Guesses that wait to be looked up.
#[derive(Debug, Default)]
pub(super) struct Guesses {
    waiting: Vec<Guess>,
    of_one: HashMap<Option<IpAddr>, u32>,
}

impl Guesses {
    /// Adds a guess; beyond the bounds it is forgotten.
    pub(super) fn push(&mut self, guess: Guess) {
        let share = self.of_one.entry(guess.caller.from.map(customer::network)).or_default();
        if self.waiting.len() < MOST && *share < MOST_OF_ONE {
            *share += 1;
            self.waiting.push(guess);
        }
    }
}

/// Notes ids that were asked for by a root field and are not there for the caller.
pub fn unseen(services: &Services, caller: &Caller, what: &str, ids: impl IntoIterator<Item = NodeId>) {
    let Actor::User(who) = &caller.actor else { return };
    // To whoever looks after every brand there is no other.
    if who.memberships.iter().any(|one| one.brands == BrandScope::All) {
        return;
    }
    let at = services.clock.now();
    for node in ids {
        services.refusals.guess(Guess { caller: caller.clone(), node, what: what.to_owned(), at });
    }
}

/// Counts those that are of a brand in which the asker holds nothing, and notes them for the record of that brand.
pub(super) async fn look_up(services: &Services) -> Result<()> {
    let waiting = services.refusals.guesses().waiting;
    let mut asked: HashMap<_, HashSet<Uuid>> = HashMap::new();
    for guess in &waiting {
        asked.entry(guess.node.kind).or_default().insert(guess.node.id);
    }
    let mut brands = HashMap::new();
    for (kind, ids) in asked {
        let found = store::explain::brands_of(&services.db, kind, ids.into_iter().collect()).await?;
        brands.extend(found.into_iter().map(|(id, brand)| (NodeId::new(kind, id), brand)));
    }
    for Guess { caller, node, what, at } in waiting {
        let Some(brand) = brands.get(&node) else { continue };
        if caller.actor.memberships().iter().any(|one| one.brands.contains(*brand)) {
            continue;
        }
        metrics::refused(Reason::Concealed);
        services.refusals.add(&caller, Refusal::new(Reason::Concealed, what).within(*brand), at);
    }
    Ok(())
}
