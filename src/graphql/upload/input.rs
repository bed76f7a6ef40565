//! What clients promise of a file.

use async_graphql::{ID, InputObject};

use crate::{
    domain::{
        Error, Result,
        asset::{self, MAX_BYTES, MediaType},
        node::Kind,
        text::{FileName, Prose, Title},
        upload::{RequestUpload, Sha256},
    },
    graphql::{asset::AssetAboutInput, change::Wrong},
};

/// A file that is about to be sent, and the asset that is to be made of it.
#[derive(Debug, InputObject)]
pub(super) struct RequestUploadInput {
    /// The brand that it is for.
    brand_id: ID,
    /// What the file is called, 1 to 200 characters, without folders.
    filename: String,
    /// Its media type (`image/jpeg`), one of those that the server takes.
    media_type: String,
    /// Its size in bytes, a whole number of at least 1.
    byte_size: f64,
    /// Its SHA-256, 64 hexadecimal digits.
    sha256: String,
    /// The asset's headline, at most 500 characters.
    title: Option<String>,
    /// What the asset shows, for those who cannot see it; at most 5,000 characters.
    alt: Option<String>,
    /// Languages, credit, focal point and rights of the asset.
    about: Option<AssetAboutInput>,
}

/// An upload.
#[derive(Debug, InputObject)]
pub(super) struct OneUploadInput {
    /// The upload.
    pub(super) id: ID,
}

impl RequestUploadInput {
    pub(super) fn parse(self) -> Result<RequestUpload> {
        let mut wrong = Wrong::default();
        let brand_id = wrong.key(Kind::Brand, &self.brand_id, "brandId");
        let filename = wrong.take(FileName::parse(&self.filename, "filename"));
        let media_type = wrong.take(MediaType::parse(&self.media_type, "mediaType"));
        let bytes = wrong.take(bytes(self.byte_size));
        let sha256 = wrong.take(Sha256::parse(&self.sha256, "sha256"));
        let title = wrong.optional(self.title, |text| Title::parse(&text, "title"));
        let alt = wrong.optional(self.alt, |text| Prose::parse(&text, "alt"));
        let about = self.about.unwrap_or_default().parse(&mut wrong, "about");
        let command = (|| {
            Some(RequestUpload {
                brand_id: brand_id?,
                filename: filename?,
                media_type: media_type?,
                bytes: bytes?,
                sha256: sha256?,
                title,
                alt,
                about,
            })
        })();
        wrong.finish(command)
    }
}

fn bytes(size: f64) -> Result<u64> {
    if size.fract() != 0.0 || size < 1.0 {
        return Err(Error::invalid("byteSize", "range", "must be a whole number of at least 1"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float saturates, and what is out of range is refused"
    )]
    let size = asset::size(size as i64, MAX_BYTES, "byteSize")?;
    u64::try_from(size).map_err(Error::internal)
}
