//! On whose behalf a use case runs, and where the request came from.

use std::{net::IpAddr, sync::Arc};

use crate::domain::access::{Actor, Credential};

/// On whose behalf a use case runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who is asking.
    pub actor: Actor,
    /// The request's id, where there is a request.
    pub request_id: Option<String>,
    /// The client's address, as the server sees it, where there is a client.
    pub from: Option<IpAddr>,
    /// What the client calls itself, within [`MAX_USER_AGENT`](crate::domain::audit::MAX_USER_AGENT) characters.
    pub user_agent: Option<Arc<str>>,
}

impl Caller {
    /// Somebody of whom nothing else is known.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self { actor, request_id: None, from: None, user_agent: None }
    }

    /// brandgraph itself, for a reason that the record shows.
    #[must_use]
    pub fn system(reason: &'static str) -> Self {
        Self::of(Actor::System(reason))
    }

    /// How it was proven who asks, for the record: the kind of credential, and which.
    #[must_use]
    pub fn credential(&self) -> Option<String> {
        let Actor::User(who) = &self.actor else { return None };
        Some(match &who.credential {
            Credential::Token { issuer } => format!("token:{issuer}"),
            Credential::ApiKey(id) => format!("api_key:{id}"),
            Credential::Application(id) => format!("application:{id}"),
        })
    }
}
