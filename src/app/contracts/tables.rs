//! The contracts that are tables: errors, and who may do what.

use crate::domain::{
    Code, Result,
    access::{Permission, Role},
    catalog::Catalog,
    limits::{Limits, Prices, Row, Settings},
};
use crate::graphql::needs::{self, Needs};

/// Every code with its HTTP status, whether the same request may succeed later, and what it says.
pub(super) fn errors() -> String {
    let mut text = format!("# {:<25}  http  retryable  what it says\n", "code");
    for code in Code::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        text.push_str(&format!(
            "{:<27}  {}   {retryable:<9}  {}\n",
            code.name(),
            code.http_status(),
            code.about()
        ));
    }
    text
}

/// Every permission with the roles that hold it, and every root field with what it needs and the roles that may ask it.
///
/// # Errors
/// Where a root field reads what there is not.
pub(super) fn permissions() -> Result<String> {
    let columns = |cell: &dyn Fn(Role) -> &'static str| -> String {
        let cells = Role::ALL.map(|role| format!("{:<width$}", cell(role), width = role.name().len()));
        cells.join("  ").trim_end().to_owned()
    };
    let marks = |held: &dyn Fn(Role) -> bool| columns(&|role| if held(role) { "x" } else { "-" });
    let mut text = format!("{:<16}  {}\n", "# permission", columns(&Role::name));
    for permission in Permission::ALL {
        let row = marks(&|role| role.holds(permission));
        text.push_str(&format!("{:<16}  {row}\n", permission.name()));
    }
    for (kind, fields) in
        [("query", needs::queries(&Catalog::built_in()?)?), ("mutation", needs::MUTATIONS.to_vec())]
    {
        text.push_str(&format!("\n# {kind:<22}  {:<24}  {}\n", "needs", columns(&Role::name)));
        for (name, needs) in fields {
            let what = match needs {
                Needs::Nothing => "nothing".to_owned(),
                Needs::Credential => "a credential".to_owned(),
                Needs::Node => "as the node's kind does".to_owned(),
                Needs::Each => "as each change in it does".to_owned(),
                Needs::In(permission) => permission.name().to_owned(),
                Needs::Everywhere(permission) => format!("{} in all brands", permission.name()),
            };
            let row = marks(&|role| needs.permission().is_none_or(|permission| role.holds(permission)));
            text.push_str(&format!("{name:<24}  {what:<24}  {row}\n"));
        }
    }
    Ok(text)
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
