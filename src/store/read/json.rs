//! JSON, written into a text that is being put together.

/// A string of a word that needs no escapes: a name, an id or a cursor.
pub(super) fn word(text: &mut String, word: &str) {
    text.push('"');
    text.push_str(word);
    text.push('"');
}

/// A string of any text (RFC 8259, section 7).
pub(super) fn string(text: &mut String, value: &str) {
    text.push('"');
    let mut rest = value;
    // What must be escaped is ASCII, so every place found is between characters.
    while let Some(place) = rest.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
        let Some((plain, from)) = rest.split_at_checked(place) else { break };
        text.push_str(plain);
        let mut characters = from.chars();
        match characters.next() {
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some('\n') => text.push_str("\\n"),
            Some('\r') => text.push_str("\\r"),
            Some('\t') => text.push_str("\\t"),
            Some('\u{8}') => text.push_str("\\b"),
            Some('\u{c}') => text.push_str("\\f"),
            Some(control) => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            None => {}
        }
        rest = characters.as_str();
    }
    text.push_str(rest);
    text.push('"');
}

/// A moment that PostgreSQL printed in its style `ISO` in UTC (`2026-01-31 12:00:00.5+00`), as its JSON functions write it
/// (`2026-01-31T12:00:00.5+00:00`).
pub(super) fn moment(text: &mut String, printed: &str) {
    text.push('"');
    match printed.split_once(' ') {
        Some((date, time)) => {
            // Before our era, " BC" follows the zone.
            let (time, era) = time.split_once(' ').map_or((time, ""), |(time, _)| (time, " BC"));
            text.push_str(date);
            text.push('T');
            text.push_str(time);
            text.push_str(":00");
            text.push_str(era);
        }
        // Infinity has neither date nor time.
        None => text.push_str(printed),
    }
    text.push('"');
}

/// A list, each item written by the function given.
pub(super) fn list<T, E>(
    text: &mut String,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut String, T) -> Result<(), E>,
) -> Result<(), E> {
    text.push('[');
    for (number, item) in items.enumerate() {
        if number > 0 {
            text.push(',');
        }
        write(text, item)?;
    }
    text.push(']');
    Ok(())
}

/// An object of these keys, each value written by the function given.
pub(super) fn object<T, E>(
    text: &mut String,
    parts: &[(String, T)],
    mut write: impl FnMut(&mut String, &T) -> Result<(), E>,
) -> Result<(), E> {
    text.push('{');
    for (number, (key, part)) in parts.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        word(text, key);
        text.push(':');
        write(text, part)?;
    }
    text.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_is_a_json_string_that_reads_back() {
        for value in
            ["", "plain", "a\"b\\c", "\u{0}\u{1f}\u{7f}", "\n\r\t\u{8}\u{c}", "naïve 漢字 🦀 \u{2028}"]
        {
            let mut text = String::new();
            string(&mut text, value);
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value, "{text}");
            assert_eq!(text, serde_json::to_string(value).unwrap());
        }
    }

    #[test]
    fn moments_look_as_postgresql_has_them_in_json() {
        for (printed, wanted) in [
            ("2026-01-31 12:00:00+00", "\"2026-01-31T12:00:00+00:00\""),
            ("2026-01-31 12:00:00.123456+00", "\"2026-01-31T12:00:00.123456+00:00\""),
            ("0044-03-15 00:00:00+00 BC", "\"0044-03-15T00:00:00+00:00 BC\""),
            ("infinity", "\"infinity\""),
        ] {
            let mut text = String::new();
            moment(&mut text, printed);
            assert_eq!(text, wanted);
        }
    }
}
