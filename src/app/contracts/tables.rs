//! The contracts that are tables: errors, and who may do what.

use crate::domain::{
    Code,
    access::{Permission, Role},
    limits::{Limits, Prices, Row, Settings},
};

/// Every code with its HTTP status and whether the same request may succeed later.
pub(super) fn errors() -> String {
    let mut text = format!("# {:<25}  http  retryable\n", "code");
    for code in Code::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        text.push_str(&format!("{:<27}  {}   {retryable}\n", code.name(), code.http_status()));
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

/// Every bound on a request, and what things cost.
pub(super) fn limits() -> String {
    let tables: [(&str, &[Row]); 3] = [
        (
            "What a document may be; each can be set in the section `limits` of the configuration.",
            Settings::ROWS,
        ),
        ("What a request may ask for; the same everywhere.", Limits::ROWS),
        ("What things cost, in points, beside one for each row that may be read.", Prices::ROWS),
    ];
    let table = |(title, rows): (&str, &[Row])| {
        let row =
            |row: &Row| format!("{:<18} {:>8}  {:<11} {}\n", row.name, row.bound, row.unit, row.about.trim());
        format!("# {title}\n{}", rows.iter().map(row).collect::<String>())
    };
    tables.map(table).join("\n")
}
