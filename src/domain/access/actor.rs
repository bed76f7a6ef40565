//! Who is asking: nobody in particular, a person or program with roles, or brandgraph itself.

use std::sync::{Arc, LazyLock};

use uuid::Uuid;

use super::{condition::Claims, grant::Grant, permission::Permission, role::Role, rule::Membership};
use crate::domain::{Code, Error, Result};

/// The brands in which something holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BrandScope {
    /// Every brand, also those that do not exist yet.
    All,
    /// These brands only.
    Only(Vec<Uuid>),
}

impl BrandScope {
    /// Whether the brand is inside.
    #[must_use]
    pub fn contains(&self, brand: Uuid) -> bool {
        match self {
            Self::All => true,
            Self::Only(brands) => brands.contains(&brand),
        }
    }

    /// Whether every brand of the other is inside.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Only(_), Self::All) => false,
            (Self::Only(_), Self::Only(brands)) => brands.iter().all(|brand| self.contains(*brand)),
        }
    }

    /// The brands in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Only(mut these), Self::Only(those)) => {
                for brand in those {
                    if !these.contains(&brand) {
                        these.push(brand);
                    }
                }
                Self::Only(these)
            }
            _ => Self::All,
        }
    }
}

/// Somebody whose credentials were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The issuer's name for it.
    pub subject: String,
    /// How that was proven.
    pub credential: Credential,
    /// What it may do, and where. Many add up.
    pub memberships: Arc<[Membership]>,
    /// What the credential says of it, which the conditions of roles compare rows with.
    pub claims: Arc<Claims>,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// By a signed token.
    Token {
        /// The `iss` of the token.
        issuer: Arc<str>,
    },
    /// By an API key of that id.
    ApiKey(Uuid),
    /// By the token of the application of that id, issued here.
    Application(Uuid),
}

/// What brandgraph itself may do.
static EVERYTHING: LazyLock<Arc<[Membership]>> =
    LazyLock::new(|| Arc::new([Role::Owner.within(BrandScope::All)]));

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// No credentials were given.
    Anonymous,
    /// Somebody whose credentials were checked.
    User(Principal),
    /// brandgraph itself, for the reason given: a sync, a scheduled publication.
    System(&'static str),
}

impl Actor {
    /// The proof that this actor holds the permission somewhere; the proof carries where.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` without credentials, `FORBIDDEN` where no role holds the permission.
    pub fn grant(&self, permission: Permission) -> Result<Grant> {
        if let Self::Anonymous = self {
            let message = "this needs a bearer token in the Authorization header";
            return Err(Error::new(Code::Unauthenticated, message));
        }
        Grant::make(permission, self.held(), self.claims()).ok_or_else(|| {
            Error::new(Code::Forbidden, format!("this needs the permission {}", permission.name()))
        })
    }

    /// What this actor may do, and where.
    #[must_use]
    pub fn memberships(&self) -> &[Membership] {
        match self {
            Self::Anonymous => &[],
            Self::User(who) => &who.memberships,
            Self::System(_) => &EVERYTHING,
        }
    }

    /// The same, shared: a request is granted something for every noun that it reads.
    fn held(&self) -> Arc<[Membership]> {
        match self {
            Self::Anonymous => Arc::default(),
            Self::User(who) => Arc::clone(&who.memberships),
            Self::System(_) => Arc::clone(&EVERYTHING),
        }
    }

    fn claims(&self) -> Arc<Claims> {
        match self {
            Self::User(who) => Arc::clone(&who.claims),
            Self::Anonymous | Self::System(_) => Arc::default(),
        }
    }

    /// The proof that this actor holds the permission in that brand.
    ///
    /// # Errors
    /// As [`Actor::grant`]; `NOT_FOUND` where the brand is out of the actor's sight, since its existence is itself a secret.
    pub fn grant_in(&self, permission: Permission, brand: Uuid) -> Result<Grant> {
        let grant = self.grant(permission)?;
        if grant.brands().contains(brand) { Ok(grant) } else { Err(Error::concealed("the brand", brand)) }
    }

    /// How the record of changes names this actor: subjects are an issuer's to choose, so that each kind of credential and each
    /// issuer names its own. An issuer is an address without a fragment; that of development tokens is a name and is left out.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::User(who) => match &who.credential {
                Credential::Token { issuer } if issuer.contains("://") => {
                    format!("user:{issuer}#{}", who.subject)
                }
                Credential::Token { .. } => format!("user:{}", who.subject),
                Credential::ApiKey(_) => format!("key:{}", who.subject),
                Credential::Application(_) => format!("application:{}", who.subject),
            },
            Self::System(reason) => format!("system:{reason}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_named_as_somebody_of_another_issuer_or_credential() {
        let label = |credential: Credential, subject: &str| {
            let (memberships, claims) = Default::default();
            Actor::User(Principal { subject: subject.to_owned(), credential, memberships, claims }).label()
        };
        let issued = |issuer: &str| Credential::Token { issuer: issuer.into() };
        let id = Uuid::from_u128(1);
        for (credential, expected) in [
            (issued("brandgraph"), "user:ann"),
            (issued("https://a.example"), "user:https://a.example#ann"),
            (issued("https://b.example"), "user:https://b.example#ann"),
            (Credential::ApiKey(id), "key:ann"),
            (Credential::Application(id), "application:ann"),
        ] {
            assert_eq!(label(credential, "ann"), expected);
        }
    }
}
