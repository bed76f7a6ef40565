//! An item as an asset.

use url::Url;

use super::value::{Fault, Reader};
use crate::{
    cmp::{address::join, connector::AssetMapping},
    domain::record::{AssetRecord, Key},
};

pub(super) fn read(
    reader: &Reader<'_>,
    mapping: &AssetMapping,
    resource: &str,
    external_id: String,
    base: &Url,
) -> Result<AssetRecord, Fault> {
    Ok(AssetRecord {
        key: Key::new(resource, external_id),
        about: None,
        filename: last_part(reader.text("filename", mapping.filename)?),
        media_type: media_type(&reader.text("media_type", mapping.media_type)?)?,
        url: address(&reader.text("url", mapping.url)?, base)?,
        width: reader.maybe_pixels("width", mapping.width)?,
        height: reader.maybe_pixels("height", mapping.height)?,
        bytes: reader.maybe_whole("bytes", mapping.bytes)?,
        alt: reader.maybe_text("alt", mapping.alt)?,
        title: reader.maybe_text("title", mapping.title)?,
        created_at: reader.maybe_time("created_at", mapping.created_at)?,
        updated_at: reader.maybe_time("updated_at", mapping.updated_at)?,
        metadata: reader.object("metadata", &mapping.metadata)?,
    })
}

/// An absolute address. What a website shows must be fetched over the web: `javascript:` and `file:` are refused.
fn address(text: &str, base: &Url) -> Result<String, Fault> {
    let url = match Url::parse(text) {
        Err(url::ParseError::RelativeUrlWithoutBase) => join(base, text),
        other => other,
    };
    let url = url.map_err(|fault| Fault::new("url", "url", format!("`{text}` is no address: {fault}")))?;
    match url.scheme() {
        "http" | "https" => Ok(url.into()),
        scheme => Err(Fault::new("url", "url", format!("is an `{scheme}:` address, not http or https"))),
    }
}

/// Platforms that keep files in folders give the whole path for a name.
fn last_part(path: String) -> String {
    match path.rsplit(['/', '\\']).next() {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => path,
    }
}

fn media_type(text: &str) -> Result<String, Fault> {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.split_once('/') {
        Some((kind, name)) if !kind.is_empty() && !name.is_empty() => Ok(essence),
        _ => {
            Err(Fault::new("media_type", "media_type", format!("`{text}` is no media type like image/webp")))
        }
    }
}
