//! What a verified credential comes to, read once and kept with it.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    rejected::{Reason, Rejected},
    token::Span,
};
use crate::{
    domain::{
        Code,
        access::{Actor, BrandScope, Credential, Membership, Principal, Role},
    },
    service::{Services, roles},
};

/// A role by its name, and where it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) roles: Vec<String>,
    pub(super) brands: BrandScope,
}

/// What a token says, once it was proven.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) subject: String,
    pub(super) credential: Credential,
    pub(super) held: Vec<Held>,
    /// Whether a role that does not exist makes the whole token worthless, rather than just not being held.
    pub(super) strict: bool,
    pub(super) claims: Arc<Map<String, Value>>,
    pub(super) span: Span,
    /// Which set of keys it was proven with.
    pub(super) generation: u64,
}

impl Known {
    /// Who that is, with the roles as they are now.
    ///
    /// # Errors
    /// `Role` for one that does not exist, where that matters.
    pub(super) async fn actor(&self, services: Option<&Services>) -> Result<Actor, Rejected> {
        let mut memberships = Vec::with_capacity(self.held.len());
        for held in &self.held {
            match resolve(services, held).await {
                Ok(resolved) => memberships.extend(resolved),
                Err(rejected) if rejected.reason == Reason::Role && !self.strict => {
                    tracing::debug!(subject = self.subject, "a role that a token is given does not exist");
                }
                Err(rejected) => return Err(rejected),
            }
        }
        if let (Some(services), Credential::Token { issuer }) = (services, &self.credential) {
            memberships.extend(roles::given(services, issuer, &self.subject).await?.iter().cloned());
        }
        Ok(Actor::User(Principal {
            subject: self.subject.clone(),
            credential: self.credential.clone(),
            memberships: memberships.into(),
            claims: Arc::clone(&self.claims),
        }))
    }
}

/// Without services there are the built-in roles.
pub(super) async fn resolve(services: Option<&Services>, held: &Held) -> Result<Vec<Membership>, Rejected> {
    let Some(services) = services else {
        let built_in =
            held.roles.iter().map(|name| Role::find(name).map(|role| role.within(held.brands.clone())));
        return Ok(built_in.collect::<Option<_>>().ok_or(Reason::Role)?);
    };
    roles::resolve(services, &held.roles, &held.brands).await.map_err(|error| match error.code() {
        Code::Invalid => Rejected::because(Reason::Role, error),
        _ => error.into(),
    })
}
