//! Who is asking, as the graph sees it.

use async_graphql::SimpleObject;

use crate::domain::access::{Actor, Permission, Role};

/// Who is asking, and what they may do.
#[derive(Debug, SimpleObject)]
pub(super) struct Viewer {
    /// The name that the token's issuer has for them; null without a token.
    subject: Option<String>,
    /// The roles they hold.
    roles: Vec<String>,
    /// What they may do, as `noun:verb`.
    permissions: Vec<String>,
}

impl From<&Actor> for Viewer {
    fn from(actor: &Actor) -> Self {
        let roles: &[Role] = match actor {
            Actor::User(who) => &who.roles,
            Actor::Anonymous | Actor::System(_) => &[],
        };
        Self {
            subject: match actor {
                Actor::User(who) => Some(who.subject.clone()),
                Actor::Anonymous | Actor::System(_) => None,
            },
            roles: roles.iter().map(|role| role.name().to_owned()).collect(),
            permissions: Permission::ALL
                .into_iter()
                .filter(|permission| actor.grant(*permission).is_ok())
                .map(|permission| permission.name().to_owned())
                .collect(),
        }
    }
}
