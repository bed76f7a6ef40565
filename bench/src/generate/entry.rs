//! Entries: authors first, then articles and products that refer to them, to assets and to earlier entries.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::{Sink, World, catalog::SHARES, schema::COLORS, text};
use crate::{Fallible, random::Random};

// The last moment in the data: a constant, so that the file does not depend on the day it was made.
pub(super) const END: i64 = 1_793_491_200; // 2026-11-01T00:00:00Z
const SPAN: f64 = 3.0 * 365.0 * 86_400.0;

/// What later entries of a brand may refer to.
#[derive(Debug, Default, Clone)]
struct Shelf {
    authors: Vec<usize>,
    stories: Vec<(usize, &'static str)>,
    assets: Vec<usize>,
    /// The last English story, waiting for a translation.
    untranslated: Option<(usize, &'static str)>,
}

/// Writes `count` entries.
pub(super) fn write(world: &World, count: usize, sink: Sink<'_>) -> Fallible {
    let shares = SHARES.get(..world.brands.len()).unwrap_or(&SHARES);
    let mut shelves = vec![Shelf::default(); world.brands.len()];
    for (asset, owner) in world.asset_brands.iter().enumerate() {
        if let Some(shelf) = shelves.get_mut(*owner) {
            shelf.assets.push(asset);
        }
    }
    let authors = (count / 50).max(world.brands.len()).min(count);
    for index in 0..count {
        let mut random = Random::seeded(world.seed, 3, index as u64);
        let owner = if index < world.brands.len() { index } else { random.weighted(shares) };
        let Some(shelf) = shelves.get_mut(owner) else { continue };
        let record = if index < authors {
            shelf.authors.push(index);
            author(world, shelf, &mut random, index, owner)
        } else {
            story(world, shelf, &mut random, index, owner)
        };
        sink(&record)?;
    }
    Ok(())
}

fn author(world: &World, shelf: &Shelf, random: &mut Random, index: usize, owner: usize) -> Value {
    let title = text::title(&world.english, random);
    let portrait: Vec<Value> =
        random.pick(&shelf.assets).map(|asset| key("media", *asset)).into_iter().collect();
    let fields = json!({
        "role": text::title(&world.english, random),
        "bio": text::prose(&world.english, random, 40),
    });
    let mut record = base(world, random, owner, "author", index, "en", &title, fields);
    record.insert("references".to_owned(), json!([{"field": "portrait", "to": "asset", "keys": portrait}]));
    Value::Object(record)
}

fn story(world: &World, shelf: &mut Shelf, random: &mut Random, index: usize, owner: usize) -> Value {
    let translates = if random.chance(0.1) { shelf.untranslated.take() } else { None };
    let (words, locale) = if translates.is_some() { (&world.german, "de") } else { (&world.english, "en") };
    let (number, kind) =
        translates.unwrap_or((index, if random.chance(0.2) { "product" } else { "article" }));
    let title = text::title(words, random);
    let length = 200 + random.below(200);
    let fields = json!({
        "summary": text::prose(words, random, 24),
        "body": text::prose(words, random, length),
        "color": COLORS.get(random.zipf(COLORS.len())),
        "price": (5.0 + 1_500.0 * random.unit().powi(4)).floor() + 0.9,
        "in_stock": random.chance(0.8),
        "released": moment(END - (SPAN * random.unit()) as i64),
    });
    let mut record = base(world, random, owner, kind, number, locale, &title, fields);
    let author: Vec<Value> = shelf
        .authors
        .get(random.zipf(shelf.authors.len()))
        .map(|author| key("author", *author))
        .into_iter()
        .collect();
    let hero: Vec<Value> = random.pick(&shelf.assets).map(|asset| key("media", *asset)).into_iter().collect();
    let related = distinct(3, || random.pick(&shelf.stories).map(|(story, kind)| key(kind, *story)));
    let tags = brand_terms(&world.brands, owner, |brand| {
        distinct(3, || brand.tags.get(random.zipf(brand.tags.len())).cloned())
    });
    let categories = brand_terms(&world.brands, owner, |brand| {
        random.pick(&brand.categories).cloned().into_iter().collect()
    });
    record.insert("tags".to_owned(), tags);
    record.insert("categories".to_owned(), categories);
    record.insert(
        "references".to_owned(),
        json!([
            {"field": "author", "to": "entry", "keys": author},
            {"field": "hero", "to": "asset", "keys": hero},
            {"field": "related", "to": "entry", "keys": related, "many": true},
        ]),
    );
    if translates.is_none() {
        shelf.stories.push((number, kind));
        shelf.untranslated = Some((number, kind));
    }
    Value::Object(record)
}

#[expect(clippy::too_many_arguments, reason = "the columns that every entry has")]
fn base(
    world: &World,
    random: &mut Random,
    owner: usize,
    kind: &str,
    number: usize,
    locale: &str,
    title: &str,
    fields: Value,
) -> Map<String, Value> {
    let status =
        ["published", "draft", "archived", "scheduled"].get(random.weighted(&[0.9, 0.06, 0.02, 0.02]));
    let published = END - (SPAN * random.unit()) as i64;
    let created = published - random.below(30 * 86_400) as i64;
    let mut record = json!({
        "kind": "entry", "brand": world.brands.get(owner).map(|brand| brand.slug),
        "key": key(kind, number), "type": kind, "slug": text::slug(title, number), "title": title,
        "locale": locale, "status": status,
        "createdAt": moment(created), "updatedAt": moment(published + random.below(20 * 86_400) as i64),
        "fields": fields,
    });
    let out = match status.copied() {
        Some("draft") | None => Value::Null,
        Some("scheduled") => moment(END + 31_536_000 + random.below(31_536_000) as i64).into(),
        Some(_) => moment(published).into(),
    };
    if let Some(record) = record.as_object_mut().filter(|_| !out.is_null()) {
        record.insert("publishedAt".to_owned(), out);
    }
    match record {
        Value::Object(record) => record,
        _ => Map::new(),
    }
}

fn brand_terms(
    brands: &[super::catalog::Brand],
    owner: usize,
    choose: impl FnOnce(&super::catalog::Brand) -> Vec<Value>,
) -> Value {
    Value::Array(brands.get(owner).map(choose).unwrap_or_default())
}

fn distinct(count: usize, mut draw: impl FnMut() -> Option<Value>) -> Vec<Value> {
    let mut chosen: Vec<Value> = Vec::with_capacity(count);
    for _ in 0..count * 3 {
        match draw() {
            Some(value) if chosen.len() < count && !chosen.contains(&value) => chosen.push(value),
            _ => {}
        }
    }
    chosen
}

fn key(resource: &str, number: usize) -> Value {
    json!({"resource": resource, "id": number.to_string()})
}

pub(super) fn moment(seconds: i64) -> String {
    DateTime::<Utc>::UNIX_EPOCH
        .checked_add_signed(Duration::seconds(seconds))
        .unwrap_or(DateTime::UNIX_EPOCH)
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}
