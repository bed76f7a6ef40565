//! What may be uploaded, how large, and for how long addresses are good.

use serde::Deserialize;

use crate::{
    domain::{
        Error, Result, Violation,
        asset::MediaType,
        upload::{Cut, MAX_PART, MIN_PART},
    },
    objects::Scanner,
};

/// The longest that a signed address is good, in seconds: S3 knows no longer one.
pub(in crate::service) const MAX_SIGNED_SECONDS: u64 = 7 * 24 * 60 * 60;

/// The section `uploads` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The largest file that is sent in one request, in bytes; a larger one is sent in parts.
    pub single_bytes: u64,
    /// The size of a part, in bytes; larger where there would be more than 10,000.
    pub part_bytes: u64,
    /// The largest file, in bytes.
    pub max_bytes: u64,
    /// How long the address to send a file or part to is good, in seconds.
    pub put_seconds: u64,
    /// How long an upload waits to be completed, in hours.
    pub wait_hours: u32,
    /// How long the address that `/v1/assets/…` redirects to is good, in seconds.
    pub get_seconds: u64,
    /// The media types that are taken.
    pub media_types: Vec<String>,
    /// Who scans files: `clamd://host:3310`, `clamd:///run/clamav/clamd.ctl`, or an http or https address that files are posted to.
    pub scanner: Option<String>,
    /// How many bytes of a file are scanned; clamd refuses more than its own `StreamMaxLength`.
    pub scan_bytes: u64,
}

impl Default for Settings {
    fn default() -> Self {
        const TAKEN: [&str; 19] = [
            "image/jpeg",
            "image/png",
            "image/gif",
            "image/webp",
            "image/avif",
            "image/heif",
            "image/tiff",
            "video/mp4",
            "video/quicktime",
            "video/webm",
            "audio/mpeg",
            "audio/wav",
            "audio/ogg",
            "audio/flac",
            "audio/mp4",
            "application/pdf",
            "application/zip",
            "text/plain",
            "text/csv",
        ];
        Self {
            single_bytes: 16 * 1024 * 1024,
            part_bytes: 16 * 1024 * 1024,
            max_bytes: 100 * 1024 * 1024 * 1024,
            put_seconds: 3_600,
            wait_hours: 168,
            get_seconds: 300,
            media_types: TAKEN.map(str::to_owned).to_vec(),
            scanner: None,
            scan_bytes: 100 * 1024 * 1024,
        }
    }
}

impl Settings {
    /// What no upload could be made with.
    ///
    /// # Errors
    /// `INVALID` naming each setting.
    pub fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        for (key, value, least, most) in [
            ("uploads.single_bytes", self.single_bytes, 1, MAX_PART),
            ("uploads.part_bytes", self.part_bytes, MIN_PART, MAX_PART),
            ("uploads.max_bytes", self.max_bytes, 1, MAX_PART.saturating_mul(1_000)),
            ("uploads.put_seconds", self.put_seconds, 1, MAX_SIGNED_SECONDS),
            ("uploads.wait_hours", u64::from(self.wait_hours), 1, 8_760),
            ("uploads.get_seconds", self.get_seconds, 1, MAX_SIGNED_SECONDS),
        ] {
            if !(least..=most).contains(&value) {
                wrong.push(Violation::new(key, "range", format!("must be between {least} and {most}")));
            }
        }
        for text in &self.media_types {
            if let Err(error) = MediaType::parse(text, "uploads.media_types") {
                wrong.extend(error.violations().to_vec());
            }
        }
        if let Some(Err(error)) = self.scanner.as_deref().map(Scanner::parse) {
            wrong.extend(error.violations().to_vec());
        }
        if wrong.is_empty() { Ok(()) } else { Err(Error::violated(wrong)) }
    }

    /// How a file is cut; nothing where it is sent in one request.
    #[must_use]
    pub fn cut(&self, bytes: u64) -> Option<Cut> {
        (bytes > self.single_bytes).then(|| Cut::of(bytes, self.part_bytes))
    }
}
