//! The files of `brandgraph import --files`: which asset has which is in a list beside them.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use super::super::{backend::Backend, config::Config, failure::Failure, files::FilesBeside, say};
use crate::{
    domain::{
        Result,
        node::{Kind, NodeId},
        upload::Sha256,
    },
    service::{
        Caller, Services,
        export::files::{FileLine, LIST},
        upload::{Brought, bring},
    },
};

/// Brings the files of a folder in, one after the other; how many could not be. Each that could not is told with the reason, and
/// the others go on.
pub(super) async fn run(
    config: &Config,
    backend: &Backend,
    caller: &Caller,
    folder: &Path,
) -> std::result::Result<u64, Failure> {
    let files = FilesBeside::open(config, backend).await?;
    let services = backend.services.clone().with_media(files.media.clone());
    let path = folder.join(LIST);
    let unreadable = |error: std::io::Error| Failure::because(path.display(), &error);
    let list = BufReader::new(File::open(&path).map_err(unreadable)?);
    let (mut kept, mut there, mut refused) = (0_u64, 0_u64, 0_u64);
    for (number, line) in list.split(b'\n').enumerate() {
        let line = line.map_err(unreadable)?;
        match one(&services, caller, folder, &line).await {
            Ok(Brought::Kept) => kept = kept.saturating_add(1),
            Ok(Brought::There) => there = there.saturating_add(1),
            Err(error) => {
                refused = refused.saturating_add(1);
                say(format_args!("{} line {}: {error}", path.display(), number.saturating_add(1)));
            }
        }
    }
    say(format_args!("{kept} files brought in, {there} were there, {refused} refused"));
    Ok(refused)
}

async fn one(services: &Services, caller: &Caller, folder: &Path, line: &[u8]) -> Result<Brought> {
    let wrong = |error: serde_json::Error| {
        crate::domain::Error::invalid("line", "json", "is not as an export writes it").with_source(error)
    };
    let line: FileLine = serde_json::from_slice(line).map_err(wrong)?;
    let asset = NodeId::parse_as(Kind::Asset, &line.asset, "asset")?;
    // Parsed, the name is 64 hexadecimal digits and leads nowhere else.
    let sha256 = Sha256::parse(&line.sha256, "sha256")?;
    let path = folder.join(sha256.to_string());
    bring(services, caller, asset, sha256, &path).await
}
