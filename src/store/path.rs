//! The SQL expression of a custom path: printed here alone, so that an index and the read that wants it agree to the letter.

use crate::domain::fields::{COMPARED, FieldPath, Kind};

/// The expression that compares, indexes and sorts the values of a kind at a path, ready to stand anywhere in a statement.
///
/// `alias` is the table's alias in a statement, or nothing in an index definition. Nothing is escaped because a
/// [`FieldPath`] holds only letters, digits, `_` and `-`. Text is cut to what an index row can hold, since a longer value
/// anywhere in the table would otherwise refuse its own insert; compare it with an operand cut alike.
pub(super) fn expression(alias: &str, path: &FieldPath, kind: Kind) -> String {
    match kind {
        Kind::Text => format!("left({}, {COMPARED})", access(alias, path, true)),
        Kind::Number => format!("bg_number({})", access(alias, path, false)),
        Kind::Boolean => format!("bg_boolean({})", access(alias, path, false)),
        Kind::Moment => format!("bg_moment({})", access(alias, path, true)),
        Kind::List => format!("({})", access(alias, path, false)),
    }
}

/// The whole text at a path, for what is shown, and for comparisons that the cut would falsify.
pub(super) fn whole_text(alias: &str, path: &FieldPath) -> String {
    format!("({})", access(alias, path, true))
}

/// The value at a path, as text or as JSON.
fn access(alias: &str, path: &FieldPath, text: bool) -> String {
    let dot = if alias.is_empty() { "" } else { "." };
    let end = if text { ">" } else { "" };
    match path.segments() {
        [one] => format!("{alias}{dot}fields->{end}'{one}'"),
        // Quoted, because an unquoted null in an array literal is no text.
        many => format!("{alias}{dot}fields#>{end}'{{\"{}\"}}'", many.join("\",\"")),
    }
}

/// A document without the part at a path of names; a list on the way goes as a whole, since a part of its items has no path.
/// `kept` is a condition under which the part stays.
pub(super) fn without(document: &str, path: &FieldPath, kept: Option<&str>) -> String {
    let segments = path.segments();
    let printed = |end: usize| {
        let names: Vec<&str> = segments.iter().take(end).map(String::as_str).collect();
        format!("'{{\"{}\"}}'", names.join("\",\""))
    };
    let mut cases: Vec<String> = kept.iter().map(|kept| format!("when {kept} then whole.doc")).collect();
    cases.extend((1..segments.len()).map(|end| {
        let list = printed(end);
        format!("when jsonb_typeof(whole.doc #> {list}) = 'array' then whole.doc #- {list}")
    }));
    let cut = format!("whole.doc #- {}", printed(segments.len()));
    if cases.is_empty() {
        return format!("({document} #- {})", printed(segments.len()));
    }
    format!("(select case {} else {cut} end from (select {document} as doc) whole)", cases.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(alias: &str, path: &str, kind: Kind) -> String {
        expression(alias, &FieldPath::parse(path, "field").unwrap(), kind)
    }

    #[test]
    fn prints_each_kind_with_and_without_an_alias() {
        assert_eq!(printed("e", "price", Kind::Number), "bg_number(e.fields->'price')");
        assert_eq!(printed("", "a.b", Kind::Boolean), r#"bg_boolean(fields#>'{"a","b"}')"#);
        assert_eq!(printed("", "sku", Kind::Text), "left(fields->>'sku', 500)");
        assert_eq!(printed("e", "a.0", Kind::Moment), r#"bg_moment(e.fields#>>'{"a","0"}')"#);
        assert_eq!(printed("e", "labels", Kind::List), "(e.fields->'labels')");
    }
}
