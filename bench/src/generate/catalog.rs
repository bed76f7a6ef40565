//! Brands, their content types, tags and categories.

use serde_json::{Value, json};

use super::{Sink, World, schema};
use crate::{Fallible, random::Random, words::Vocabulary};

/// The share of all content that each brand holds; real tenants are never of one size.
pub(super) const SHARES: [f64; 5] = [0.66, 0.14, 0.10, 0.06, 0.04];
/// How many tags each brand has.
pub(super) const TAGS: usize = 200;

const NAMES: [(&str, &str); 5] = [
    ("acme", "Acme Outdoor"),
    ("birch", "Birch & Sons Kitchen"),
    ("corvus", "Corvus Cameras"),
    ("dune", "Dune Apparel"),
    ("ember", "Ember Coffee"),
];
const AREAS: [&str; 6] = ["guides", "stories", "gear", "people", "places", "news"];
const TOPICS: [&str; 4] = ["trail", "home", "craft", "season"];
const LEVELS: [&str; 3] = ["beginner", "advanced", "classic"];

/// A brand and the words that its content is tagged and sorted with.
#[derive(Debug)]
pub(super) struct Brand {
    pub(super) slug: &'static str,
    pub(super) name: &'static str,
    /// Tags as `{slug, name}`.
    pub(super) tags: Vec<Value>,
    /// Categories as the path from the root, each step `{slug, name}`; every node of the tree is here once.
    pub(super) categories: Vec<Value>,
}

/// The first `count` brands.
pub(super) fn brands(count: usize, seed: u64) -> Vec<Brand> {
    let words = Vocabulary::english();
    NAMES
        .iter()
        .take(count)
        .enumerate()
        .map(|(index, (slug, name))| Brand {
            slug,
            name,
            tags: tags(&words, seed, index),
            categories: categories(),
        })
        .collect()
}

fn tags(words: &Vocabulary, seed: u64, brand: usize) -> Vec<Value> {
    let mut random = Random::seeded(seed, 1, brand as u64);
    // The first 35 words are articles, prepositions and the like: nobody tags with those.
    let start = 35 + random.below(100);
    (0..TAGS).map(|rank| term(words.word(start + rank))).collect()
}

fn categories() -> Vec<Value> {
    let mut paths = Vec::new();
    for area in AREAS {
        paths.push(json!([term(area)]));
        for topic in TOPICS {
            paths.push(json!([term(area), term(topic)]));
            for level in LEVELS {
                paths.push(json!([term(area), term(topic), term(level)]));
            }
        }
    }
    paths
}

fn term(word: &str) -> Value {
    let mut letters = word.chars();
    let name: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    json!({"slug": word, "name": name})
}

/// Writes every brand with all that its content refers to.
pub(super) fn write(world: &World, sink: Sink<'_>) -> Fallible {
    for brand in &world.brands {
        sink(&json!({
            "kind": "brand", "slug": brand.slug, "name": brand.name, "defaultLocale": "en",
            "locales": [{"code": "en"}, {"code": "de", "fallback": "en"}],
        }))?;
        for (key, name, schema) in schema::all() {
            sink(&json!({
                "kind": "contentType", "brand": brand.slug, "key": key, "name": name, "schema": schema,
            }))?;
        }
        for tag in &brand.tags {
            let mut record = json!({"kind": "tag", "brand": brand.slug});
            if let (Some(record), Some(tag)) = (record.as_object_mut(), tag.as_object()) {
                record.extend(tag.clone());
            }
            sink(&record)?;
        }
        for path in &brand.categories {
            sink(&json!({"kind": "category", "brand": brand.slug, "path": path}))?;
        }
    }
    Ok(())
}
