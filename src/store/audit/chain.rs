//! Reads records as they are sealed, writes their seals, and reads the chain back.

use sea_orm::{QueryResult, Value};
use serde_json::Value as Json;

use super::super::{Tx, sql};
use crate::domain::{
    Error, Result,
    audit::{COLUMNS, Link, Seal, Sealable, hex},
};

/// The number of the lock that whoever seals holds, in every process.
const LOCK: i64 = 0x0062_675f_7365_616c;

/// A record's columns as text, each in the one form that is sealed.
fn texts() -> String {
    let text = |column: &&str| match *column {
        "created_at" => {
            "to_char(r.created_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')".to_owned()
        }
        other => format!("r.{other}::text"),
    };
    let texts: Vec<String> = COLUMNS.iter().map(text).collect();
    format!("json_build_array({})", texts.join(", "))
}

/// Makes this transaction the one that seals; false where another is.
///
/// # Errors
/// As the database refuses.
pub async fn seal_alone(tx: &Tx) -> Result<bool> {
    let row = sql::row(tx, "select pg_try_advisory_xact_lock($1) as free", [LOCK.into()]).await?;
    sql::get(&row, "free")
}

/// Lets the statements of this transaction run for as long as they take.
///
/// # Errors
/// As the database refuses.
pub async fn take_time(tx: &Tx) -> Result<()> {
    sql::execute(tx, "set local statement_timeout = 0", []).await.map(|_| ())
}

/// The last seal, without its record.
///
/// # Errors
/// As the database refuses.
pub async fn last(tx: &Tx) -> Result<Option<Link>> {
    let rows = sql::rows(tx, &format!("{SEALS} order by s.sequence desc limit 1"), []).await?;
    rows.first().map(link).transpose()
}

/// The seal of that number, without its record.
///
/// # Errors
/// As the database refuses.
pub async fn find(tx: &Tx, sequence: i64) -> Result<Option<Link>> {
    let rows = sql::rows(tx, &format!("{SEALS} where s.sequence = $1"), [sequence.into()]).await?;
    rows.first().map(link).transpose()
}

const SEALS: &str = "select s.sequence, s.xid, s.position, s.seal, s.key_id, \
    (extract(epoch from s.sealed_at) * 1000000)::bigint as sealed_at, null::json as columns from audit_seal s";

/// Records that can be sealed, in order, at most so many. Every transaction before the oldest that still runs is over, and none
/// begins there any more: a record that is committed late comes into the order late, and is not passed over. Where the
/// database was brought from another cluster, whose transactions had higher numbers, those are over too.
///
/// # Errors
/// As the database refuses.
pub async fn unsealed(tx: &Tx, last: Option<&Link>, most: u32) -> Result<Vec<Sealable>> {
    let bounds = "select pg_snapshot_xmin(s)::text::bigint as low, pg_snapshot_xmax(s)::text::bigint as high \
        from (select pg_current_snapshot() as s) as now";
    let bounds = sql::row(tx, bounds, []).await?;
    let (low, high): (i64, i64) = (sql::get(&bounds, "low")?, sql::get(&bounds, "high")?);
    let from = last.map_or(i64::MIN, |link| if link.xid < high { link.xid } else { i64::MIN });
    let most = || i64::from(most).into();
    let found =
        sql::rows(tx, &select("r.xid >= $1 and r.xid < $2", 3), [from.into(), low.into(), most()]).await?;
    if !found.is_empty() {
        return found.iter().map(sealable).collect();
    }
    // Asked of the very snapshot that this statement sees.
    let foreign = "r.xid >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
    sql::rows(tx, &select(foreign, 1), [most()]).await?.iter().map(sealable).collect()
}

fn select(condition: &str, limit: u8) -> String {
    format!(
        "select r.xid, r.position, {} as columns from audit_record r where {condition} \
         and not exists (select from audit_seal s where s.xid = r.xid and s.position = r.position) \
         order by r.xid, r.position limit ${limit}",
        texts()
    )
}

