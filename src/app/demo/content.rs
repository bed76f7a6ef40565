//! The demo's content: people, products and stories, made of words by chance that always falls the same way.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    chance::Chance,
    picture,
    words::{self, Both},
};
use crate::kit::slug;

/// How many people write.
pub(super) const PEOPLE: usize = 16;
/// How many products there are: each kind in each of six lines.
pub(super) const PRODUCTS: usize = 48;
/// How many stories there are, each in English and German.
pub(super) const STORIES: usize = 96;

/// A moment some hours after the demo's first day, as text.
fn moment(hours: usize) -> String {
    let first = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(20_095);
    (first + TimeDelta::hours(i64::try_from(hours).unwrap_or_default())).to_rfc3339()
}

fn label(name: &str) -> Value {
    json!({"key": slug::from_text(name), "label": name})
}

fn at<T: Copy>(list: &[T; 8], index: usize) -> T {
    let [first, ..] = list;
    *list.get(index % list.len()).unwrap_or(first)
}

pub(super) fn person(number: usize) -> Value {
    let mut chance = Chance::of("person", number);
    let name = format!("{} {}", at(&words::FIRST, number), at(&words::LAST, number / 8 * 3 + number));
    let role = at(&words::ROLES, number * 3);
    let city = *chance.pick(&words::CITIES);
    let about = format!(
        "{name} works as {} {role} in {city} and writes about {} and {}.",
        if role.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" },
        chance.pick(&words::LABELS).to_lowercase(),
        chance.pick(&words::MATERIALS),
    );
    json!({
        "key": person_key(number), "name": name, "handle": slug::from_text(&name), "role": role, "about": about,
        "city": city, "portrait": picture::portrait(number), "made": moment(number * 7), "changed": moment(number * 31),
    })
}

fn person_key(number: usize) -> String {
    format!("p{number:02}")
}

fn product_name(number: usize) -> String {
    let (kind, ..) = at(&words::KINDS, number);
    format!("{} {kind}", at(&words::LINES, number / 8))
}

fn sku(number: usize) -> String {
    format!("SV-{:04}", 1000 + number * 7)
}

pub(super) fn product(number: usize) -> Value {
    let mut chance = Chance::of("product", number);
    let (kind, group, shelf, grams, cents) = at(&words::KINDS, number);
    let name = product_name(number);
    let (colour, material) = (*chance.pick(&words::COLOURS), *chance.pick(&words::MATERIALS));
    let text = format!(
        "The {name} is a {} in {colour}, made with {material}. It was drawn in {}, tried on {} through one {}, and can be \
         opened with a coin when something needs mending.",
        kind.to_lowercase(),
        chance.pick(&words::CITIES),
        chance.pick(&words::PLACES).0,
        chance.pick(&words::SEASONS).1,
    );
    let marks: Vec<Value> =
        chance.several(2, 8).into_iter().map(|mark| label(at(&words::MARKS, mark))).collect();
    let state = match number % 16 {
        13 => "retired",
        15 => "planned",
        _ => "live",
    };
    json!({
        "sku": sku(number), "name": name, "handle": slug::from_text(&name), "text": text, "state": state,
        "price": {"cents": cents + chance.below(12) * 500, "currency": "EUR"}, "grams": grams + chance.below(90),
        "looks": {"colour": colour, "material": material}, "stock": chance.below(5) * 11, "labels": marks,
        "trail": [label(group), label(shelf)], "pictures": picture::product(number), "live": moment(number * 200 + 9),
        "made": moment(number * 190), "changed": moment(number * 211 + 5),
    })
}

pub(super) fn story(number: usize) -> Value {
    let mut chance = Chance::of("story", number);
    let (group, section) = *chance.pick(&words::SECTIONS);
    let labels: Vec<Value> =
        chance.several(2, 8).into_iter().map(|index| label(at(&words::LABELS, index))).collect();
    let shown = chance.several(1 + number % 3, PRODUCTS);
    let things = Things {
        place: *chance.pick(&words::PLACES),
        season: *chance.pick(&words::SEASONS),
        thing: product_name(shown.first().copied().unwrap_or_default()),
        number,
    };
    let paragraphs = chance.several(4, 8);
    let state = match number % 12 {
        7 => "draft",
        11 => "retired",
        _ => "live",
    };
    let hour = number * 168 + chance.below(24);
    json!({
        "id": 5000 + number, "state": state, "starred": number.is_multiple_of(9), "by": person_key(chance.below(PEOPLE)),
        "cover": picture::scene(number), "pictures": picture::album(number), "labels": labels,
        "trail": [label(group), label(section)],
        "shows": shown.into_iter().map(sku).collect::<Vec<_>>(),
        "live": if state == "draft" { Value::Null } else { moment(hour + 6).into() },
        "made": moment(hour), "changed": moment(hour + 30),
        "texts": {
            "en": things.text(&paragraphs, |both| both.0, things.season.1),
            "de": things.text(&paragraphs, |both| both.1, things.season.2),
        },
    })
}

/// What a story is about.
struct Things {
    place: Both,
    season: (&'static str, &'static str, &'static str),
    thing: String,
    number: usize,
}

impl Things {
    fn text(&self, paragraphs: &[usize], speak: fn(Both) -> &'static str, season: &str) -> Value {
        let fill = |both: Both| {
            speak(both)
                .replace("{place}", speak(self.place))
                .replace("{season}", season)
                .replace("{thing}", &self.thing)
        };
        let headline = fill(at(&words::HEADLINES, self.number));
        let paragraphs: Vec<String> =
            paragraphs.iter().map(|index| fill(at(&words::PARAGRAPHS, *index))).collect();
        let handle = slug::from_text(&format!("{headline} {}", self.number + 1));
        json!({
            "headline": headline, "handle": handle, "teaser": fill(at(&words::TEASERS, self.number / 8 + self.number)),
            "minutes": 2 + self.number % 7, "paragraphs": paragraphs,
        })
    }
}
