//! What platforms said last: which records came before as they come now.

use uuid::Uuid;

use crate::{
    domain::Result,
    store::{Tx, sql::execute},
};

/// What is remembered of a record that was pulled; nothing of one that was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pulled {
    /// Stands for all of the record. Nil where it is to be looked at again the next time.
    pub digest: Uuid,
    /// Stands for what the record says about the status.
    pub status: Uuid,
}

/// Remembers how records came whose rows were as they should be, or had to wait for others. The rows' versions stay.
///
/// # Errors
/// As the database refuses.
pub async fn remember(tx: &Tx, entries: &[(Uuid, Pulled)], assets: &[(Uuid, Pulled)]) -> Result<()> {
    let pulled = |rows: &[(Uuid, Pulled)]| -> (Vec<Uuid>, Vec<Pulled>) {
        rows.iter().filter(|(_, pulled)| !pulled.digest.is_nil()).copied().unzip()
    };
    let digests = |pulled: &[Pulled]| pulled.iter().map(|pulled| pulled.digest).collect::<Vec<_>>();
    let (ids, entries) = pulled(entries);
    if !ids.is_empty() {
        let sql = "update entry e set pulled_digest = i.digest, pulled_status = i.status \
                   from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as i(id, digest, status) where e.id = i.id \
                   and (e.pulled_digest, e.pulled_status) is distinct from (i.digest, i.status)";
        let status: Vec<Uuid> = entries.iter().map(|pulled| pulled.status).collect();
        execute(tx, sql, [ids.into(), digests(&entries).into(), status.into()]).await?;
    }
    let (ids, assets) = pulled(assets);
    if !ids.is_empty() {
        let sql = "update asset a set pulled_digest = i.digest from unnest($1::uuid[], $2::uuid[]) as i(id, digest) \
                   where a.id = i.id and a.pulled_digest is distinct from i.digest";
        execute(tx, sql, [ids.into(), digests(&assets).into()]).await?;
    }
    Ok(())
}
