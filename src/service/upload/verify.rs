//! The job that looks at what arrived, byte by byte with constant memory, and makes an asset of it or refuses it.

use aws_lc_rs::digest;
use chrono::TimeDelta;
use futures::TryStreamExt;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    super::{Caller, Services, Unit},
    assemble::{Assembled, assemble},
    claim::Claim,
    complete::{discard, size},
    look::{self, Picture},
    lost::unverified,
};
use crate::{
    domain::{
        Error, Result,
        about::About,
        access::Permission,
        asset::{CreateAsset, FileUrl, MediaType, Metadata},
        change::Changed,
        event::Event,
        node::{Kind, NodeId},
        text::{FileName, Prose, Title},
        upload::{Problem, Sha256, State},
    },
    kit::id,
    objects::{Key, Scan, Store, Verdict},
    store::{
        self, Life,
        asset::{File, Kept},
        stored_object,
        upload::Row,
    },
};

/// The job that looks at a file that was sent; its payload names the upload.
pub const VERIFY: &str = "upload.verify";

/// How much of a picture is held in memory to make a placeholder of. Bytes.
const PICTURE: u64 = 24 * 1024 * 1024;
/// How much of any other file is held in memory to tell what it is. Bytes.
const HEAD: u64 = 64 * 1024;

/// What the asset is to have beside the file.
#[derive(Debug, Deserialize)]
struct Draft {
    title: Option<String>,
    alt: Option<String>,
    about: About,
    /// The asset that waits for this file; a new one is made where there is none.
    asset: Option<Uuid>,
}

/// What a file is found to be.
enum Found {
    Good { picture: Picture, duration_seconds: Option<f64> },
    Wrong(State, Problem),
    Busy(TimeDelta),
}

/// How far a look came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// To its end.
    Done,
    /// Somebody else may be putting the file together: to be asked again after this time.
    Busy(TimeDelta),
}

/// Looks at the file of an upload. It may run twice, even at once: what was decided stays, and only who came last refuses.
///
/// # Errors
/// `UNAVAILABLE` where store or scanner are out of reach; then nothing is decided.
pub async fn verify(services: &Services, caller: &Caller, id: Uuid, claim: &Claim) -> Result<Progress> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let store = services.media.store()?;
    let Some(row) = claim.take(services, caller, &grant, id).await? else { return Ok(Progress::Done) };
    match find(services, caller, store, &row).await? {
        Found::Good { picture, duration_seconds } => {
            accept(services, caller, store, &row, picture, duration_seconds).await?;
        }
        Found::Wrong(state, problem) => refuse(services, caller, id, claim, state, &problem).await?,
        Found::Busy(wait) => return Ok(Progress::Busy(wait)),
    }
    Ok(Progress::Done)
}

/// Ends an upload that nobody is able to look at.
///
/// # Errors
/// As the database refuses.
pub async fn give_up(services: &Services, caller: &Caller, id: Uuid, claim: &Claim) -> Result<()> {
    refuse(services, caller, id, claim, State::Failed, &unverified()).await
}

/// Ends an upload that waits to be looked at, unless somebody else came to look at it meanwhile.
async fn refuse(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    claim: &Claim,
    state: State,
    problem: &Problem,
) -> Result<()> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::upload::lock(unit.tx(), &grant, id).await?;
    if row.state()? != State::Verifying || !claim.holds(&row) {
        return unit.rollback().await;
    }
    let row = store::upload::set_state(unit.tx(), &row, state, Some(problem), None, unit.now()).await?;
    let kind = if state == State::Quarantined { "upload.quarantined" } else { "upload.failed" };
    unit.record(Event::of(kind, row.brand_id, Changed { id, version: row.version }));
    unit.commit().await?;
    // What cannot be removed now is an orphan, and removed later.
    discard(services.media.store()?, &row).await;
    Ok(())
}

async fn find(services: &Services, caller: &Caller, store: &dyn Store, row: &Row) -> Result<Found> {
    let failed = |problem| Ok(Found::Wrong(State::Failed, problem));
    match assemble(services, caller, store, row).await? {
        Assembled::There => {}
        Assembled::Wrong(problem) => return failed(problem),
        Assembled::Busy(wait) => return Ok(Found::Busy(wait)),
    }
    let key = Key::stored(row.key.clone());
    let media_type = look::canonical(&row.media_type);
    let keep = if media_type.starts_with("image/") { PICTURE.min(row.bytes()) } else { HEAD };
    let scan = match &services.media.scanner {
        Some(scanner) => Some(scanner.begin().await?),
        None => None,
    };
    let read = read(store, &key, keep, scan, services.media.settings.scan_bytes).await?;
    if read.bytes != row.bytes() {
        return failed(size(row, read.bytes));
    }
    if read.sha256.to_string() != row.sha256 {
        let message = format!("the SHA-256 {} was promised, that of the file is {}", row.sha256, read.sha256);
        return failed(Problem::new("sha256", message));
    }
    if let Some(why) = look::differs(&read.head, media_type) {
        return failed(Problem::new("media_type", why));
    }
    if let Some(Verdict::Found(name)) = read.verdict {
        let problem = Problem::new("malware", format!("the scanner found {name}"));
        return Ok(Found::Wrong(State::Quarantined, problem));
    }
    let duration_seconds = look::duration(store, &key, read.bytes, media_type, &read.head).await;
    let picture = if media_type.starts_with("image/") {
        let held = read.head.len() as u64 == read.bytes;
        let head = read.head;
        tokio::task::spawn_blocking(move || look::picture(&head, held)).await.map_err(Error::internal)?
    } else {
        Picture::default()
    };
    Ok(Found::Good { picture, duration_seconds })
}

