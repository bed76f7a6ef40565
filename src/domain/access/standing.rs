//! What somebody may do, as text that is the same for whoever may do the same.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Actor, BrandScope, Membership};

/// Claims that tell one token from the next, and nothing of who brings it (RFC 7519, 4.1; OpenID Connect Core, 2).
const OF_THE_TOKEN: [&str; 9] =
    ["exp", "nbf", "iat", "jti", "auth_time", "nonce", "at_hash", "c_hash", "sid"];

impl Actor {
    /// What this actor may do, and what its roles compare rows with: for knowing whether that has changed.
    #[must_use]
    pub fn standing(&self) -> String {
        let mut held: Vec<String> = self.memberships().iter().map(one).collect();
        held.sort_unstable();
        held.dedup();
        let restricted = self.memberships().iter().any(|one| !one.unrestricted());
        let claims: BTreeMap<&String, &Value> = match self {
            Self::User(who) if restricted => {
                who.claims.iter().filter(|(name, _)| !OF_THE_TOKEN.contains(&name.as_str())).collect()
            }
            _ => BTreeMap::new(),
        };
        json!([held, claims]).to_string()
    }
}

fn one(membership: &Membership) -> String {
    let role = &membership.role;
    let mut permissions: Vec<&str> = role.permissions.iter().map(|one| one.name()).collect();
    permissions.sort_unstable();
    let brands = match &membership.brands {
        BrandScope::All => None,
        BrandScope::Only(brands) => {
            let mut brands = brands.clone();
            brands.sort_unstable();
            Some(brands)
        }
    };
    json!([permissions, role.restrictions.to_json(), brands]).to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::domain::access::{Credential, Permissions, Principal, Restrictions, Role, RoleRule};

    fn who(memberships: Vec<Membership>, claims: &Value) -> String {
        let claims = Arc::new(claims.as_object().cloned().unwrap_or_default());
        let credential = Credential::ApiKey(Uuid::nil());
        Actor::User(Principal {
            subject: "a".to_owned(),
            credential,
            memberships: memberships.into(),
            claims,
        })
        .standing()
    }

    #[test]
    fn it_is_the_same_for_whoever_may_do_the_same() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let editor = |brands: &[Uuid]| Role::Editor.within(BrandScope::Only(brands.to_vec()));
        let viewer = Role::Viewer.within(BrandScope::All);
        let first = who(vec![editor(&[one, other]), viewer.clone()], &json!({"exp": 1, "market": "de"}));
        assert_eq!(first, who(vec![viewer.clone(), editor(&[other, one])], &json!({"exp": 2})));
        for less in [vec![viewer.clone()], vec![editor(&[one]), viewer], vec![]] {
            assert_ne!(first, who(less, &Value::Null));
        }
    }

    #[test]
    fn claims_count_where_rows_are_compared_with_them() {
        let given = json!({"rows": {"field": "fields.market", "eq": {"claim": "market"}}});
        let restrictions = Restrictions::parse(&given, "restrictions").unwrap();
        let permissions = Permissions::default();
        let role = Arc::new(RoleRule { name: "r".to_owned(), permissions, restrictions });
        let held = || vec![Membership { role: Arc::clone(&role), brands: BrandScope::All }];
        let of = |claims: Value| who(held(), &claims);
        assert_eq!(
            of(json!({"exp": 1, "market": "de", "a": 1})),
            of(json!({"a": 1, "market": "de", "exp": 2}))
        );
        assert_ne!(of(json!({"market": "de"})), of(json!({"market": "fr"})));
    }
}
