//! API keys: who holds one, by its secret.

use std::sync::Arc;

use super::{
    known::{Held, resolve},
    rejected::{Reason, Rejected},
};
use crate::{
    domain::{
        access::{Actor, Credential, Principal},
        credential::{Family, KEY_PREFIX, read_key},
        node::{Kind, NodeId},
    },
    service::{Services, credential},
};

/// Whether this is written as an API key, rather than as a token.
pub(super) fn looks_like_one(given: &[u8]) -> bool {
    given.starts_with(KEY_PREFIX.as_bytes())
}

/// Who gives this key.
///
/// # Errors
/// `Malformed`; `Secret` where it is not the secret of a key that is good now: which of that it is, is not told.
pub(super) async fn actor(services: &Services, given: &[u8]) -> Result<Actor, Rejected> {
    let (id, secret) = read_key(given).ok_or(Reason::Secret)?;
    let row = credential::check(services, Family::ApiKey, id, secret).await?.ok_or(Reason::Secret)?;
    let mut memberships = Vec::with_capacity(row.roles.len());
    for role in &row.roles {
        // A role that is gone gives nothing; the others still do.
        match resolve(Some(services), &Held { roles: vec![role.clone()], brands: row.scope() }).await {
            Err(rejected) if rejected.reason == Reason::Role => {}
            resolved => memberships.extend(resolved?),
        }
    }
    Ok(Actor::User(Principal {
        subject: NodeId::new(Kind::ApiKey, id).to_string(),
        credential: Credential::ApiKey(id),
        memberships: memberships.into(),
        claims: Arc::default(),
    }))
}
