//! Short texts that were checked when they were made: slugs, keys, names, titles, locales.

use std::fmt;

use super::{Error, Result};

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Checks a text. `at` is where the caller gave it.
            ///
            /// # Errors
            /// `INVALID` with one violation that says what is wrong.
            pub fn parse(text: &str, at: &str) -> Result<Self> {
                $check(text, at).map(Self)
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    };
}

text!(
    /// The part of an address that a person can read: 1 to 200 letters (none in upper case), digits, `-`, `_` and `.`,
    /// beginning and ending with a letter or digit.
    Slug,
    slug
);
text!(
    /// What a program calls a content type: 1 to 63 of `a-z 0-9 _`, beginning with a letter.
    TypeKey,
    type_key
);
text!(
    /// A name on one line: 1 to 200 characters.
    Name,
    |text, at| line(text, at, 200)
);
text!(
    /// The name of a file on one line, without folders and without what turns the direction of writing: 1 to 200 characters.
    FileName,
    file_name
);
text!(
    /// A headline on one line: 1 to 500 characters.
    Title,
    |text, at| line(text, at, 500)
);
text!(
    /// Several lines of plain text: at most 5,000 characters.
    Prose,
    prose
);
text!(
    /// A language tag of BCP 47, in its usual case (`pt-BR`, `zh-Hant-TW`): at most 35 characters.
    Locale,
    locale
);

fn slug(text: &str, at: &str) -> Result<String> {
    let count = bounded(text, at, 200)?;
    let inner = |c: char| (c.is_alphanumeric() && c.to_lowercase().eq([c])) || matches!(c, '-' | '_' | '.');
    let edge = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    if count > 0 && text.chars().all(inner) && edge(text.chars().next()) && edge(text.chars().next_back()) {
        return Ok(text.to_owned());
    }
    let message =
        "must be letters in lower case, digits, '-', '_' and '.', with a letter or digit at both ends";
    Err(Error::invalid(at, "slug", message))
}

fn type_key(text: &str, at: &str) -> Result<String> {
    let mut bytes = text.bytes();
    let fits = text.len() <= 63
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if fits {
        return Ok(text.to_owned());
    }
    Err(Error::invalid(at, "key", "must be 1 to 63 of a-z, 0-9 and '_', beginning with a letter"))
}

fn line(text: &str, at: &str, most: usize) -> Result<String> {
    let text = text.trim();
    bounded(text, at, most)?;
    if text.chars().all(unseen) {
        return Err(Error::invalid(at, "blank", "must not be blank"));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::invalid(at, "control", "must not hold line breaks or control characters"));
    }
    Ok(text.to_owned())
}

/// Whether a character leaves nothing to be seen, alone or beside others: spaces, and what only directs or joins others.
fn unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn file_name(text: &str, at: &str) -> Result<String> {
    let name = line(text, at, 200)?;
    if name.contains(['/', '\\']) || matches!(name.as_str(), "." | "..") {
        let message = "must be the name of a file, without the folders that it is in";
        return Err(Error::invalid(at, "filename", message));
    }
    if name.contains(turns) {
        let message = "must not hold characters that turn the direction of writing";
        return Err(Error::invalid(at, "control", message));
    }
    Ok(name)
}

/// Whether a character is there to turn the direction of writing: it can make `gnp.exe` look like `exe.png`.
fn turns(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn prose(text: &str, at: &str) -> Result<String> {
    bounded(text, at, 5_000)?;
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(at, "control", "must not hold control characters"));
    }
    Ok(text.to_owned())
}

fn locale(text: &str, at: &str) -> Result<String> {
    let mut parts = text.split('-').enumerate();
    let fits = text.len() <= 35
        && parts.all(|(index, part)| {
            let letters = part.bytes().all(|byte| byte.is_ascii_alphabetic());
            let plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if index == 0 {
                letters && (2..=3).contains(&part.len())
            } else {
                plain && (1..=8).contains(&part.len())
            }
        });
    if !fits {
        return Err(Error::invalid(at, "locale", "must be a language tag like en, pt-BR or zh-Hant"));
    }
    let cased = text.split('-').enumerate().map(|(index, part)| match (index, part.len()) {
        (0, _) => part.to_ascii_lowercase(),
        (_, 2) => part.to_ascii_uppercase(),
        (_, 4) if part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            let (first, rest) = part.split_at(1);
            first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
        }
        _ => part.to_ascii_lowercase(),
    });
    Ok(cased.collect::<Vec<_>>().join("-"))
}

