//! The demo's pictures: landscapes drawn as SVG, so that nothing has to be stored or fetched.

use serde_json::{Value, json};

use super::chance::Chance;

/// How many pictures there are: portraits, products, scenes.
pub(super) const PICTURES: usize = PORTRAITS + PRODUCTS + SCENES;
const PORTRAITS: usize = 16;
const PRODUCTS: usize = 48;
const SCENES: usize = 32;

/// Sky, sun, far hill, near hill.
const PALETTES: [[&str; 4]; 8] = [
    ["#cfe3ea", "#f6d9a8", "#7fa3a8", "#2f5d62"],
    ["#f3e2d0", "#e07a5f", "#b08968", "#5f4339"],
    ["#dfe7d2", "#f2cc8f", "#8aa67a", "#3f5b3b"],
    ["#d9d7e8", "#f7f3e3", "#8c86b0", "#3d3a5c"],
    ["#f9e9d9", "#f4a261", "#c58c6d", "#6d4c41"],
    ["#e3eef2", "#ffffff", "#a9c0c9", "#5b7c8d"],
    ["#fbe8e0", "#e9796a", "#b7656b", "#5a2a38"],
    ["#e9efd7", "#fbe7a1", "#a6b072", "#56633a"],
];

fn key(number: usize) -> String {
    format!("m{number:03}")
}

/// The picture of a person.
pub(super) fn portrait(person: usize) -> String {
    key(person % PORTRAITS)
}

/// The pictures of a product.
pub(super) fn product(product: usize) -> Vec<String> {
    let first = product % PRODUCTS;
    [first, (first + 1) % PRODUCTS, (first + 8) % PRODUCTS].map(|number| key(PORTRAITS + number)).to_vec()
}

/// The large picture of a story.
pub(super) fn scene(story: usize) -> String {
    key(PORTRAITS + PRODUCTS + story % SCENES)
}

/// The further pictures of a story.
pub(super) fn album(story: usize) -> Vec<String> {
    let count = story % 4;
    (1..=count).map(|step| scene(story + step * 5)).collect()
}

/// What the platform says about a picture.
pub(super) fn describe(number: usize) -> Value {
    let (width, height, what) = size(number);
    let palette = palette(number);
    let name = format!("{}.svg", key(number));
    let number_shown = number + 1;
    json!({
        "key": key(number),
        "file": {
            "name": name, "type": "image/svg+xml", "href": format!("/v2/media/{name}"), "width": width, "height": height,
            "bytes": draw(number).len(),
        },
        "caption": format!("{what} {number_shown}"),
        "describes": format!("{what} {number_shown}: hills in two layers below a low sun"),
        "credit": "Solvind Studio", "palette": palette,
        "made": format!("2025-01-{:02}T08:00:00Z", 1 + number % 28),
        "changed": format!("2025-02-{:02}T08:00:00Z", 1 + number % 28),
    })
}

fn size(number: usize) -> (usize, usize, &'static str) {
    match number {
        0..PORTRAITS => (800, 800, "Portrait"),
        number if number < PORTRAITS + PRODUCTS => (1200, 1500, "Product shot"),
        _ => (1920, 1080, "Scene"),
    }
}

fn palette(number: usize) -> [&'static str; 4] {
    let [first, ..] = PALETTES;
    PALETTES.get(number % PALETTES.len()).copied().unwrap_or(first)
}

/// The number in a file's name.
pub(super) fn find(file: &str) -> Option<usize> {
    let number: usize = file.strip_prefix('m')?.strip_suffix(".svg")?.parse().ok()?;
    (number < PICTURES).then_some(number)
}

/// Draws a picture.
pub(super) fn draw(number: usize) -> String {
    let (width, height, _) = size(number);
    let [sky, sun, far, near] = palette(number);
    let mut chance = Chance::of("picture", number);
    let (sun_x, sun_y) = (width / 6 + chance.below(width * 2 / 3), height / 5 + chance.below(height / 4));
    let radius = height / 12 + chance.below(height / 12);
    let mut hill = |top: usize, wave: usize| {
        let mut path = format!("M0 {height}V{}", top + chance.below(wave));
        for step in 1..=4 {
            let (to, y) = (width * step / 4, top + chance.below(wave));
            let (middle, bend) = (width * (step * 2 - 1) / 8, top + chance.below(wave));
            path += &format!("Q{middle} {bend} {to} {y}");
        }
        path + &format!("V{height}Z")
    };
    let (back, front) = (hill(height / 2, height / 6), hill(height * 2 / 3, height / 6));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">\
         <rect width=\"100%\" height=\"100%\" fill=\"{sky}\"/><circle cx=\"{sun_x}\" cy=\"{sun_y}\" r=\"{radius}\" fill=\"{sun}\"/>\
         <path d=\"{back}\" fill=\"{far}\"/><path d=\"{front}\" fill=\"{near}\"/></svg>"
    )
}
