//! How deep a document is nested, found without recursion: the parser and all that comes after it are recursive, and a stack
//! that overflows ends the process.

/// The deepest nesting of braces, brackets and parentheses outside of texts and comments, which end where the GraphQL
/// specification says (September 2025, sections 2.1.2 and 2.9.4).
///
/// # Errors
/// The byte where a text begins that does not end. The parser would try to read such a block text as three texts, and come
/// to another nesting than this.
pub(super) fn nesting(document: &str) -> Result<u32, usize> {
    let bytes = document.as_bytes();
    let (mut depth, mut deepest, mut at) = (0_u32, 0_u32, 0_usize);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest {
            [b'{' | b'[' | b'(', ..] => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
                1
            }
            [b'}' | b']' | b')', ..] => {
                depth = depth.saturating_sub(1);
                1
            }
            [b'#', ..] => rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()),
            [b'"', b'"', b'"', inside @ ..] => block_text(inside).map(|length| length + 3).ok_or(at)?,
            [b'"', inside @ ..] => text(inside).map(|length| length + 1).ok_or(at)?,
            _ => 1,
        };
    }
    Ok(deepest)
}

/// How many bytes it is to the end of a text, its closing quote included.
fn text(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += match inside.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' if !matches!(inside.get(at + 1)?, b'\n' | b'\r') => 2,
            _ => 1,
        };
    }
}

/// How many bytes it is to the end of a block text, its closing quotes included.
fn block_text(inside: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += match inside.get(at..)? {
            [] => return None,
            [b'"', b'"', b'"', ..] => return Some(at + 3),
            [b'\\', b'"', b'"', b'"', ..] => 4,
            _ => 1,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::nesting;

    /// Texts and comments that look like nesting.
    fn disguises() -> impl Strategy<Value = String> {
        let parts = select(vec!["\\\"", "{", "[[", "(", "}", "#", " ", "x", "\\\\", "ä"]);
        let parts_of_a_block =
            select(vec!["\"", "\"\"", "\\\"\"\"", "{", "[[", "(", "}", "#", "\n", "x", "\\", "ä"]);
        prop_oneof![
            vec(parts, 0..8).prop_map(|parts| format!("\"{}\"", parts.concat())),
            // A quote at the end would be taken for the first of the closing ones.
            vec(parts_of_a_block, 0..8).prop_filter_map("a run of quotes ends a block", |parts| {
                let inside = parts.concat();
                let open = inside.replace("\\\"\"\"", "");
                (!open.contains("\"\"\"") && !inside.ends_with(['"', '\\']))
                    .then(|| format!("\"\"\"{inside}\"\"\""))
            }),
            "[{(\")#]{0,6}".prop_map(|inside| format!("#{inside}\n")),
        ]
    }

    proptest! {
        #[test]
        fn what_stands_in_a_text_is_no_nesting(before in vec(disguises(), 0..4), levels in 0_u32..40) {
            let open = "[".repeat(levels as usize);
            let close = "]".repeat(levels as usize);
            let document = format!("{} {open}{}{close}", before.join(" "), before.join(" "));
            prop_assert_eq!(nesting(&document), Ok(levels), "{}", document);
        }
    }

    #[test]
    fn a_text_that_does_not_end_is_told() {
        for (document, at) in [("{ a(b: \"", 7), ("{ a(b: \"x\n\") }", 7), ("[\"\"\"x\" [[", 1), ("\"\\", 0)]
        {
            assert_eq!(nesting(document), Err(at), "{document}");
        }
    }
}