/// How many records have no seal yet.
///
/// # Errors
/// As the database refuses.
pub async fn count_unsealed(tx: &Tx, last: Option<&Link>) -> Result<u64> {
    let statement = "select count(*) as count from audit_record r where r.xid >= $1 \
        and not exists (select from audit_seal s where s.xid = r.xid and s.position = r.position)";
    let count: i64 =
        sql::get(&sql::row(tx, statement, [last.map_or(0, |link| link.xid).into()]).await?, "count")?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The first record that has no seal though a later transaction's has: its transaction, place and key.
///
/// # Errors
/// As the database refuses.
pub async fn inserted(tx: &Tx, after: Option<&Link>, last: &Link) -> Result<Option<(i64, i64, String)>> {
    let statement = "select r.xid, r.position, r.id::text as id from audit_record r \
        where r.xid < $1 and (r.xid, r.position) > ($2, $3) \
        and $1 < pg_snapshot_xmax(pg_current_snapshot())::text::bigint \
        and not exists (select from audit_seal s where s.xid = r.xid and s.position = r.position) \
        order by r.xid, r.position limit 1";
    let (xid, position) = after.map_or((i64::MIN, i64::MIN), |link| (link.xid, link.position));
    let rows = sql::rows(tx, statement, [last.xid.into(), xid.into(), position.into()]).await?;
    rows.first()
        .map(|row| Ok((sql::get(row, "xid")?, sql::get(row, "position")?, sql::get(row, "id")?)))
        .transpose()
}

/// Adds seals in one statement.
///
/// # Errors
/// As the database refuses.
pub async fn add(tx: &Tx, links: &[Link]) -> Result<()> {
    let numbers = |of: fn(&Link) -> i64| Value::from(links.iter().map(of).collect::<Vec<i64>>());
    let seals: Vec<String> = links.iter().map(|link| hex(&link.seal)).collect();
    let keys: Vec<String> = links.iter().map(|link| link.key_id.clone().unwrap_or_default()).collect();
    let statement = "insert into audit_seal (sequence, xid, position, seal, key_id, sealed_at) \
        select sequence, xid, position, decode(seal, 'hex'), nullif(key_id, ''), \
        timestamptz 'epoch' + sealed_at * interval '1 microsecond' \
        from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::bigint[]) \
        as s(sequence, xid, position, seal, key_id, sealed_at)";
    let values = [
        numbers(|link| link.sequence),
        numbers(|link| link.xid),
        numbers(|link| link.position),
        seals.into(),
        keys.into(),
        numbers(|link| link.sealed_at),
    ];
    sql::execute(tx, statement, values).await.map(|_| ())
}

/// Seals with their records, in order, after one of that number, up to another, at most so many.
///
/// # Errors
/// As the database refuses.
pub async fn page(tx: &Tx, after: i64, to: i64, most: u32) -> Result<Vec<Link>> {
    let statement = format!(
        "select s.sequence, s.xid, s.position, s.seal, s.key_id, \
         (extract(epoch from s.sealed_at) * 1000000)::bigint as sealed_at, \
         case when r.id is not null then {} end as columns \
         from audit_seal s left join audit_record r on r.xid = s.xid and r.position = s.position \
         where s.sequence > $1 and s.sequence <= $2 order by s.sequence limit $3",
        texts()
    );
    let rows = sql::rows(tx, &statement, [after.into(), to.into(), i64::from(most).into()]).await?;
    rows.iter().map(link).collect()
}

fn link(row: &QueryResult) -> Result<Link> {
    let (xid, position) = (sql::get(row, "xid")?, sql::get(row, "position")?);
    let bytes: Vec<u8> = sql::get(row, "seal")?;
    let seal: Seal = bytes.try_into().map_err(|_| Error::internal("a seal has another length"))?;
    let columns: Option<Json> = sql::get(row, "columns")?;
    let record =
        columns.map(|columns| Ok(Sealable { xid, position, columns: read(columns)? })).transpose()?;
    Ok(Link {
        sequence: sql::get(row, "sequence")?,
        xid,
        position,
        seal,
        key_id: sql::get(row, "key_id")?,
        sealed_at: sql::get(row, "sealed_at")?,
        record,
    })
}

fn sealable(row: &QueryResult) -> Result<Sealable> {
    let columns = read(sql::get(row, "columns")?)?;
    Ok(Sealable { xid: sql::get(row, "xid")?, position: sql::get(row, "position")?, columns })
}

fn read(columns: Json) -> Result<[Option<String>; COLUMNS.len()]> {
    let columns: Vec<Option<String>> = serde_json::from_value(columns).map_err(Error::internal)?;
    columns.try_into().map_err(|_| Error::internal("a record has other columns"))
}
