//! Brings the file of an asset that is there already: sent, and looked at, as any client's.

use std::{io, path::Path};

use bytes::Bytes;
use chrono::TimeDelta;
use futures::{Stream, stream};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};
use uuid::Uuid;

use super::{
    super::{Caller, Services},
    claim::Claim,
    complete::complete_in,
    parts::parts,
    request::request_for,
    verify::{Progress, verify},
};
use crate::{
    domain::{
        Code, Error, Result,
        about::About,
        access::Permission,
        asset::{FileUrl, MediaType},
        node::{Kind, NodeId},
        text::FileName,
        upload::{MAX_SIGNED, RequestUpload, Sha256, State},
    },
    objects::send,
    store,
};

/// How many bytes are read at a time.
const PIECE: usize = 256 * 1024;
/// When somebody else looks at a file, if whoever brought it did not come to it.
const OTHERS_LOOK: TimeDelta = TimeDelta::hours(1);

/// What came of bringing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Brought {
    /// It is kept now.
    Kept,
    /// The asset had its file.
    There,
}

/// Brings the file of an asset whose address is on this server and that has none yet: one that was imported without its bytes.
///
/// # Errors
/// `NOT_FOUND` where there is no such asset; `INVALID` where its file is elsewhere, or what is brought is not what was promised, is
/// of a kind that is not taken, or was found by the scanner; `LIMIT_EXCEEDED`; `UNAVAILABLE` where the file cannot be read, or the
/// store or the scanner are out of reach.
pub async fn bring(
    services: &Services,
    caller: &Caller,
    asset: Uuid,
    sha256: Sha256,
    path: &Path,
) -> Result<Brought> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let found = store::asset::get_served(&services.db, &grant, asset).await?;
    if found.key.is_some() {
        return Ok(Brought::There);
    }
    if found.url != FileUrl::own(NodeId::new(Kind::Asset, asset)).as_str() {
        return Err(Error::invalid("asset", "elsewhere", "its file is kept elsewhere"));
    }
    let bytes = tokio::fs::metadata(path).await.map_err(unreadable)?.len();
    let command = RequestUpload {
        brand_id: found.brand_id,
        filename: FileName::parse(&found.filename, "filename")?,
        media_type: MediaType::parse(&found.media_type, "mediaType")?,
        bytes,
        sha256,
        title: None,
        alt: None,
        about: About::default(),
    };
    let requested = request_for(services, caller, command, Some(asset)).await?;
    match &requested.put {
        Some(put) => send(put, bytes, read(path, 0, bytes)).await?,
        None => loop {
            let missing = parts(services, caller, requested.id, 0, MAX_SIGNED).await?;
            if missing.urls.is_empty() {
                break;
            }
            for (number, part, put) in missing.urls {
                let from = missing.size.saturating_mul(u64::from(number.saturating_sub(1)));
                send(&put, part, read(path, from, part)).await?;
            }
        },
    }
    complete_in(services, caller, requested.id, Some(OTHERS_LOOK)).await?;
    if let Progress::Busy(_) = verify(services, caller, requested.id, &Claim::own(services)).await? {
        return Err(Error::new(Code::Unavailable, "somebody else is looking at the file"));
    }
    let row = store::upload::get(&services.db, &grant, requested.id).await?;
    match row.state()? {
        State::Ready => Ok(Brought::Kept),
        _ => Err(Error::invalid("file", "refused", row.problem.unwrap_or(row.state))),
    }
}

/// So many bytes of a file from a place, piece by piece.
fn read(path: &Path, from: u64, bytes: u64) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let path = path.to_owned();
    stream::try_unfold((None, bytes), move |(open, left): (Option<File>, u64)| {
        let path = path.clone();
        async move {
            if left == 0 {
                return Ok(None);
            }
            let mut file = match open {
                Some(file) => file,
                None => {
                    let mut file = File::open(&path).await?;
                    file.seek(io::SeekFrom::Start(from)).await?;
                    file
                }
            };
            let mut piece = vec![0; usize::try_from(left).unwrap_or(PIECE).min(PIECE)];
            let read = file.read(&mut piece).await?;
            if read == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
            }
            piece.truncate(read);
            Ok(Some((Bytes::from(piece), (Some(file), left.saturating_sub(read as u64)))))
        }
    })
}

fn unreadable(error: io::Error) -> Error {
    Error::new(Code::Unavailable, "the file cannot be read").with_source(error)
}