struct Read {
    bytes: u64,
    sha256: Sha256,
    head: Vec<u8>,
    /// What the scanner says, where there is one.
    verdict: Option<Verdict>,
}

async fn read(store: &dyn Store, key: &Key, keep: u64, mut scan: Option<Scan>, scanned: u64) -> Result<Read> {
    let mut pieces = store.read(key, None).await?;
    let mut sum = digest::Context::new(&digest::SHA256);
    let (mut bytes, mut head, mut verdict) = (0_u64, Vec::new(), None);
    while let Some(piece) = pieces.try_next().await? {
        sum.update(&piece);
        let room =
            |bound: u64| usize::try_from(bound.saturating_sub(bytes)).unwrap_or(usize::MAX).min(piece.len());
        head.extend_from_slice(piece.get(..room(keep)).unwrap_or_default());
        if let Some(mut fed) = scan.take() {
            fed.feed(piece.slice(..room(scanned))).await?;
            // A scanner hangs up on who has nothing to say: it does not wait while the rest of a large file is read.
            if bytes.saturating_add(piece.len() as u64) < scanned {
                scan = Some(fed);
            } else {
                verdict = Some(fed.verdict().await?);
            }
        }
        bytes = bytes.saturating_add(piece.len() as u64);
    }
    if let Some(fed) = scan {
        verdict = Some(fed.verdict().await?);
    }
    let sha256 = Sha256(sum.finish().as_ref().try_into().map_err(Error::internal)?);
    Ok(Read { bytes, sha256, head, verdict })
}

/// Makes an asset. The same bytes in the brand are one object: then what was just sent is removed again.
async fn accept(
    services: &Services,
    caller: &Caller,
    store: &dyn Store,
    row: &Row,
    picture: Picture,
    duration_seconds: Option<f64>,
) -> Result<()> {
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let mut unit = Unit::begin(services, caller).await?;
    let row = store::upload::lock(unit.tx(), &grant, row.id).await?;
    if row.state()? != State::Verifying {
        return unit.rollback().await;
    }
    store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
    let new = stored_object::Row {
        id: row.id,
        brand_id: row.brand_id,
        sha256: row.sha256.clone(),
        key: row.key.clone(),
        byte_size: row.byte_size,
        media_type: row.media_type.clone(),
    };
    let object = stored_object::ensure(unit.tx(), &grant, &new, unit.now()).await?;
    let kept = Kept {
        object_id: object.id,
        sha256: object.sha256.clone(),
        duration_seconds,
        placeholder: picture.placeholder.clone(),
    };
    let draft = Draft::deserialize(&row.draft).map_err(Error::internal)?;
    let (kind, made) = match draft.asset {
        Some(id) => {
            let waiting = store::asset::lock(unit.tx(), &grant, id, Life::Live).await?;
            let (width, height) = (picture.width, picture.height);
            let file = File { kept, byte_size: row.byte_size, width, height };
            // What an import brought has been what it is since the moment that its line says.
            let at = waiting.updated_at;
            ("asset.updated", store::asset::keep(unit.tx(), &grant, &waiting, file, at).await?)
        }
        None => {
            let id = id::new(unit.now());
            let asset = asset(&row, draft, &picture, id)?;
            let made = store::asset::insert_kept(unit.tx(), &grant, id, asset, kept, unit.now()).await?;
            ("asset.created", made)
        }
    };
    let id = made.id;
    let done = store::upload::set_state(unit.tx(), &row, State::Ready, None, Some(id), unit.now()).await?;
    unit.record(Event::of(kind, row.brand_id, Changed { id, version: made.version }));
    unit.record(Event::of("upload.ready", row.brand_id, Changed { id: row.id, version: done.version }));
    unit.commit().await?;
    let incoming = row.session.is_none().then(|| Key::incoming(row.brand_id, row.id));
    let double = (object.key != row.key).then(|| Key::stored(row.key.clone()));
    for key in incoming.into_iter().chain(double) {
        if let Err(error) = store.delete(&key).await {
            tracing::warn!(upload.id = %row.id, %error, "a file that is no longer needed could not be removed");
        }
    }
    Ok(())
}

fn asset(row: &Row, draft: Draft, picture: &Picture, id: Uuid) -> Result<CreateAsset> {
    Ok(CreateAsset {
        brand_id: row.brand_id,
        filename: FileName::parse(&row.filename, "filename")?,
        title: draft.title.map(|text| Title::parse(&text, "title")).transpose()?,
        alt: draft.alt.map(|text| Prose::parse(&text, "alt")).transpose()?,
        media_type: MediaType::parse(&row.media_type, "mediaType")?,
        byte_size: Some(row.byte_size),
        width: picture.width,
        height: picture.height,
        url: FileUrl::own(NodeId::new(Kind::Asset, id)),
        metadata: Metadata::default(),
        about: draft.about,
    })
}
