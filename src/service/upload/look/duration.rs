//! How long a recording takes, from the headers of WAV and MP4: a few small reads, however large the file.

use futures::TryStreamExt;

use crate::{
    domain::Result,
    objects::{Key, Store},
};

/// The most boxes at the top of an MP4 that are stepped over.
const MAX_BOXES: u32 = 32;
/// How many bytes of an MP4's description are read.
const DESCRIPTION: u64 = 64 * 1024;

/// How long it takes to play a file of so many bytes, in seconds, where its header says so. It is good to know and no more: where
/// it cannot be read, nothing is known, and the file is taken all the same.
pub(in super::super) async fn duration(
    store: &dyn Store,
    key: &Key,
    bytes: u64,
    media_type: &str,
    head: &[u8],
) -> Option<f64> {
    match media_type {
        "audio/wav" => wav(head),
        "video/mp4" | "audio/mp4" | "video/quicktime" => {
            mp4(store, key, bytes).await.unwrap_or_else(|error| {
                tracing::debug!(%error, "how long a recording takes could not be read");
                None
            })
        }
        _ => None,
    }
}

/// The size of the samples by the bytes that are played in a second.
fn wav(head: &[u8]) -> Option<f64> {
    let (mut at, mut rate) = (12_usize, None);
    loop {
        let name = head.get(at..at.checked_add(4)?)?;
        let size = u32::from_le_bytes(head.get(at.checked_add(4)?..at.checked_add(8)?)?.try_into().ok()?);
        let body = at.checked_add(8)?;
        match name {
            b"fmt " => {
                let bytes = head.get(body.checked_add(8)?..body.checked_add(12)?)?;
                rate = Some(u32::from_le_bytes(bytes.try_into().ok()?)).filter(|rate| *rate > 0);
            }
            b"data" => return rate.map(|rate| f64::from(size) / f64::from(rate)),
            _ => {}
        }
        at = body.checked_add(usize::try_from(size).ok()?.checked_next_multiple_of(2)?)?;
    }
}

/// The description of an MP4 stands before the recording or behind it: what is in between is stepped over.
async fn mp4(store: &dyn Store, key: &Key, bytes: u64) -> Result<Option<f64>> {
    let mut at = 0_u64;
    for _ in 0..MAX_BOXES {
        // A store refuses to read what lies behind the end.
        if at >= bytes {
            break;
        }
        let head = read(store, key, at, 16).await?;
        let Some((name, size)) = top(&head) else { return Ok(None) };
        if &name == b"moov" {
            return Ok(movie(&read(store, key, at, size.min(DESCRIPTION)).await?));
        }
        let Some(next) = at.checked_add(size).filter(|_| size >= 8) else { return Ok(None) };
        at = next;
    }
    Ok(None)
}

fn top(head: &[u8]) -> Option<([u8; 4], u64)> {
    let size = u32::from_be_bytes(head.get(..4)?.try_into().ok()?);
    let name = head.get(4..8)?.try_into().ok()?;
    let size =
        if size == 1 { u64::from_be_bytes(head.get(8..16)?.try_into().ok()?) } else { u64::from(size) };
    Some((name, size))
}

/// `mvhd` says how many units of which length.
fn movie(description: &[u8]) -> Option<f64> {
    let at = description.windows(4).position(|word| word == b"mvhd")?;
    let body = description.get(at.checked_add(4)?..)?;
    let word = |from: usize| Some(u32::from_be_bytes(body.get(from..from.checked_add(4)?)?.try_into().ok()?));
    let (scale, length) = match body.first()? {
        0 => (word(12)?, f64::from(word(16)?)),
        1 => (word(20)?, f64::from(word(24)?) * 4_294_967_296.0 + f64::from(word(28)?)),
        _ => return None,
    };
    (scale > 0).then(|| length / f64::from(scale)).filter(|seconds| *seconds > 0.0)
}

async fn read(store: &dyn Store, key: &Key, from: u64, most: u64) -> Result<Vec<u8>> {
    let mut pieces = store.read(key, Some((from, most))).await?;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.try_next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_say_how_long() {
        let mut sound = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x02\0\x44\xac\0\0".to_vec();
        sound.extend(176_400_u32.to_le_bytes());
        sound.extend(b"\x04\0\x10\0LIST\x03\0\0\0abc\0data");
        sound.extend((176_400_u32 * 3).to_le_bytes());
        assert_eq!(wav(&sound), Some(3.0));
        assert_eq!(wav(&sound[..30]), None);
        let mut film = b"\0\0\0\x74moov\0\0\0\x6cmvhd\0\0\0\0\0\0\0\0\0\0\0\0".to_vec();
        film.extend(600_u32.to_be_bytes());
        film.extend(1_500_u32.to_be_bytes());
        assert_eq!(movie(&film), Some(2.5));
        assert_eq!(movie(b"moov....mvhd"), None);
    }
}
