//! How large a picture is, and a placeholder of a few bytes: within bounds, since a small file can unpack to a huge picture.

use std::io::Cursor;

use base64::{Engine, prelude::BASE64_STANDARD};
use image::{ImageReader, Limits, imageops::FilterType};

use crate::domain::asset::MAX_PIXELS;

/// The most pixels in one direction of a picture that is unpacked.
const MAX_SIDE: u32 = 12_000;
/// The most memory that unpacking may take. Bytes.
const MAX_MEMORY: u64 = 256 * 1024 * 1024;
/// The longest side of what a placeholder is made from, in pixels: the format takes no more.
const SMALL: u32 = 100;

/// What is known of a picture.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in super::super) struct Picture {
    /// Pixels.
    pub(in super::super) width: Option<i32>,
    /// Pixels.
    pub(in super::super) height: Option<i32>,
    /// A ThumbHash, in base64.
    pub(in super::super) placeholder: Option<String>,
}

/// Looks at the bytes of a picture, or at as many of them as there are.
pub(in super::super) fn picture(bytes: &[u8], whole: bool) -> Picture {
    let (width, height) = measures(bytes).unzip();
    Picture { width, height, placeholder: if whole { placeholder(bytes) } else { None } }
}

/// Width and height, where both are what an asset may have: a file can say anything of itself.
fn measures(bytes: &[u8]) -> Option<(i32, i32)> {
    let size = imagesize::blob_size(bytes).ok()?;
    let side = |pixels: usize| {
        let fits = i64::try_from(pixels).is_ok_and(|pixels| (1..=MAX_PIXELS).contains(&pixels));
        i32::try_from(pixels).ok().filter(|_| fits)
    };
    side(size.width).zip(side(size.height))
}

fn placeholder(bytes: &[u8]) -> Option<String> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let small = reader.decode().ok()?.resize(SMALL, SMALL, FilterType::Triangle).to_rgba8();
    let (width, height) = (usize::try_from(small.width()).ok()?, usize::try_from(small.height()).ok()?);
    Some(BASE64_STANDARD.encode(thumbhash::rgba_to_thumb_hash(width, height, small.as_raw())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::from_pixel(width, height, image::Rgb([200, 80, 20]))
            .write_to(&mut bytes, image::ImageFormat::Png)
            .unwrap();
        bytes.into_inner()
    }

    #[test]
    fn a_picture_has_a_size_and_a_placeholder() {
        let found = picture(&png(300, 200), true);
        assert_eq!((found.width, found.height), (Some(300), Some(200)));
        let hash = BASE64_STANDARD.decode(found.placeholder.unwrap()).unwrap();
        assert!((5..=25).contains(&hash.len()), "{hash:?}");
        assert_eq!(picture(b"nothing", true), Picture::default());
    }

    #[test]
    fn a_picture_that_is_too_large_is_measured_and_not_unpacked() {
        let mut bytes = png(1, 1);
        bytes.splice(16..24, [0, 1, 0, 0, 0, 1, 0, 0]);
        let found = picture(&bytes, true);
        assert_eq!((found.width, found.placeholder), (Some(65_536), None));
    }

    #[test]
    fn measures_that_no_asset_may_have_are_none() {
        for (sides, fits) in [
            ([1, 1_000_000], true),
            ([1, 1_000_001], false),
            ([i32::MAX, 1], false),
            ([0, 1], false),
            ([1, 0], false),
        ] {
            let mut bytes = png(1, 1);
            bytes.splice(16..24, sides.iter().flat_map(|side: &i32| side.to_be_bytes()));
            let found = picture(&bytes, true);
            let expected = sides.map(|side| fits.then_some(side));
            assert_eq!([found.width, found.height], expected, "{sides:?}");
        }
    }
}
