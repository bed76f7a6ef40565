//! Who may do what: actors hold roles, roles hold permissions, and a `Grant` is the proof that the rest of the code asks for.

mod actor;
mod grant;
mod permission;
mod role;
mod rule;

pub use actor::{Actor, BrandScope, Credential, Principal};
pub use grant::Grant;
pub use permission::Permission;
pub use role::Role;
pub use rule::{Membership, Permissions, RoleRule};
