//! Somebody with roles, without a token.

use std::sync::Arc;

use brandgraph::domain::access::{
    Actor, BrandScope, Credential, Membership, Permission, Principal, Restrictions, Role, RoleRule,
};
use serde_json::Value;

/// A user called `test` who holds the role there.
pub fn user(role: Role, brands: BrandScope) -> Actor {
    member(vec![role.within(brands)], &Value::Null)
}

/// A user called `test` with these memberships and claims.
pub fn member(memberships: Vec<Membership>, claims: &Value) -> Actor {
    Actor::User(Principal {
        subject: "test".to_owned(),
        credential: Credential::Token { issuer: "test".into() },
        memberships: memberships.into(),
        claims: Arc::new(claims.as_object().cloned().unwrap_or_default()),
    })
}

/// A role of a brand's own, called `own`.
pub fn own(permissions: &[Permission], restrictions: &Value, brands: BrandScope) -> Membership {
    let restrictions = Restrictions::parse(restrictions, "restrictions").unwrap();
    let permissions = permissions.iter().copied().collect();
    let role = RoleRule::own("own".to_owned(), permissions, restrictions, "permissions").unwrap();
    Membership { role: Arc::new(role), brands }
}
