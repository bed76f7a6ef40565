//! Bounded counts and facets over all the rows of a list, whatever its page.

use super::{
    arguments::Arguments,
    rows::{self, From},
    sql,
};
use crate::{
    domain::{
        Result,
        fields::Kind,
        node,
        read::{Bucket, CountPart, Facet, FacetPart, LIMITS, Rows},
    },
    store::path,
};

/// How many rows there are, looked at up to the bound.
pub(super) fn total(
    parts: &[(String, CountPart)],
    rows: &Rows,
    from: Option<From<'_>>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let bound = LIMITS.max_count;
    let found = rows::matching(rows, from, arguments)?;
    let pairs: Vec<(String, String)> = parts
        .iter()
        .map(|(key, part)| {
            let value = match part {
                CountPart::Typename(name) => sql::word(name),
                CountPart::Value => format!("least(count(*), {bound})"),
                CountPart::Relation => {
                    format!("case when count(*) > {bound} then 'AT_LEAST' else 'EXACT' end")
                }
            };
            (key.clone(), value)
        })
        .collect();
    Ok(format!(
        "(select {} from (select 1 from {} where {} limit {}) c)",
        sql::object(&pairs),
        found.tables,
        sql::all(&found.conditions),
        bound.saturating_add(1)
    ))
}

/// How many rows there are by value, for each facet.
pub(super) fn facets(
    parts: &[(String, FacetPart)],
    rows: &Rows,
    from: Option<From<'_>>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let mut pairs = Vec::with_capacity(parts.len());
    for (key, part) in parts {
        let value = match part {
            FacetPart::Typename(name) => sql::word(name),
            FacetPart::Counts(facet, limit, buckets) => {
                counts(facet, *limit, buckets, rows, from, arguments)?
            }
        };
        pairs.push((key.clone(), value));
    }
    Ok(sql::object(&pairs))
}

/// Every row once.
const COUNT: &str = "count(*)";

/// Where the values of a facet come from.
struct Counted {
    joined: String,
    value: String,
    label: String,
    id: String,
    group: String,
    /// What is counted: rows, or each row once where it can come several times in one group.
    count: String,
}

fn counts(
    facet: &Facet,
    limit: u32,
    buckets: &[(String, Bucket)],
    rows: &Rows,
    from: Option<From<'_>>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let found = rows::matching(rows, from, arguments)?;
    let Counted { joined, value, label, id, group, count } = counted(facet, &found.scope.alias, arguments);
    let mut conditions = found.conditions;
    if matches!(facet, Facet::Field(_)) {
        conditions.push(format!("jsonb_typeof({value}) <> 'null'"));
    }
    let pairs: Vec<(String, String)> = buckets
        .iter()
        .map(|(key, part)| {
            let value = match part {
                Bucket::Typename(name) => sql::word(name),
                Bucket::Value => "f.v".to_owned(),
                Bucket::Label => "f.l".to_owned(),
                Bucket::Id => "f.i".to_owned(),
                Bucket::Count => "f.c".to_owned(),
            };
            (key.clone(), value)
        })
        .collect();
    Ok(format!(
        "(select coalesce(json_agg({}), '[]') from (select {value} as v, {label} as l, {id} as i, {count} as c \
         from {}{joined} where {} group by {group} order by c desc, l, v limit {limit}) f)",
        sql::object(&pairs),
        found.tables,
        sql::all(&conditions)
    ))
}

fn counted(facet: &Facet, row: &str, arguments: &mut Arguments<'_>) -> Counted {
    let through = |link: &str, table: &str, kind: node::Kind, arguments: &mut Arguments<'_>| {
        let (between, node) = (arguments.alias(), arguments.alias());
        Counted {
            joined: format!(
                " join {link} {between} on {between}.entry_id = {row}.id join {table} {node} on {node}.id = \
                 {between}.{table}_id"
            ),
            value: format!("{node}.slug"),
            label: format!("{node}.name"),
            id: format!("'{}_' || {node}.id", kind.prefix()),
            group: format!("{node}.id"),
            count: COUNT.to_owned(),
        }
    };
    let plain = |value: String| Counted {
        joined: String::new(),
        label: value.clone(),
        id: "null".to_owned(),
        group: value.clone(),
        count: COUNT.to_owned(),
        value,
    };
    match facet {
        Facet::Tags => through("entry_tag", "tag", node::Kind::Tag, arguments),
        Facet::Categories { with_descendants: false } => {
            through("entry_category", "category", node::Kind::Category, arguments)
        }
        Facet::Categories { with_descendants: true } => {
            let (between, leaf, node) = (arguments.alias(), arguments.alias(), arguments.alias());
            Counted {
                joined: format!(
                    " join entry_category {between} on {between}.entry_id = {row}.id join category {leaf} on {leaf}.id = \
                     {between}.category_id join category {node} on {node}.id = any({leaf}.path)"
                ),
                value: format!("{node}.slug"),
                label: format!("{node}.name"),
                id: format!("'{}_' || {node}.id", node::Kind::Category.prefix()),
                group: format!("{node}.id"),
                count: format!("count(distinct {row}.id)"),
            }
        }
        Facet::ContentTypes => {
            let node = arguments.alias();
            Counted {
                joined: format!(" join content_type {node} on {node}.id = {row}.content_type_id"),
                value: format!("{node}.key"),
                label: format!("{node}.name"),
                id: format!("'{}_' || {node}.id", node::Kind::ContentType.prefix()),
                group: format!("{node}.id"),
                count: COUNT.to_owned(),
            }
        }
        Facet::Statuses => plain(format!("upper({row}.status)")),
        Facet::Locales => plain(format!("{row}.locale")),
        Facet::Field(custom) => {
            let (found, each) = (path::expression(row, custom, Kind::List), arguments.alias());
            Counted {
                // What is no list is a list of one. Equal numbers are one value, however they were written.
                joined: format!(
                    " cross join lateral jsonb_array_elements(case jsonb_typeof({found}) when 'array' then {found} \
                     else jsonb_build_array({found}) end) {each}(v)"
                ),
                value: format!("{each}.v"),
                label: format!("{each}.v #>> '{{}}'"),
                id: "null".to_owned(),
                group: format!("{each}.v"),
                count: format!("count(distinct {row}.id)"),
            }
        }
    }
}
