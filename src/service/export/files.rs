//! Writes the files that a brand's assets keep into a folder, each once, by its SHA-256, and a list of which asset has which.

use std::{
    io::{self, Write},
    path::Path,
};

use aws_lc_rs::digest;
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};
use tokio::{fs::File, io::AsyncWriteExt};
use uuid::Uuid;

use super::{
    line::{Row, key},
    page::{Pages, columns},
};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Actor, Permission},
        catalog::{Catalog, Noun},
        node::{Kind, NodeId},
        read::Selection,
        upload::Sha256,
    },
    objects::Key,
    service::{Caller, Library, Services, asset_address},
    store,
};

/// The name of the list in the folder.
pub const LIST: &str = "files.ndjson";

/// A line of the list: an asset that keeps a file, and which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    /// The asset's global id.
    pub asset: String,
    /// The SHA-256 of its file in hexadecimal, which is the file's name in the folder.
    pub sha256: String,
    /// The size of its file.
    pub bytes: i64,
}

/// How much was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Files {
    /// Assets that have a file.
    pub assets: u64,
    /// Files that were written.
    pub written: u64,
    /// Files that were in the folder already.
    pub there: u64,
    /// Assets whose file the caller may not have just now, because of its rights.
    pub left_out: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    #[serde(rename = "nodeId", deserialize_with = "key")]
    id: Uuid,
    sha256: Option<String>,
}

impl Row for Kept {
    fn selection(_: &Catalog, noun: &Noun, _: bool) -> Result<Selection> {
        columns(noun, &["sha256"])
    }

    fn id(&self) -> Uuid {
        self.id
    }
}

/// Writes the files of a brand that the caller may have. One that is in the folder already stays; one is there under its name only
/// once it is whole, and the list once all are. Memory does not grow with files.
///
/// # Errors
/// As the export; `UNAVAILABLE` where the store is out of reach, or a file is not what is known of it.
pub async fn run(
    services: &Services,
    library: &Library,
    caller: &Caller,
    brand: &str,
    folder: &Path,
    progress: &mut (dyn FnMut(Files) + Send),
) -> Result<Files> {
    let grant = caller.actor.grant(Permission::AssetRead)?;
    let pages = Pages { library, caller, brand, whole: false };
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let unfinished = folder.join(format!("{LIST}.part"));
    let mut list = io::BufWriter::new(std::fs::File::create(&unfinished).map_err(unwritable)?);
    let (mut done, mut after) = (Files::default(), None);
    loop {
        let page: Vec<Kept> = pages.next("Asset", after).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for Kept { id, sha256 } in page {
            let Some(sha256) = sha256 else { continue };
            let found = store::asset::get_served(&services.db, &grant, id).await?;
            let Some(object) = &found.key else { continue };
            if !matches!(caller.actor, Actor::System(_))
                && asset_address::shown(&found, services.clock.now()).is_err()
            {
                done.left_out = done.left_out.saturating_add(1);
                continue;
            }
            let sha256 = Sha256::parse(&sha256, "sha256")?;
            let target = folder.join(sha256.to_string());
            let bytes = match std::fs::metadata(&target) {
                Ok(there) => {
                    done.there = done.there.saturating_add(1);
                    there.len()
                }
                Err(_) => {
                    done.written = done.written.saturating_add(1);
                    write(services, &Key::stored(object.clone()), &sha256, &target).await?
                }
            };
            let bytes = i64::try_from(bytes).map_err(Error::internal)?;
            let asset = NodeId::new(Kind::Asset, id).to_string();
            let line = FileLine { asset, sha256: sha256.to_string(), bytes };
            let mut text = serde_json::to_vec(&line).map_err(Error::internal)?;
            text.push(b'\n');
            list.write_all(&text).map_err(unwritable)?;
            done.assets = done.assets.saturating_add(1);
            progress(done);
        }
    }
    list.into_inner().map_err(|error| unwritable(error.into_error()))?.sync_all().map_err(unwritable)?;
    std::fs::rename(&unfinished, folder.join(LIST)).map_err(unwritable)?;
    Ok(done)
}

/// Writes one file; how large it is.
async fn write(services: &Services, key: &Key, sha256: &Sha256, target: &Path) -> Result<u64> {
    let unfinished = target.with_extension("part");
    let mut pieces = services.media.store()?.read(key, None).await?;
    let mut file = File::create(&unfinished).await.map_err(unwritable)?;
    let (mut sum, mut bytes) = (digest::Context::new(&digest::SHA256), 0_u64);
    while let Some(piece) = pieces.try_next().await? {
        sum.update(&piece);
        file.write_all(&piece).await.map_err(unwritable)?;
        bytes = bytes.saturating_add(piece.len() as u64);
    }
    if sum.finish().as_ref() != sha256.0 {
        std::fs::remove_file(&unfinished).map_err(unwritable)?;
        let message = format!("the store does not hold what is known of {key}: its SHA-256 is not {sha256}");
        return Err(Error::new(Code::Unavailable, message));
    }
    file.sync_all().await.map_err(unwritable)?;
    std::fs::rename(&unfinished, target).map_err(unwritable)?;
    Ok(bytes)
}

fn unwritable(error: io::Error) -> Error {
    Error::new(Code::Unavailable, "the folder of files cannot be written to").with_source(error)
}
