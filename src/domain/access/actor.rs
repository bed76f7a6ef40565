//! Who is asking: nobody in particular, a person or program with roles, or brandgraph itself.

use uuid::Uuid;

use super::{grant::Grant, permission::Permission, role::Role};
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
}

/// Somebody whose credentials were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The issuer's name for it.
    pub subject: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// Where it may do that.
    pub brands: BrandScope,
}

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
        match self {
            Self::System(_) => Ok(Grant::make(permission, BrandScope::All)),
            Self::User(who) if who.roles.iter().any(|role| role.holds(permission)) => {
                Ok(Grant::make(permission, who.brands.clone()))
            }
            Self::User(_) => {
                Err(Error::new(Code::Forbidden, format!("this needs the permission {}", permission.name())))
            }
            Self::Anonymous => Err(Error::new(
                Code::Unauthenticated,
                "this needs a bearer token in the Authorization header",
            )),
        }
    }

    /// The proof that this actor holds the permission in that brand.
    ///
    /// # Errors
    /// As [`Actor::grant`]; `NOT_FOUND` where the brand is out of the actor's sight, since its existence is itself a secret.
    pub fn grant_in(&self, permission: Permission, brand: Uuid) -> Result<Grant> {
        let grant = self.grant(permission)?;
        if grant.brands().contains(brand) { Ok(grant) } else { Err(Error::not_found("the brand")) }
    }

    /// How the record of changes names this actor.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::User(who) => format!("user:{}", who.subject),
            Self::System(reason) => format!("system:{reason}"),
        }
    }
}
