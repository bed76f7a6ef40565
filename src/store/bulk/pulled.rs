//! What platforms said last: which records came before as they come now.

use uuid::Uuid;

use crate::{
    domain::Result,
    store::{Tx, sql::execute},
};

/// What is remembered of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulled {
    /// Stands for all of the record. Nil where it is to be looked at again the next time, as every record of an import is.
    pub digest: Uuid,
    /// Stands for what the record says about the status. Nil where the record names its row, and what that refers to, by ids of
    /// ours: such references stay where they lead, others follow to nearer translations (`nearer.rs`).
    pub status: Uuid,
}

/// Remembers how records came whose rows were as they should be, or had to wait for others. The rows' versions stay.
///
/// # Errors
/// As the database refuses.
pub async fn remember(tx: &Tx, entries: &[(Uuid, Pulled)], assets: &[(Uuid, Pulled)]) -> Result<()> {
    let id = |rows: &[(Uuid, Pulled)]| rows.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let digest = |rows: &[(Uuid, Pulled)]| rows.iter().map(|(_, pulled)| pulled.digest).collect::<Vec<_>>();
    if !entries.is_empty() {
        let status: Vec<Uuid> = entries.iter().map(|(_, pulled)| pulled.status).collect();
        let sql = "update entry e set pulled_digest = i.digest, pulled_status = i.status \
                   from (select id, nullif(digest, '00000000-0000-0000-0000-000000000000') as digest, \
                     nullif(status, '00000000-0000-0000-0000-000000000000') as status \
                     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u(id, digest, status)) as i where e.id = i.id \
                   and (e.pulled_digest, e.pulled_status) is distinct from (i.digest, i.status)";
        execute(tx, sql, [id(entries).into(), digest(entries).into(), status.into()]).await?;
    }
    if !assets.is_empty() {
        let sql = "update asset a set pulled_digest = i.digest \
                   from (select id, nullif(digest, '00000000-0000-0000-0000-000000000000') as digest \
                     from unnest($1::uuid[], $2::uuid[]) as u(id, digest)) as i \
                   where a.id = i.id and a.pulled_digest is distinct from i.digest";
        execute(tx, sql, [id(assets).into(), digest(assets).into()]).await?;
    }
    Ok(())
}