fn bounded(text: &str, at: &str, most: usize) -> Result<usize> {
    let count = text.chars().count();
    if count <= most {
        return Ok(count);
    }
    Err(Error::invalid(at, "max_length", format!("must have at most {most} characters, but has {count}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code<T: fmt::Debug>(result: Result<T>) -> &'static str {
        result.unwrap_err().violations()[0].code
    }

    #[test]
    fn slugs() {
        for good in ["a", "olive-oil", "v1.2", "日本-tea", "größe_2"] {
            assert_eq!(Slug::parse(good, "slug").unwrap().as_str(), good);
        }
        for bad in ["", "A", "-a", "a-", "a b", "a/b", "a\u{0}"] {
            assert_eq!(code(Slug::parse(bad, "slug")), "slug", "{bad}");
        }
        assert_eq!(code(Slug::parse(&"a".repeat(201), "slug")), "max_length");
    }

    #[test]
    fn what_nobody_can_see_is_blank() {
        for bad in ["\u{200b}", "\u{feff} \u{2060}", "\u{ad}", "\u{3000}", "\u{e0020}"] {
            assert_eq!(code(Name::parse(bad, "name")), "blank", "{bad:?}");
        }
        // Joiners and variation selectors belong to what can be seen.
        for good in ["👩\u{200d}🚀", "نمی\u{200c}خواهم", "❤\u{fe0f}"] {
            assert!(Name::parse(good, "name").is_ok(), "{good}");
        }
    }

    #[test]
    fn a_file_name_has_no_folders() {
        for bad in ["../../etc/passwd", "a/b.webp", "..\\a", "..", "."] {
            assert_eq!(code(FileName::parse(bad, "filename")), "filename", "{bad}");
        }
        for good in ["a.webp", "..a", "été 1.jpg"] {
            assert!(FileName::parse(good, "filename").is_ok(), "{good}");
        }
        for turn in ["\u{200e}", "\u{200f}", "\u{202a}", "\u{202e}", "\u{2066}", "\u{2069}"] {
            assert_eq!(code(FileName::parse(&format!("{turn}gnp.exe"), "filename")), "control", "{turn:?}");
        }
    }

    #[test]
    fn names_are_one_line_that_says_something() {
        assert_eq!(Name::parse("  Olive & Co ", "name").unwrap().as_str(), "Olive & Co");
        assert_eq!(code(Name::parse(" ", "name")), "blank");
        assert_eq!(code(Name::parse("a\u{0}b", "name")), "control");
        assert_eq!(code(Title::parse(&"x".repeat(501), "title")), "max_length");
        assert_eq!(Prose::parse("a\nb", "alt").unwrap().as_str(), "a\nb");
        assert_eq!(code(Prose::parse("a\u{0}", "alt")), "control");
    }

    #[test]
    fn locales_take_their_usual_case() {
        assert_eq!(Locale::parse("PT-br", "locale").unwrap().as_str(), "pt-BR");
        assert_eq!(Locale::parse("zh-hant-tw", "locale").unwrap().as_str(), "zh-Hant-TW");
        for bad in ["", "e", "english", "en_US", "en-", "1n", "en-toolongpart"] {
            assert_eq!(code(Locale::parse(bad, "locale")), "locale", "{bad}");
        }
    }

    #[test]
    fn keys() {
        assert!(TypeKey::parse("blog_post2", "key").is_ok());
        for bad in ["", "Blog", "2x", "a-b", "_a"] {
            assert_eq!(code(TypeKey::parse(bad, "key")), "key", "{bad}");
        }
    }
}
