//! What platforms said last: which records came before as they come now.

use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::{
    domain::Result,
    store::{
        Tx,
        sql::{execute, query},
    },
};

/// What is remembered of a record that was pulled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulled {
    /// Stands for all of the record. Nil where it is to be looked at again the next time.
    pub digest: Uuid,
    /// Stands for what the record says about the status.
    pub status: Uuid,
}

/// A row whose record does not have to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Settled {
    /// The row.
    pub id: Uuid,
    /// Whether a person has deleted it.
    pub deleted: bool,
}

/// Which of the rows were pulled the last time as they come now, or were deleted since; first entries, then assets.
///
/// # Errors
/// As the database refuses.
pub async fn settled(tx: &Tx, entries: &[(Uuid, Pulled)], assets: &[(Uuid, Pulled)]) -> Result<Vec<Settled>> {
    let sql = "select i.id, e.deleted_at is not null as deleted from unnest($1::uuid[], $2::uuid[]) as i(id, digest) \
               join entry e on e.id = i.id and (e.pulled_digest = i.digest or e.deleted_at is not null) union all \
               select i.id, a.deleted_at is not null from unnest($3::uuid[], $4::uuid[]) as i(id, digest) \
               join asset a on a.id = i.id and (a.pulled_digest = i.digest or a.deleted_at is not null)";
    let ids = |rows: &[(Uuid, Pulled)]| rows.iter().map(|(id, _)| *id).collect::<Vec<_>>();
    let digests = |rows: &[(Uuid, Pulled)]| rows.iter().map(|(_, pulled)| pulled.digest).collect::<Vec<_>>();
    let values = [ids(entries).into(), digests(entries).into(), ids(assets).into(), digests(assets).into()];
    query(tx, sql, values).await
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
                   from (select id, digest, nullif(status, '00000000-0000-0000-0000-000000000000') as status \
                     from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as u(id, digest, status)) as i where e.id = i.id \
                   and (e.pulled_digest, e.pulled_status) is distinct from (i.digest, i.status)";
        execute(tx, sql, [id(entries).into(), digest(entries).into(), status.into()]).await?;
    }
    if !assets.is_empty() {
        let sql = "update asset a set pulled_digest = i.digest from unnest($1::uuid[], $2::uuid[]) as i(id, digest) \
                   where a.id = i.id and a.pulled_digest is distinct from i.digest";
        execute(tx, sql, [id(assets).into(), digest(assets).into()]).await?;
    }
    Ok(())
}
