//! Who may do what: actors hold roles, roles hold permissions, and a `Grant` is the proof that the rest of the code asks for.

mod actor;
mod condition;
mod explain;
mod field;
mod grant;
mod permission;
mod restriction;
mod role;
mod rule;
mod standing;

pub use actor::{Actor, BrandScope, Credential, Principal};
pub use condition::{Check, Claims, Condition, Scalar, Target, Term};
pub use explain::{Asked, Rule, Verdict, explain};
pub use field::{Hidden, Locked, restore};
pub use grant::Grant;
pub use permission::Permission;
pub use restriction::{Facts, Restrictions};
pub use role::Role;
pub use rule::{Membership, Permissions, RoleRule};
