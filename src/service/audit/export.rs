//! Writes sealed records out, one JSON object a line, so that they can be kept and verified elsewhere.

use std::io::Write;

use super::{
    super::{Caller, Services, Unit},
    line,
};
use crate::{
    domain::{Error, Result, audit::NO_SEAL},
    store::audit::chain,
};

/// How many records are read at a time.
const PAGE: u32 = 1_000;

/// Writes the records of the seals from one number to another, both included; how many. Records that are not sealed yet, and those that
/// are gone, are left out: `verify` tells of the latter.
///
/// # Errors
/// As the database refuses, and where the target cannot be written to.
pub async fn export(
    services: &Services,
    from: Option<i64>,
    to: Option<i64>,
    target: &mut (dyn Write + Send),
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64> {
    let failed = |error: std::io::Error| Error::internal(error);
    let unit = Unit::begin(services, &Caller::system("export")).await?;
    let mut at = from.unwrap_or(1).max(1) - 1;
    let to = to.unwrap_or(i64::MAX);
    let mut previous = chain::find(unit.tx(), at).await?.map_or(NO_SEAL, |link| link.seal);
    let mut count = 0;
    loop {
        let page = chain::page(unit.tx(), at, to, PAGE).await?;
        let Some(end) = page.last() else { break };
        at = end.sequence;
        for link in &page {
            if let Some(record) = &link.record {
                writeln!(target, "{}", line::write(&previous, link, record)?).map_err(failed)?;
                count += 1;
            }
            previous = link.seal;
        }
        progress(count);
    }
    target.flush().map_err(failed)?;
    unit.rollback().await?;
    Ok(count)
}
