//! Bytes on their way into the store, held against what was said of them while they still have no name.
//!
//! `s3s-fs` gives a file its name when the last byte is there, and compares checksums after that. Here the stream of bytes itself fails
//! at its end where they are not the ones that were meant, so that what was written goes, and what had the name keeps it.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use futures::{Stream, StreamExt};
use s3s::{
    S3Error, S3Result, StdError, TrailingHeaders,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Md5},
    dto::{Checksum, ChecksumAlgorithm, PutObjectInput, StreamingBlob, UploadPartInput},
    s3_error,
    stream::{ByteStream, RemainingLength},
};

/// What was said of the bytes of a request.
#[derive(Debug)]
pub(super) struct Said {
    /// How many.
    bytes: Option<i64>,
    /// Their MD5, in base64.
    md5: Option<String>,
    /// Which checksum is told, if only after the bytes.
    algorithm: Option<ChecksumAlgorithm>,
    sums: Checksum,
    /// What is told after the bytes.
    trailers: Option<TrailingHeaders>,
}

/// What was said in the fields that both inputs have.
macro_rules! said {
    ($input:expr, $trailers:expr) => {
        Said {
            bytes: $input.content_length,
            md5: $input.content_md5.clone(),
            algorithm: $input.checksum_algorithm.clone(),
            sums: Checksum {
                checksum_crc32: $input.checksum_crc32.clone(),
                checksum_crc32c: $input.checksum_crc32c.clone(),
                checksum_sha1: $input.checksum_sha1.clone(),
                checksum_sha256: $input.checksum_sha256.clone(),
                checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
                ..Checksum::default()
            },
            trailers: $trailers.cloned(),
        }
    };
}

impl Said {
    pub(super) fn of_object(input: &PutObjectInput, trailers: Option<&TrailingHeaders>) -> Self {
        said!(input, trailers)
    }

    pub(super) fn of_part(input: &UploadPartInput, trailers: Option<&TrailingHeaders>) -> Self {
        said!(input, trailers)
    }
}

/// Why bytes were refused, once they were.
#[derive(Debug, Clone, Default)]
pub(super) struct Refusal(Arc<Mutex<Option<S3Error>>>);

impl Refusal {
    /// The refusal instead of what became of it further on.
    pub(super) fn or<T>(&self, answer: S3Result<T>) -> S3Result<T> {
        match self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(refusal) => Err(refusal),
            None => answer,
        }
    }
}

/// The same bytes, which end with an error where they are not those that were meant; and where it will be told why.
///
/// # Errors
/// For what is said in a way that cannot be read.
pub(super) fn held(body: StreamingBlob, said: Said) -> S3Result<(StreamingBlob, Refusal)> {
    let md5 = said.md5.as_ref().map(|text| BASE64_STANDARD.decode(text)).transpose();
    let md5 = md5.map_err(|error| s3_error!(error, InvalidDigest))?;
    let mut asked = hasher(&said.sums);
    match said.algorithm.as_ref().map(ChecksumAlgorithm::as_str) {
        None => {}
        Some(ChecksumAlgorithm::CRC32) => asked.crc32 = Some(Default::default()),
        Some(ChecksumAlgorithm::CRC32C) => asked.crc32c = Some(Default::default()),
        Some(ChecksumAlgorithm::CRC64NVME) => asked.crc64nvme = Some(Default::default()),
        Some(ChecksumAlgorithm::SHA1) => asked.sha1 = Some(Default::default()),
        Some(ChecksumAlgorithm::SHA256) => asked.sha256 = Some(Default::default()),
        Some(other) => return Err(s3_error!(NotImplemented, "there is no checksum {other} here")),
    }
    let refusal = Refusal::default();
    let sums = Sums { asked, md5: Md5::new(), bytes: 0 };
    let held = Held { body, said, md5, sums: Some(sums), refusal: refusal.clone() };
    Ok((StreamingBlob::new(held), refusal))
}

/// What makes the checksums that are told.
pub(super) fn hasher(told: &Checksum) -> ChecksumHasher {
    ChecksumHasher {
        crc32: told.checksum_crc32.is_some().then(Default::default),
        crc32c: told.checksum_crc32c.is_some().then(Default::default),
        sha1: told.checksum_sha1.is_some().then(Default::default),
        sha256: told.checksum_sha256.is_some().then(Default::default),
        crc64nvme: told.checksum_crc64nvme.is_some().then(Default::default),
    }
}

/// What is known of the bytes so far.
struct Sums {
    asked: ChecksumHasher,
    md5: Md5,
    bytes: u64,
}

struct Held {
    body: StreamingBlob,
    said: Said,
    /// What was said of the MD5.
    md5: Option<Vec<u8>>,
    /// Nothing once they were looked at.
    sums: Option<Sums>,
    refusal: Refusal,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("said", &self.said).finish_non_exhaustive()
    }
}

impl Held {
    /// Holds what came against what was said.
    fn check(&self, sums: Sums) -> S3Result<()> {
        if self.said.bytes.is_some_and(|said| u64::try_from(said).ok() != Some(sums.bytes)) {
            return Err(s3_error!(
                IncompleteBody,
                "{} bytes came, which is not what was promised",
                sums.bytes
            ));
        }
        if self.md5.as_ref().is_some_and(|said| said[..] != sums.md5.finalize()[..]) {
            return Err(s3_error!(BadDigest, "content_md5 mismatch"));
        }
        let found = sums.asked.finalize();
        let trailed = |name: &str| {
            let trailers = self.said.trailers.as_ref()?;
            trailers.read(|all| all.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned))?
        };
        let told = &self.said.sums;
        for (name, found, told) in [
            ("crc32", found.checksum_crc32, &told.checksum_crc32),
            ("crc32c", found.checksum_crc32c, &told.checksum_crc32c),
            ("sha1", found.checksum_sha1, &told.checksum_sha1),
            ("sha256", found.checksum_sha256, &told.checksum_sha256),
            ("crc64nvme", found.checksum_crc64nvme, &told.checksum_crc64nvme),
        ] {
            if found != trailed(&format!("x-amz-checksum-{name}")).or_else(|| told.clone()) {
                return Err(s3_error!(BadDigest, "checksum_{name} mismatch"));
            }
        }
        Ok(())
    }
}

impl Stream for Held {
    type Item = Result<Bytes, StdError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match ready!(self.body.poll_next_unpin(context)) {
            Some(Ok(piece)) => {
                if let Some(sums) = &mut self.sums {
                    sums.asked.update(&piece);
                    sums.md5.update(&piece);
                    sums.bytes = sums.bytes.saturating_add(piece.len() as u64);
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Some(Err(error)) => {
                // What broke off is not held against anything.
                self.sums = None;
                Poll::Ready(Some(Err(error)))
            }
            None => {
                let Some(Err(refusal)) = self.sums.take().map(|sums| self.check(sums)) else {
                    return Poll::Ready(None);
                };
                *self.refusal.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                Poll::Ready(Some(Err("these are not the bytes that were meant".into())))
            }
        }
    }
}

impl ByteStream for Held {
    fn remaining_length(&self) -> RemainingLength {
        self.body.remaining_length()
    }
}
