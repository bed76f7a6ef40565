//! Whose buckets a request is charged to.

use std::net::IpAddr;

use sha2::{Digest, Sha256};

use uuid::Uuid;

use super::{Throttle, quota::Holder, rule::Rule};
use crate::{
    cache::Bucket,
    domain::access::{Actor, Credential},
    kit::customer,
};

/// What a request is charged to.
#[derive(Debug, Clone, Default)]
pub struct Account {
    buckets: Vec<Bucket>,
    holder: Option<Holder>,
}

impl Account {
    pub(super) fn buckets(&self) -> &[Bucket] {
        &self.buckets
    }

    /// Whose quotas it is charged to.
    pub(super) fn holder(&self) -> Option<Holder> {
        self.holder
    }

    /// Whose bucket for those without credentials it is, where it has one.
    pub(super) fn stranger(&self) -> Option<u128> {
        self.buckets.iter().find(|bucket| bucket.rule == Rule::Anonymous.number()).map(|bucket| bucket.owner)
    }
}

impl Throttle {
    /// The buckets of a request: of who sent it, and of where it comes from, as far as that is known.
    #[must_use]
    pub fn account(&self, actor: &Actor, from: Option<IpAddr>) -> Account {
        let mut buckets = Vec::new();
        let mut add = |rule: Rule, owner: &[&[u8]]| {
            if let Some(rate) = self.settings.rate(rule) {
                buckets.push(Bucket { rule: rule.number(), owner: hash(owner), rate });
            }
        };
        match actor {
            Actor::System(_) => return Account::default(),
            Actor::Anonymous => {
                if let Some(address) = from {
                    add(Rule::Anonymous, &[&network(address)]);
                }
            }
            Actor::User(who) => match &who.credential {
                Credential::Token { issuer } => add(Rule::User, &[issuer.as_bytes(), who.subject.as_bytes()]),
                Credential::ApiKey(id) => add(Rule::ApiKey, &[id.as_bytes()]),
                Credential::Application(id) => add(Rule::Client, &[id.as_bytes()]),
            },
        }
        if let Some(address) = from {
            add(Rule::Address, &[&network(address)]);
        }
        Account { buckets, holder: holder(actor) }
    }
}

/// Whose quotas a request is charged to: those without credentials have none.
pub(super) fn holder(actor: &Actor) -> Option<Holder> {
    let Actor::User(who) = actor else { return None };
    Some(match &who.credential {
        Credential::Token { issuer } => {
            let caller = Uuid::from_u128(hash(&[issuer.as_bytes(), who.subject.as_bytes()]));
            Holder { rule: Rule::User, caller }
        }
        Credential::ApiKey(id) => Holder { rule: Rule::ApiKey, caller: *id },
        Credential::Application(id) => Holder { rule: Rule::Client, caller: *id },
    })
}

/// The customer that an address is of, as bytes.
fn network(address: IpAddr) -> [u8; 16] {
    match customer::network(address) {
        IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
        IpAddr::V6(address) => address.octets(),
    }
}

/// A number that tells one owner from another, and nothing of either.
fn hash(parts: &[&[u8]]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_told_apart_wherever_one_name_ends() {
        assert_ne!(hash(&[b"ab", b"c"]), hash(&[b"a", b"bc"]));
    }
}
