//! Making one object of parts: beside the parts, which stay until the object is there.
//!
//! The order is what a kill at any moment can be survived by: the object is written under another name, made sure of, and renamed;
//! then it is noted which session it was made of; only then parts go, and last of all what says that there is a session. Whoever
//! completes again finds the parts or the note.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Read, Write},
    sync::{Arc, Mutex, PoisonError},
};

use s3s::{
    S3Result,
    crypto::{Checksum as _, Md5},
    dto::{Checksum, CompletedPart},
    s3_error,
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    layout::{Kind, Layout, Notes, Place, SESSION, TAG, Temporary, gone, sync},
    received::hasher,
};

/// The least that every part but the last has, in bytes.
const LEAST: u64 = 5 * 1024 * 1024;
/// Bytes that are read at a time.
const PIECE: usize = 256 * 1024;

/// What is to be made of which parts.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) place: Place,
    pub(super) session: Uuid,
    pub(super) parts: Vec<CompletedPart>,
    /// How large the whole is to be, where that was said. Bytes.
    pub(super) bytes: Option<i64>,
}

/// The sessions that are being put together.
#[derive(Debug, Clone, Default)]
pub(super) struct Joining(Arc<Mutex<HashSet<Uuid>>>);

/// The right to put a session together.
#[derive(Debug)]
pub(super) struct Turn(Joining, Uuid);

impl Joining {
    /// Takes a session, unless somebody else has it.
    pub(super) fn begin(&self, session: Uuid) -> Option<Turn> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(session);
        taken.then(|| Turn(self.clone(), session))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

/// Makes the object, or finds that it was made of this session already; its tag. What is refused, and what fails, leaves the session
/// as it was.
pub(super) fn join(layout: &Layout, wanted: &Wanted) -> S3Result<String> {
    if let Some(tag) = made(layout, &wanted.place, wanted.session) {
        tidy(layout, &wanted.place, wanted.session).map_err(failed)?;
        return Ok(tag);
    }
    if !layout.session(wanted.session).exists() {
        return Err(s3_error!(NoSuchUpload));
    }
    check(layout, wanted)?;
    let Some(object) = layout.object(&wanted.place) else { return Err(s3_error!(InvalidArgument)) };
    let whole = Temporary(layout.temporary(&format!("join-{}", wanted.session)));
    let tag = write(layout, wanted, &whole)?;
    let renamed = || {
        if let Some(folder) = object.parent() {
            fs::create_dir_all(folder)?;
            fs::rename(&whole.0, &object)?;
            sync(folder)?;
        }
        let mut notes = Notes::new();
        notes.insert(TAG.to_owned(), Value::String(tag.clone()));
        notes.insert(SESSION.to_owned(), Value::String(wanted.session.to_string()));
        layout.write_notes(&wanted.place, &notes)?;
        tidy(layout, &wanted.place, wanted.session)
    };
    renamed().map_err(failed)?;
    Ok(tag)
}

/// The tag of an object that was made of a session; nothing where it was not.
pub(super) fn made(layout: &Layout, place: &Place, session: Uuid) -> Option<String> {
    let notes = layout.read_notes(place);
    let of = notes.get(SESSION).and_then(Value::as_str)?;
    let there = layout.object(place).is_some_and(|object| object.exists());
    if !there || Uuid::try_parse(of).ok() != Some(session) {
        return None;
    }
    notes.get(TAG).and_then(Value::as_str).map(str::to_owned)
}

/// Removes what is left of a session that an object was made of: its parts, then the session.
pub(super) fn tidy(layout: &Layout, place: &Place, session: Uuid) -> io::Result<()> {
    gone(fs::rename(layout.promise(place, session), layout.headers(place)))?;
    for (path, kind) in layout.kinds()? {
        if kind == Kind::Part(session) {
            gone(fs::remove_file(path))?;
        }
    }
    gone(fs::remove_file(layout.session(session)))
}

/// Everything that can be told without reading the parts.
fn check(layout: &Layout, wanted: &Wanted) -> S3Result<()> {
    let (mut before, mut whole) = (0, 0_u64);
    for (at, part) in wanted.parts.iter().enumerate() {
        let Some(number) = part.part_number else {
            return Err(s3_error!(InvalidRequest, "a part has no number"));
        };
        if number <= before {
            return Err(s3_error!(InvalidPartOrder, "part {number} comes after part {before}"));
        }
        before = number;
        let bytes = match fs::metadata(layout.part(wanted.session, number)) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(s3_error!(InvalidPart, "part {number} is not there"));
            }
            Err(error) => return Err(failed(error)),
        };
        if bytes < LEAST && at.saturating_add(1) < wanted.parts.len() {
            return Err(s3_error!(EntityTooSmall, "part {number} has {bytes} bytes, and is not the last"));
        }
        whole = whole.saturating_add(bytes);
    }
    match wanted.bytes {
        Some(bytes) if u64::try_from(bytes).ok() != Some(whole) => {
            Err(s3_error!(InvalidRequest, "{bytes} bytes were promised, the parts have {whole}"))
        }
        _ if wanted.parts.is_empty() => Err(s3_error!(InvalidPart, "there are no parts")),
        _ => Ok(()),
    }
}

/// Writes the parts one after the other and holds each against what was said of it; the tag of the whole.
fn write(layout: &Layout, wanted: &Wanted, whole: &Temporary) -> S3Result<String> {
    let mut target = File::create(&whole.0).map_err(failed)?;
    let (mut tags, mut buffer) = (Md5::new(), vec![0; PIECE]);
    for part in &wanted.parts {
        let number = part.part_number.unwrap_or_default();
        let mut source = File::open(layout.part(wanted.session, number)).map_err(failed)?;
        let (mut sum, mut asked) = (Md5::new(), hasher(&said(part)));
        loop {
            let read = source.read(&mut buffer).map_err(failed)?;
            let piece = buffer.get(..read).unwrap_or_default();
            if piece.is_empty() {
                break;
            }
            sum.update(piece);
            asked.update(piece);
            target.write_all(piece).map_err(failed)?;
        }
        let sum = sum.finalize();
        if part.e_tag.as_ref().is_some_and(|tag| tag.value() != hexadecimal(&sum)) {
            return Err(s3_error!(InvalidPart, "part {number} is not the one that was meant"));
        }
        if asked.finalize() != said(part) {
            return Err(s3_error!(BadDigest, "part {number} has another checksum"));
        }
        tags.update(&sum);
    }
    target.sync_all().map_err(failed)?;
    Ok(format!("{}-{}", hexadecimal(&tags.finalize()), wanted.parts.len()))
}

fn said(part: &CompletedPart) -> Checksum {
    Checksum {
        checksum_crc32: part.checksum_crc32.clone(),
        checksum_crc32c: part.checksum_crc32c.clone(),
        checksum_sha1: part.checksum_sha1.clone(),
        checksum_sha256: part.checksum_sha256.clone(),
        checksum_crc64nvme: part.checksum_crc64nvme.clone(),
        ..Checksum::default()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(error: io::Error) -> s3s::S3Error {
    s3_error!(error, InternalError)
}
