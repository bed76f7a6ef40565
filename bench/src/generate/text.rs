//! Titles, summaries, bodies and slugs.

use crate::{random::Random, words::Vocabulary};

// The words before this rank carry no meaning of their own.
const FILLERS: usize = 35;

/// Three or four telling words, the first with a capital.
pub(super) fn title(words: &Vocabulary, random: &mut Random) -> String {
    let count = 3 + random.below(2);
    let mut title = String::new();
    for position in 0..count {
        let word = words.word(FILLERS + random.zipf(words.len() - FILLERS));
        if position > 0 {
            title.push(' ');
        }
        title.push_str(word);
    }
    capital(&title)
}

/// Sentences of `count` words in all.
pub(super) fn prose(words: &Vocabulary, random: &mut Random, count: usize) -> String {
    let mut prose = String::with_capacity(count * 8);
    let mut left = count;
    while left > 0 {
        let length = (6 + random.below(12)).min(left);
        left -= length;
        let sentence: Vec<&str> = (0..length).map(|_| words.word(random.zipf(words.len()))).collect();
        prose.push_str(&capital(&sentence.join(" ")));
        prose.push_str(if left == 0 { "." } else { ". " });
    }
    prose
}

/// Lower-case ASCII words joined by hyphens, with a number that makes it unique.
pub(super) fn slug(title: &str, number: usize) -> String {
    let mut slug = String::with_capacity(title.len() + 8);
    for letter in title.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => slug.push_str("ae"),
            'ö' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'a'..='z' | '0'..='9' => slug.push(letter),
            _ => slug.push('-'),
        }
    }
    slug.push('-');
    slug.push_str(&number.to_string());
    slug
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}
