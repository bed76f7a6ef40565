//! Slugs: the part of an address that a person can read.

/// The longest slug. Characters.
pub const MAX_LENGTH: usize = 200;

/// A slug of any text: letters and digits in lower case, everything else one dash. Empty where the text has neither.
#[must_use]
pub fn from_text(text: &str) -> String {
    let mut slug = String::with_capacity(text.len().min(MAX_LENGTH));
    let mut length = 0;
    let mut gap = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        let plain = plain(letter);
        if plain.is_empty() && !letter.is_alphanumeric() {
            gap = length > 0;
            continue;
        }
        // A letter goes in with the dash before it and as a whole, or it is the end.
        length += usize::from(gap) + plain.len().max(1);
        if length > MAX_LENGTH {
            break;
        }
        if gap {
            slug.push('-');
            gap = false;
        }
        if plain.is_empty() {
            slug.push(letter);
        } else {
            slug.push_str(plain);
        }
    }
    slug
}

/// The plain letters of a Latin letter with a mark, so that addresses of European languages stay ASCII.
const fn plain(letter: char) -> &'static str {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' | 'ľ' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::from_text;

    #[test]
    fn keeps_letters_and_digits_and_joins_the_rest_with_one_dash() {
        assert_eq!(from_text("  Größe & Maß: 42 cm! "), "groesse-mass-42-cm");
        assert_eq!(from_text("日本 — tea"), "日本-tea");
        assert_eq!(from_text("!?"), "");
    }
}
