//! Commands on roles of a brand's own, and on who holds a role.

use uuid::Uuid;

use super::{
    Error, Result, Violation,
    access::{Permission, Restrictions, Role, RoleRule},
    change::Patch,
    text::{Name, TypeKey},
};

/// The name of a role of a brand's own: 1 to 63 of `a-z 0-9 _`, beginning with a letter, and none of the built-in ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(String);

impl RoleName {
    /// Checks a name. `at` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` where it is no name, or that of a built-in role.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        let name = TypeKey::parse(text, at)?;
        if Role::find(name.as_str()).is_some() {
            return Err(Error::invalid(at, "reserved", "is the name of a built-in role"));
        }
        Ok(Self(name.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A role that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRole {
    /// The brand.
    pub brand_id: Uuid,
    /// Unique in the brand.
    pub name: RoleName,
    /// What it is for.
    pub description: Option<Name>,
    /// What it gives and what that is restricted to.
    pub rule: RoleRule,
}

/// What is to change about a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateRole {
    /// The role.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another description, or none.
    pub description: Patch<Name>,
    /// Other permissions.
    pub permissions: Option<Vec<Permission>>,
    /// Other restrictions.
    pub restrictions: Option<Restrictions>,
}

/// A role that is to be somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRole {
    /// The brand.
    pub brand_id: Uuid,
    /// Who names them.
    pub issuer: Name,
    /// The name that the issuer has for them.
    pub subject: Name,
    /// The role, built in or the brand's own.
    pub role: String,
}

/// The permissions of these names. `at` is where the caller gave them.
///
/// # Errors
/// `INVALID` with one violation for each that there is none of.
pub fn permissions(names: &[String], at: &str) -> Result<Vec<Permission>> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for (place, name) in names.iter().enumerate() {
        match Permission::find(name) {
            Some(permission) => found.push(permission),
            None => {
                let known = Permission::ALL.map(Permission::name).join(", ");
                let message = format!("there is no permission {name}; there are {known}");
                wrong.push(Violation::new(format!("{at}/{place}"), "unknown_permission", message));
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(Error::violated(wrong)) }
}
