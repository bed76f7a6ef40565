//! Somebody with a built-in role, without a token.

use std::sync::Arc;

use brandgraph::domain::access::{Actor, BrandScope, Credential, Principal, Role};

/// A user called `test` who holds the role there.
pub fn user(role: Role, brands: BrandScope) -> Actor {
    Actor::User(Principal {
        subject: "test".to_owned(),
        credential: Credential::Token { issuer: "test".into() },
        memberships: vec![role.within(brands)],
        claims: Arc::default(),
    })
}
