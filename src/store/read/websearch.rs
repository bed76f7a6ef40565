//! The syntax of web search engines, taken apart as far as PostgreSQL's own parser cannot do it for several languages at once.

/// One of the ways in which a row can fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Way {
    /// Words and phrases that are wanted, in the syntax of `websearch_to_tsquery`, without a minus.
    pub(super) wanted: String,
    /// Words and phrases that are not wanted.
    pub(super) unwanted: Vec<String>,
}

/// The ways that `or` stands between.
pub(super) fn ways(text: &str) -> Vec<Way> {
    let mut ways = vec![Way::default()];
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let bare = rest.trim_start_matches('-');
        let unwanted = bare.len() < rest.len();
        let (word, quoted, after) = token(bare);
        rest = after.trim_start();
        if !unwanted && !quoted && word.eq_ignore_ascii_case("or") {
            ways.push(Way::default());
        } else if let Some(way) = ways.last_mut().filter(|_| !word.trim().is_empty()) {
            if unwanted {
                way.unwanted.push(word.to_owned());
            } else {
                if !way.wanted.is_empty() {
                    way.wanted.push(' ');
                }
                way.wanted.push_str(&if quoted { format!("\"{word}\"") } else { word.to_owned() });
            }
        }
    }
    ways.retain(|way| *way != Way::default());
    ways
}

/// The word or quoted phrase that a text begins with, whether it is quoted, and what comes after it.
fn token(text: &str) -> (&str, bool, &str) {
    if let Some(phrase) = text.strip_prefix('"') {
        return match phrase.split_once('"') {
            Some((phrase, after)) => (phrase, true, after),
            None => (phrase, true, ""),
        };
    }
    let end =
        text.find(|character: char| character.is_whitespace() || character == '"').unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end).unwrap_or((text, ""));
    (word, false, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(wanted: &str, unwanted: &[&str]) -> Way {
        Way { wanted: wanted.to_owned(), unwanted: unwanted.iter().map(|one| (*one).to_owned()).collect() }
    }

    #[test]
    fn takes_words_phrases_alternatives_and_what_is_not_wanted_apart() {
        for (text, expected) in [
            ("winter boots", vec![way("winter boots", &[])]),
            ("boots -winter", vec![way("boots", &["winter"])]),
            ("-\"winter boots\" shoes", vec![way("shoes", &["winter boots"])]),
            ("\"winter -boots\" x", vec![way("\"winter -boots\" x", &[])]),
            ("a OR b -c", vec![way("a", &[]), way("b", &["c"])]),
            ("or a or or", vec![way("a", &[])]),
            ("self-made - x --y", vec![way("self-made x", &["y"])]),
            ("\"open", vec![way("\"open\"", &[])]),
            ("or", vec![]),
            ("\"or\"", vec![way("\"or\"", &[])]),
            ("- \"\"", vec![]),
        ] {
            assert_eq!(ways(text), expected, "{text}");
        }
    }
}
