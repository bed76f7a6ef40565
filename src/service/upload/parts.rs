//! The parts of an upload: which are there, and where to send those that are not.

use futures::{StreamExt, TryStreamExt, stream};
use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    request::{life, sign},
};
use crate::{
    domain::{
        Code, Error, Result,
        access::Permission,
        upload::{Cut, MAX_SIGNED, State},
    },
    objects::{Key, Presigned},
    store::{self, upload::Row},
};

/// How many addresses are signed at a time.
const AT_ONCE: usize = 8;

/// The parts of an upload.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The size of every part but the last, in bytes.
    pub size: u64,
    /// How many there are to be.
    pub count: u32,
    /// The numbers of those that are there and whole.
    pub uploaded: Vec<u32>,
    /// Where to send those that were asked for.
    pub urls: Vec<(u32, u64, Presigned)>,
}

/// How an upload is cut; nothing where it is sent in one request.
pub(super) fn cut(row: &Row) -> Option<Cut> {
    let part = row.part_size.and_then(|size| u64::try_from(size).ok())?;
    let count = row.part_count.and_then(|count| u32::try_from(count).ok())?;
    Some(Cut { part, count })
}

/// The parts of an upload that waits for them: which are there, and where to send at most `first` of those after a number that
/// are not. A file that is sent in one request is one part.
///
/// # Errors
/// `NOT_FOUND`, `CONFLICT` where the upload is no longer waited for, `LIMIT_EXCEEDED` for too many at once.
pub async fn parts(services: &Services, caller: &Caller, id: Uuid, after: u32, first: u32) -> Result<Parts> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let store = services.media.store()?;
    if first > MAX_SIGNED {
        return Err(Error::limit_at(
            "first",
            ("max_signed", "parts that are signed at a time"),
            MAX_SIGNED,
            first,
        ));
    }
    let row = store::upload::get(&services.db, &grant, id).await?;
    let unit = Unit::begin(services, caller).await?;
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    unit.rollback().await?;
    if row.state()? != State::Pending {
        return Err(Error::new(
            Code::Conflict,
            format!("this upload takes no more parts: it is {}", row.state),
        ));
    }
    let (Some(cut), Some(session)) = (cut(&row), row.session.clone()) else {
        let found = store.find(&Key::incoming(row.brand_id, row.id)).await?;
        let there = found.is_some_and(|found| found.bytes == row.bytes());
        let put = if there || after > 0 || first == 0 { None } else { sign(services, &row).await? };
        return Ok(Parts {
            size: row.bytes(),
            count: 1,
            uploaded: there.then_some(1).into_iter().collect(),
            urls: put.map(|put| (1, row.bytes(), put)).into_iter().collect(),
        });
    };
    let key = Key::stored(row.key.clone());
    let found = store.parts(&key, &session).await?.unwrap_or_default();
    let whole = found.iter().filter(|part| cut.size(part.number, row.bytes()) == Some(part.bytes));
    let uploaded: Vec<u32> = whole.map(|part| part.number).collect();
    let life = life(services, &row);
    let missing = (after.saturating_add(1)..=cut.count).filter(|number| !uploaded.contains(number));
    let wanted = usize::try_from(first).unwrap_or_default();
    let signed = missing.take(wanted).map(|number| {
        let (key, session, bytes) = (&key, &session, cut.size(number, row.bytes()).unwrap_or_default());
        async move {
            let signed = store.presign_part(key, session, number, bytes, life).await?;
            Ok::<_, Error>((number, bytes, signed))
        }
    });
    let signed: Vec<_> = signed.collect();
    let urls = stream::iter(signed).buffered(AT_ONCE).try_collect().await?;
    Ok(Parts { size: cut.part, count: cut.count, uploaded, urls })
}
