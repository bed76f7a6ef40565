//! What kind of file it is, told from its bytes: what a client says is not believed.

/// How many bytes from the beginning are searched for markup.
const SEARCHED: usize = 4_096;

/// Media types that are written by several names, by the one that is used here.
const ALIASES: [(&str, &str); 11] = [
    ("image/jpg", "image/jpeg"),
    ("image/pjpeg", "image/jpeg"),
    ("image/heic", "image/heif"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/x-flac", "audio/flac"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/m4a", "audio/mp4"),
    ("audio/x-m4a", "audio/mp4"),
    ("video/x-m4v", "video/mp4"),
];

/// The name that is used for a media type.
#[must_use]
pub(in super::super) fn canonical(media_type: &str) -> &str {
    ALIASES.iter().find(|(alias, _)| *alias == media_type).map_or(media_type, |(_, name)| name)
}

/// Why the beginning of a file is not that of the promised kind; nothing where it is.
pub(in super::super) fn differs(head: &[u8], promised: &str) -> Option<String> {
    let promised = canonical(promised);
    let found = markup(head).or_else(|| infer::get(head).map(|kind| canonical(kind.mime_type())));
    match found {
        Some(found) if found == promised || contains(found, promised) => None,
        Some(found) => Some(format!("{promised} was promised, but this is {found}")),
        None if plain(promised) && text(head) => None,
        None => Some(format!("{promised} was promised, but this is not")),
    }
}

/// Formats that are made of another one.
fn contains(found: &str, promised: &str) -> bool {
    match found {
        "text/xml" => {
            promised.ends_with("+xml") && promised != "image/svg+xml" || promised == "application/xml"
        }
        "application/zip" => {
            promised == "application/epub+zip" || promised.starts_with("application/vnd.openxmlformats")
        }
        "video/mp4" => promised == "audio/mp4",
        "audio/ogg" => promised == "video/ogg",
        "video/webm" => promised == "audio/webm",
        _ => false,
    }
}

/// Pages and drawings run scripts where a browser shows them, whatever they are called.
fn markup(head: &[u8]) -> Option<&'static str> {
    let start = head.get(..SEARCHED.min(head.len())).unwrap_or_default();
    // UTF-16 hides markup from a search for bytes, not from a browser.
    let lower: Vec<u8> = start.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let first = lower.iter().position(|byte| !byte.is_ascii_whitespace() && byte.is_ascii())?;
    // Only text: a picture may hold such words in its description.
    if lower.get(first) != Some(&b'<') {
        return None;
    }
    let has = |word: &[u8]| lower.windows(word.len()).any(|part| part == word);
    if has(b"<svg") {
        Some("image/svg+xml")
    } else if [b"<html".as_slice(), b"<!doctype html", b"<script", b"<body", b"<head", b"<iframe", b"<img"]
        .into_iter()
        .any(has)
    {
        Some("text/html")
    } else {
        None
    }
}

/// Kinds without a signature: plain text in one form or another.
fn plain(promised: &str) -> bool {
    promised.starts_with("text/") && promised != "text/html"
        || matches!(promised, "application/json" | "application/x-ndjson" | "application/x-subrip")
}

/// Whether this is the beginning of a text in UTF-8; a character may be cut at its end.
fn text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && !head.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";

    #[test]
    fn bytes_are_believed_and_names_are_not() {
        for (head, promised, good) in [
            (PNG, "image/png", true),
            (PNG, "image/jpeg", false),
            (JPEG, "image/jpeg", true),
            (JPEG, "text/plain", false),
            (b"%PDF-1.7 ...", "application/pdf", true),
            (b"MZ\x90\0\x03\0\0\0\x04\0\0\0", "image/png", false),
            (b"hello, \xc3\xa9", "text/plain", true),
            (b"hello, \xc3", "text/plain", true),
            (b"hello, \xff", "text/plain", false),
            (b"a\0b", "text/plain", false),
            (b"hello", "image/png", false),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", false),
            (b"  <?xml version='1.0'?><!-- x --><SVG/>", "text/plain", false),
            (b"<svg/>", "image/svg+xml", true),
            (b"\n<!DOCTYPE HTML><p>", "text/plain", false),
            (b"\xef\xbb\xbf<script>alert(1)</script>", "text/csv", false),
            (b"\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0", "text/plain", false),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/x-wav", true),
        ] {
            let why = differs(head, promised);
            assert_eq!(why.is_none(), good, "{promised}: {why:?}");
        }
    }
}
