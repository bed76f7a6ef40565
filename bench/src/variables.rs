//! Thousands of distinct sets of variables, taken from the data itself, so that no answer is asked for twice in a row.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};
use tokio_postgres::{Client, NoTls, Row};
use uuid::Uuid;

use crate::{Fallible, query::Query};

/// How many sets each query has.
pub(crate) const SETS: i64 = 4_000;
/// The row after which Q5 begins.
pub(crate) const DEEP: i64 = 50_000;

/// Opens one connection.
pub(crate) async fn connect(url: &str) -> Fallible<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The sets of one query, the same for the same data.
pub(crate) async fn draw(client: &Client, query: Query) -> Fallible<Vec<Value>> {
    let (sql, make): (&str, fn(&Row) -> Fallible<Value>) = match query {
        Query::Q1 => (RANDOM, |row| Ok(json!({"id": entry_id(row.try_get("id")?)}))),
        Query::Q2 | Query::Q3 | Query::Q7 => {
            (RANDOM, |row| Ok(json!({"brand": text(row, "brand")?, "before": moment(row)?})))
        }
        Query::Q4 => (RANDOM, |row| {
            Ok(json!({"brand": text(row, "brand")?, "before": moment(row)?, "color": text(row, "color")?}))
        }),
        Query::Q5 => (DEEPER, |row| {
            let id = entry_id(row.try_get("id")?);
            Ok(json!({"brand": text(row, "brand")?, "afterMoment": moment(row)?, "afterId": id}))
        }),
        Query::Q6 => (RANDOM, |row| Ok(json!({"brand": text(row, "brand")?, "text": text(row, "words")?}))),
    };
    let rows = match query {
        Query::Q5 => client.query(sql, &[&SETS, &(DEEP - 1)]).await?,
        _ => client.query(sql, &[&SETS]).await?,
    };
    if rows.is_empty() {
        return Err(format!("{}: the data is too small to draw variables from", query.name()).into());
    }
    rows.iter().map(make).collect()
}

// Hashing the slug shuffles the rows the same way every time. Half of the searches are for one word of a title, half for
// two words of a summary; short words are mostly fillers, which nobody searches for.
const RANDOM: &str = "
    select e.id, b.slug as brand, e.published_at, e.fields ->> 'color' as color,
      case when hashtext(e.slug) % 2 = 0 then (
        select word from regexp_split_to_table(lower(e.title), '[^a-z]+') word where length(word) > 3
        order by md5(word || e.slug) limit 1)
      else (
        select string_agg(word, ' ') from (
          select distinct word, md5(word || e.slug) as place
          from regexp_split_to_table(lower(e.fields ->> 'summary'), '[^a-z]+') word
          where length(word) between 5 and 8
          order by place limit 2) two)
      end as words
    from entry e join brand b on b.id = e.brand_id
    where e.status = 'published' and e.deleted_at is null and e.fields ? 'color' and e.locale = 'en'
      and e.title ~ '[a-z]{4}' and e.fields ->> 'summary' ~ '\\m[a-z]{5,8}\\M'
    order by md5(e.slug) limit $1";

const DEEPER: &str = "
    select e.id, b.slug as brand, e.published_at
    from entry e join brand b on b.id = e.brand_id
    where b.slug = 'acme' and e.status = 'published' and e.deleted_at is null
    order by e.published_at desc, e.id desc limit $1 offset $2";

fn text(row: &Row, column: &str) -> Fallible<String> {
    Ok(row.try_get(column)?)
}

fn moment(row: &Row) -> Fallible<String> {
    Ok(row.try_get::<_, DateTime<Utc>>("published_at")?.to_rfc3339_opts(SecondsFormat::Micros, true))
}

fn entry_id(key: Uuid) -> String {
    format!("entry_{key}")
}
