//! Small pieces of SQL text.

/// `json_build_object` over any number of pairs. One call takes 100 arguments at most (PostgreSQL's `FUNC_MAX_ARGS`), so
/// longer objects are joined from several, as text.
pub(super) fn object(pairs: &[(String, String)]) -> String {
    const MOST: usize = 50;
    if pairs.len() <= MOST {
        return plain_object(pairs);
    }
    let parts: Vec<String> = pairs
        .chunks(MOST)
        .map(|chunk| {
            // Without its braces; mentioned once, since what is nested in it would double at every level otherwise.
            format!("substr(left({}::text, -1), 2)", plain_object(chunk))
        })
        .collect();
    format!("('{{' || {} || '}}')::json", parts.join(" || ', ' || "))
}

fn plain_object(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, value)| format!("'{key}', {value}")).collect();
    format!("json_build_object({})", pairs.join(", "))
}

/// The name of a type as a JSON string.
pub(super) fn word(text: &str) -> String {
    format!("'{text}'")
}

/// Joins conditions; all rows where there are none.
pub(super) fn all(conditions: &[String]) -> String {
    if conditions.is_empty() { "true".to_owned() } else { conditions.join(" and ") }
}

/// A LIKE pattern's special characters, taken literally.
pub(super) fn escape_like(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '%' | '_') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
