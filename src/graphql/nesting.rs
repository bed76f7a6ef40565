//! How deep a document is nested and how long it is, found without recursion: the parser and all that comes after it are
//! recursive, and a stack that overflows ends the process.

/// What a document's text is like, before it is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// The deepest nesting of braces, brackets and parentheses.
    pub(super) nesting: u32,
    /// How many words, numbers, texts and signs there are.
    pub(super) tokens: u32,
}

/// Looks at a document outside of its texts and comments, which end where the GraphQL specification says (September 2025,
/// sections 2.1.2 and 2.9.4).
///
/// # Errors
/// The byte where a text begins that does not end. The parser would try to read such a block text as three texts, and come
/// to another nesting than this.
pub(super) fn shape(document: &str) -> Result<Shape, usize> {
    let bytes = document.as_bytes();
    let (mut depth, mut shape, mut at) = (0_u32, Shape { nesting: 0, tokens: 0 }, 0_usize);
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let (length, tokens) = match rest {
            [b'{' | b'[' | b'(', ..] => {
                depth = depth.saturating_add(1);
                shape.nesting = shape.nesting.max(depth);
                (1, 1)
            }
            [b'}' | b']' | b')', ..] => {
                depth = depth.saturating_sub(1);
                (1, 1)
            }
            [b'#', ..] => {
                (rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len()), 0)
            }
            [b'"', b'"', b'"', inside @ ..] => (block_text(inside).map(|length| length + 3).ok_or(at)?, 1),
            [b'"', inside @ ..] => (text(inside).map(|length| length + 1).ok_or(at)?, 1),
            [b'.', b'.', b'.', ..] => (3, 1),
            [b' ' | b'\t' | b'\n' | b'\r' | b',', ..] => (1, 0),
            [first, ..] if in_a_word(first) => {
                (rest.iter().position(|byte| !in_a_word(byte)).unwrap_or(rest.len()), 1)
            }
            _ => (1, 1),
        };
        at += length;
        shape.tokens = shape.tokens.saturating_add(tokens);
    }
    Ok(shape)
}

/// Whether names and numbers are made of it; the dot of a fraction makes two of a number, which is as well.
fn in_a_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
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

    use super::{Shape, shape};

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
            prop_assert_eq!(shape(&document).map(|shape| shape.nesting), Ok(levels), "{}", document);
        }
    }

    #[test]
    fn a_text_that_does_not_end_is_told() {
        for (document, at) in [("{ a(b: \"", 7), ("{ a(b: \"x\n\") }", 7), ("[\"\"\"x\" [[", 1), ("\"\\", 0)]
        {
            assert_eq!(shape(document), Err(at), "{document}");
        }
    }

    #[test]
    fn words_signs_and_texts_are_counted_and_nothing_else() {
        let count = |document| shape(document).map(|Shape { tokens, .. }| tokens);
        assert_eq!(
            count("query Q($a: Int = -12) { b: c(d: \"x y { z\") ...F @skip(if: $e) } # a b c"),
            Ok(31)
        );
        assert_eq!(count(", ,\n\t# nothing\n"), Ok(0));
    }
}
