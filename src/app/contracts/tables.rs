//! The contracts that are tables: errors, and who may do what.

use crate::domain::{
    Code,
    access::{Permission, Role},
};

/// Every code with its HTTP status and whether the same request may succeed later.
pub(super) fn errors() -> String {
    let mut text = format!("# {:<20}  http  retryable\n", "code");
    for code in Code::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        text.push_str(&format!("{:<22}  {}   {retryable}\n", code.name(), code.http_status()));
    }
    text
}

/// Every permission with the roles that hold it.
pub(super) fn permissions() -> String {
    let columns = |cell: &dyn Fn(Role) -> &'static str| -> String {
        Role::ALL.map(|role| format!("{:<width$}", cell(role), width = role.name().len())).join("  ")
    };
    let mut text = format!("{:<16}  {}\n", "# permission", columns(&Role::name).trim_end());
    for permission in Permission::ALL {
        let row = columns(&|role| if role.holds(permission) { "x" } else { "-" });
        text.push_str(&format!("{:<16}  {}\n", permission.name(), row.trim_end()));
    }
    text
}
