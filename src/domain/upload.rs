//! Uploads: what a client promises of a file, how it is cut into parts, and the way from there to an asset.

use uuid::Uuid;

use super::{
    Error, Result,
    about::About,
    asset::MediaType,
    limits::LIMITS,
    text::{FileName, Prose, Title},
};

/// The smallest part but the last, as S3 has it. Bytes.
pub const MIN_PART: u64 = 5 * 1024 * 1024;
/// The largest part, and the largest file in one request. Bytes.
pub const MAX_PART: u64 = 5 * 1024 * 1024 * 1024;
/// The most parts.
pub const MAX_PARTS: u64 = 10_000;
/// The most parts that are signed at a time.
pub const MAX_SIGNED: u32 = LIMITS.max_signed;
/// What the size of parts is a multiple of, but where one is chosen that is smaller. Bytes.
const STEP: u64 = 1024 * 1024;

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The client has still to send the file, or to say that it did.
    Pending,
    /// The file is being looked at.
    Verifying,
    /// There is an asset of it.
    Ready,
    /// A scanner found something in it; the file is gone.
    Quarantined,
    /// It is not what was promised, or was aborted; the file is gone.
    Failed,
    /// The client took too long; what there was of the file is gone.
    Expired,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Verifying, Self::Ready, Self::Quarantined, Self::Failed, Self::Expired];

    /// How the database writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verifying => "verifying",
            Self::Ready => "ready",
            Self::Quarantined => "quarantined",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// The SHA-256 of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sha256(pub [u8; 32]);

impl Sha256 {
    /// Reads 64 hexadecimal digits. `at` is where the caller gave them.
    ///
    /// # Errors
    /// `INVALID` with the code `sha256` for anything else.
    pub fn parse(text: &str, at: &str) -> Result<Self> {
        let refuse =
            || Error::invalid(at, "sha256", "must be the SHA-256 of the file: 64 hexadecimal digits");
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(refuse());
        }
        let mut sum = [0; 32];
        for (place, digits) in sum.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| refuse())?;
            *place = u8::from_str_radix(digits, 16).map_err(|_| refuse())?;
        }
        Ok(Self(sum))
    }
}

impl std::fmt::Display for Sha256 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A file that a client is about to send, and the asset that is to be made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestUpload {
    /// The brand that it is for.
    pub brand_id: Uuid,
    /// What the file is called.
    pub filename: FileName,
    /// What kind of file it is.
    pub media_type: MediaType,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: Sha256,
    /// The asset's headline.
    pub title: Option<Title>,
    /// What the asset shows.
    pub alt: Option<Prose>,
    /// What more is known of the asset.
    pub about: About,
}

/// How a large file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// The size of every part but the last. Bytes.
    pub part: u64,
    /// How many parts.
    pub count: u32,
}

impl Cut {
    /// Cuts a file into parts of the wanted size, or of larger ones where they would be too many.
    #[must_use]
    pub fn of(bytes: u64, wanted: u64) -> Self {
        let least = bytes.div_ceil(MAX_PARTS).next_multiple_of(STEP);
        let part = wanted.max(least).clamp(MIN_PART, MAX_PART);
        Self { part, count: u32::try_from(bytes.div_ceil(part).max(1)).unwrap_or(u32::MAX) }
    }

    /// The size of a part, counted from 1; nothing where there is no such part.
    #[must_use]
    pub fn size(self, number: u32, bytes: u64) -> Option<u64> {
        let before = u64::from(number.checked_sub(1)?).checked_mul(self.part)?;
        (number <= self.count).then(|| bytes.saturating_sub(before).min(self.part))
    }
}

/// Why an upload came to nothing: a constant code, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `size`, `sha256`, `media_type`, `malware`, `missing`, `aborted`, `expired`.
    pub code: &'static str,
    /// For a person.
    pub message: String,
}

impl Problem {
    /// A problem.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_and_are_never_too_many_or_too_small() {
        for bytes in [1, MIN_PART, MIN_PART + 1, 100_000_000_000, 5 * 1024 * 1024 * 1024 * 1024] {
            for wanted in [0, MIN_PART, 64 * 1024 * 1024] {
                let cut = Cut::of(bytes, wanted);
                assert!(u64::from(cut.count) <= MAX_PARTS && (MIN_PART..=MAX_PART).contains(&cut.part));
                let sizes = (1..=cut.count).map(|number| cut.size(number, bytes).unwrap());
                assert_eq!(sizes.sum::<u64>(), bytes, "{cut:?}");
                assert_eq!((cut.size(0, bytes), cut.size(cut.count + 1, bytes)), (None, None));
            }
        }
        assert_eq!(Cut::of(100_000_000_000, 16 * 1024 * 1024), Cut { part: 16 * 1024 * 1024, count: 5_961 });
    }

    #[test]
    fn a_checksum_is_read_as_it_is_written() {
        let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256::parse(&text.to_uppercase(), "sha256").unwrap().to_string(), text);
        for wrong in ["", "00", &text[1..], &format!("{}é", &text[2..]), &format!("+{}", &text[1..])] {
            assert!(Sha256::parse(wrong, "sha256").is_err(), "{wrong}");
        }
    }
}
