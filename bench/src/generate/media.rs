//! Assets: photographs of usual sizes.

use serde_json::json;

use super::{Sink, World, catalog::SHARES, text};
use crate::{Fallible, random::Random};

const SIZES: [(u32, u32); 5] = [(1920, 1080), (1600, 1200), (1200, 1600), (2400, 1350), (800, 800)];
const TYPES: [(&str, &str); 3] = [("image/webp", "webp"), ("image/jpeg", "jpg"), ("image/png", "png")];

/// Writes the assets and says which brand each belongs to.
pub(super) fn write(world: &World, count: usize, sink: Sink<'_>) -> Fallible<Vec<usize>> {
    let shares = SHARES.get(..world.brands.len()).unwrap_or(&SHARES);
    let mut owners = Vec::with_capacity(count);
    for index in 0..count {
        let mut random = Random::seeded(world.seed, 2, index as u64);
        // The first assets go round the brands, so that the smallest brand has some in the smallest file.
        let owner = if index < world.brands.len() { index } else { random.weighted(shares) };
        let Some(brand) = world.brands.get(owner) else { continue };
        let title = text::title(&world.english, &mut random);
        let (width, height) = random.pick(&SIZES).copied().unwrap_or((1, 1));
        let (media_type, extension) = TYPES.get(random.zipf(TYPES.len())).copied().unwrap_or_default();
        let filename = format!("{}.{extension}", text::slug(&title, index));
        sink(&json!({
            "kind": "asset", "brand": brand.slug, "key": {"resource": "media", "id": index.to_string()},
            "filename": filename, "mediaType": media_type,
            "url": format!("https://media.example/{}/{filename}", brand.slug),
            "width": width, "height": height, "bytes": 40_000 + random.below(900_000),
            "alt": text::prose(&world.english, &mut random, 8), "title": title,
            "metadata": {"photographer": text::title(&world.english, &mut random), "iso": 100 << random.below(6)},
        }))?;
        owners.push(owner);
    }
    Ok(owners)
}
