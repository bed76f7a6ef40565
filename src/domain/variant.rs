//! A smaller picture of an asset: how large, and of which kind. It is asked for in the address of the file.

use std::borrow::Cow;

use super::{Error, Result};

/// The most pixels of a variant in one direction.
pub const MAX_SIDE: u32 = 8_192;

/// What kind of picture a variant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// AVIF.
    Avif,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    #[default]
    Webp,
}

impl Format {
    const ALL: [(&'static str, Self); 5] = [
        ("avif", Self::Avif),
        ("jpg", Self::Jpeg),
        ("jpeg", Self::Jpeg),
        ("png", Self::Png),
        ("webp", Self::Webp),
    ];

    /// Reads a format.
    ///
    /// # Errors
    /// `INVALID` for any but `avif`, `jpg`, `jpeg`, `png` and `webp`.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        let found = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, format)| *format);
        found.ok_or_else(|| Error::invalid(at, "format", "must be avif, jpg, png or webp"))
    }

    /// What the names of such files end with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Avif => "avif",
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }
}

/// A smaller picture of an asset, within these pixels; 0 is as many as it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Variant {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What kind of picture.
    pub format: Format,
}

/// Reads a number of pixels.
///
/// # Errors
/// `INVALID` outside of 1 to [`MAX_SIDE`].
pub fn side(pixels: Option<i64>, at: &str) -> Result<u32> {
    let side = pixels.and_then(|pixels| u32::try_from(pixels).ok());
    side.filter(|side| (1..=MAX_SIDE).contains(side))
        .ok_or_else(|| Error::invalid(at, "range", format!("must be between 1 and {MAX_SIDE}")))
}

impl Variant {
    /// Reads the parameters of an address; nothing where there are none.
    ///
    /// # Errors
    /// `INVALID` for a parameter that there is none of, that is given twice, or out of bounds.
    pub fn parse(query: &str) -> Result<Option<Self>> {
        let (mut variant, mut given): (Self, Vec<Cow<'_, str>>) = Default::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "width" => variant.width = side(value.parse().ok(), "width")?,
                "height" => variant.height = side(value.parse().ok(), "height")?,
                "format" => variant.format = Format::parse(&value, "format")?,
                other => {
                    let message = "there is no such parameter; there are width, height and format";
                    return Err(Error::invalid(other, "unknown", message));
                }
            }
            if given.contains(&name) {
                return Err(Error::invalid(name.as_ref(), "duplicate", "is given twice"));
            }
            given.push(name);
        }
        Ok((!given.is_empty()).then_some(variant))
    }

    /// The parameters of an address: what [`Variant::parse`] reads.
    #[must_use]
    pub fn query(&self) -> String {
        let side = |name: &str, pixels: u32| match pixels {
            0 => String::new(),
            pixels => format!("{name}={pixels}&"),
        };
        let (width, height) = (side("width", self.width), side("height", self.height));
        format!("{width}{height}format={}", self.format.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_what_they_are_called() {
        assert_eq!(Variant::parse("").unwrap(), None);
        let expected = Variant { width: 300, height: 0, format: Format::Avif };
        assert_eq!(Variant::parse("width=300&format=avif").unwrap(), Some(expected));
        for wrong in ["width=0", "width=9999", "width=a", "size=3", "width=3&width=4", "format=svg"] {
            assert!(Variant::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for (width, height) in [(300, 200), (0, 8_192), (1, 0), (0, 0)] {
            for (_, format) in Format::ALL {
                let variant = Variant { width, height, format };
                assert_eq!(Variant::parse(&variant.query()).unwrap(), Some(variant));
            }
        }
    }
}
