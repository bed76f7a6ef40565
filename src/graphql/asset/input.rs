//! What clients give to change assets.

use async_graphql::{ID, InputObject, MaybeUndefined};

use super::about::{AssetAboutInput, AssetAboutPatch};
use crate::{
    domain::{
        Error, Result,
        asset::{self, CreateAsset, FileUrl, MAX_BYTES, MAX_PIXELS, MediaType, Metadata, UpdateAsset},
        node::Kind,
        text::{FileName, Prose, Title},
    },
    graphql::{change::Wrong, scalar::Json},
};

/// An asset that is to be made: what is known about a file that is somewhere on the web.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateAssetInput {
    /// The brand that it belongs to.
    brand_id: ID,
    /// What the file is called, 1 to 200 characters, without folders.
    filename: String,
    /// Its headline, at most 500 characters.
    title: Option<String>,
    /// What it shows, for those who cannot see it; at most 5,000 characters.
    alt: Option<String>,
    /// Its media type (`image/jpeg`).
    media_type: String,
    /// Its size in bytes, a whole number.
    byte_size: Option<f64>,
    /// Its width in pixels.
    width: Option<i32>,
    /// Its height in pixels.
    height: Option<i32>,
    /// Where the file is: an absolute http or https address of at most 2,048 characters.
    url: String,
    /// Whatever else is known about it: an object of at most 16 KiB.
    metadata: Option<Json>,
    /// Languages, credit, focal point and rights.
    about: Option<AssetAboutInput>,
}

/// What is to change about an asset; what is left out stays, null takes away.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateAssetInput {
    /// The asset.
    id: ID,
    /// The version you have seen; a conflict where it is no longer the current one.
    expected_version: Option<i32>,
    /// Another file name; not null.
    filename: MaybeUndefined<String>,
    /// Another headline.
    title: MaybeUndefined<String>,
    /// Another description for those who cannot see it.
    alt: MaybeUndefined<String>,
    /// Another media type; not null.
    media_type: MaybeUndefined<String>,
    /// Another size in bytes.
    byte_size: MaybeUndefined<f64>,
    /// Another width in pixels.
    width: MaybeUndefined<i32>,
    /// Another height in pixels.
    height: MaybeUndefined<i32>,
    /// Another address of the file; not null.
    url: MaybeUndefined<String>,
    /// Other metadata, in place of all there is; not null.
    metadata: MaybeUndefined<Json>,
    /// Other languages, credit, focal point, rights.
    about: Option<AssetAboutPatch>,
}

impl CreateAssetInput {
    pub(in crate::graphql) fn parse(self) -> Result<CreateAsset> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let filename = wrong.take(FileName::parse(&self.filename, "filename"));
        let title = wrong.optional(self.title, |text| Title::parse(&text, "title"));
        let alt = wrong.optional(self.alt, |text| Prose::parse(&text, "alt"));
        let media_type = wrong.take(MediaType::parse(&self.media_type, "mediaType"));
        let byte_size = wrong.optional(self.byte_size, |size| bytes(size, "byteSize"));
        let width = wrong.optional(self.width, |size| pixels(size, "width"));
        let height = wrong.optional(self.height, |size| pixels(size, "height"));
        let url = wrong.take(FileUrl::parse(&self.url, "url"));
        let metadata = wrong.optional(self.metadata, |json| Metadata::parse(json.0, "metadata"));
        let about = self.about.unwrap_or_default().parse(&mut wrong, "about");
        let command = (|| {
            Some(CreateAsset {
                brand_id: brand_id?,
                filename: filename?,
                title,
                alt,
                media_type: media_type?,
                byte_size,
                width,
                height,
                url: url?,
                metadata: metadata.unwrap_or_default(),
                about,
            })
        })();
        wrong.finish(command)
    }
}

impl UpdateAssetInput {
    pub(in crate::graphql) fn parse(self) -> Result<UpdateAsset> {
        let mut wrong = Wrong::default();
        let id = wrong.key(Kind::Asset, &self.id, "id");
        let filename = wrong.change(self.filename, "filename", |text, at| FileName::parse(&text, at));
        let title = wrong.patch(self.title, "title", |text, at| Title::parse(&text, at));
        let alt = wrong.patch(self.alt, "alt", |text, at| Prose::parse(&text, at));
        let media_type = wrong.change(self.media_type, "mediaType", |text, at| MediaType::parse(&text, at));
        let byte_size = wrong.patch(self.byte_size, "byteSize", bytes);
        let width = wrong.patch(self.width, "width", pixels);
        let height = wrong.patch(self.height, "height", pixels);
        let url = wrong.change(self.url, "url", |text, at| FileUrl::parse(&text, at));
        let metadata = wrong.change(self.metadata, "metadata", |json, at| Metadata::parse(json.0, at));
        let about = self.about.unwrap_or_default().parse(&mut wrong, "about");
        let expected_version = self.expected_version;
        let command = id.map(|id| UpdateAsset {
            id,
            expected_version,
            filename,
            title,
            alt,
            media_type,
            byte_size,
            width,
            height,
            url,
            metadata,
            about,
        });
        wrong.finish(command)
    }
}

fn bytes(size: f64, at: &str) -> Result<i64> {
    if size.fract() != 0.0 {
        return Err(Error::invalid(at, "type", "must be a whole number"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float saturates, and what is out of range is refused"
    )]
    asset::size(size as i64, MAX_BYTES, at)
}

fn pixels(size: i32, at: &str) -> Result<i32> {
    asset::size(i64::from(size), MAX_PIXELS, at).map(|_| size)
}
