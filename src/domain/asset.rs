//! Assets: media files that entries refer to, by what is known about them.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Error, Result,
    about::{About, AboutPatch},
    change::Patch,
    node::NodeId,
    text::{FileName, Prose, Title},
};

/// The most bytes of an asset's metadata, written as JSON.
pub const MAX_METADATA_BYTES: usize = 16_384;
/// The largest size of a file in bytes: JSON numbers are exact up to it.
pub const MAX_BYTES: i64 = 1 << 53;
/// The most pixels in one direction.
pub const MAX_PIXELS: i64 = 1_000_000;
/// The most characters of an address.
pub const MAX_URL: usize = 2_048;

/// Where assets are found whose bytes are kept here, by their global ids.
pub const OWN: &str = "/v1/assets/";

/// An address of a file on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUrl(String);

impl FileUrl {
    /// Checks an address. `at` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` with the code `url` for anything but an absolute `http` or `https` address, or one with a password in it.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        let refuse = |message: &str| Err(Error::invalid(at, "url", message));
        if text.len() > MAX_URL {
            return refuse("must have at most 2,048 characters");
        }
        // The parser would leave them out without a word.
        if text.contains(char::is_control) {
            return refuse("must not hold control characters");
        }
        match url::Url::parse(text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
                if url.password().is_some() || !url.username().is_empty() {
                    return refuse("must not hold a user name or password");
                }
                Ok(Self(url.into()))
            }
            _ => refuse("must be an absolute http or https address"),
        }
    }

    /// Where an asset is found whose bytes are kept here: a path on this server.
    #[must_use]
    pub fn own(id: NodeId) -> Self {
        Self(format!("{OWN}{id}"))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A media type like `image/jpeg`, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaType(String);

impl MediaType {
    /// Checks a media type. `at` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` with the code `media_type` for anything but `type/subtype` of at most 127 characters each.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        let token = |part: &str| {
            let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
            !part.is_empty() && part.len() <= 127 && part.bytes().all(legal)
        };
        match text.split_once('/') {
            Some((kind, subtype)) if token(kind) && token(subtype) => Ok(Self(text.to_ascii_lowercase())),
            _ => Err(Error::invalid(at, "media_type", "must be a media type like image/jpeg")),
        }
    }

    /// The media type.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whatever else is known about a file: a JSON object of at most 16 KiB.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata(Value);

impl Metadata {
    /// Checks metadata. `at` is where the caller gave it.
    ///
    /// # Errors
    /// `INVALID` for what is no object, too large, or holds U+0000.
    pub fn parse(value: Value, at: &str) -> Result<Self> {
        if !value.is_object() {
            return Err(Error::invalid(at, "type", "must be object"));
        }
        let text = value.to_string();
        if text.len() > MAX_METADATA_BYTES {
            let message = format!("must not take more than {MAX_METADATA_BYTES} bytes");
            return Err(Error::invalid(at, "too_large", message));
        }
        if text.contains("\\u0000") {
            return Err(Error::invalid(at, "nul", "must not hold the character U+0000"));
        }
        Ok(Self(value))
    }

    /// The object.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

/// Checks a size in bytes or pixels.
///
/// # Errors
/// `INVALID` with the code `range`.
pub fn size(value: i64, most: i64, at: &str) -> Result<i64> {
    if (0..=most).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid(at, "range", format!("must be between 0 and {most}")))
}

/// An asset that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateAsset {
    /// The brand that it belongs to.
    pub brand_id: Uuid,
    /// What the file is called.
    pub filename: FileName,
    /// Its headline.
    pub title: Option<Title>,
    /// What it shows, for those who cannot see it.
    pub alt: Option<Prose>,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// Bytes.
    pub byte_size: Option<i64>,
    /// Pixels.
    pub width: Option<i32>,
    /// Pixels.
    pub height: Option<i32>,
    /// Where the file is.
    pub url: FileUrl,
    /// Whatever else is known.
    pub metadata: Metadata,
    /// Languages, credit, focal point, rights.
    pub about: About,
}

/// What is to change about an asset.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateAsset {
    /// The asset.
    pub id: Uuid,
    /// The version that the caller has seen.
    pub expected_version: Option<i32>,
    /// Another file name.
    pub filename: Option<FileName>,
    /// Another headline.
    pub title: Patch<Title>,
    /// Another description.
    pub alt: Patch<Prose>,
    /// Another media type.
    pub media_type: Option<MediaType>,
    /// Another size in bytes.
    pub byte_size: Patch<i64>,
    /// Another width in pixels.
    pub width: Patch<i32>,
    /// Another height in pixels.
    pub height: Patch<i32>,
    /// Another address.
    pub url: Option<FileUrl>,
    /// Other metadata, all of it.
    pub metadata: Option<Metadata>,
    /// Other languages, credit, focal point, rights.
    pub about: AboutPatch,
}
