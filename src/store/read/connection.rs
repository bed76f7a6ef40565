//! A page of related rows as one JSON expression: edges, nodes, page info, count and facets.

use super::{
    arguments::Arguments,
    count,
    rows::{self, From, Scope},
    selection, sql,
};
use crate::domain::{
    Result,
    read::{Connection, EdgePart, OrderKey, PageInfoPart, Part, Window},
};

/// The JSON object of a page of related rows.
pub(super) fn object(
    connection: &Connection,
    from: From<'_>,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let wants = Wants::of(connection);
    let numbered = wants.more || wants.cursors || connection.window.backward;
    let parts: Result<Vec<(String, String)>> = connection
        .parts
        .iter()
        .map(|(key, wanted)| Ok((key.clone(), part(wanted, connection, from, numbered, arguments)?)))
        .collect();
    let object = sql::object(&parts?);
    if !wants.rows {
        return Ok(object);
    }
    let scope = Scope::outside(&connection.rows, arguments);
    let mut columns = Vec::with_capacity(connection.bodies.len().saturating_add(2));
    if numbered {
        columns.push("row_number() over () as n".to_owned());
    }
    if wants.cursors {
        let prefix = arguments.cursor_prefix(connection.fingerprint)?;
        columns.push(format!("{prefix} || {} as c", keys(&connection.rows.order, &scope)));
    }
    for (number, body) in connection.bodies.iter().enumerate() {
        columns.push(format!("{} as b{number}", selection::object(body, &scope, arguments)?));
    }
    let fetched = wants.fetched(&connection.window);
    let source =
        rows::page(&connection.rows, Some(from), Some(&connection.window), fetched, &scope, arguments)?;
    Ok(format!("(select {object} from (select {} from {source}) p)", columns.join(", ")))
}

/// What has to be known of the page's rows.
pub(super) struct Wants {
    /// Whether there are rows to be fetched at all.
    pub(super) rows: bool,
    /// Whether their places in the order are wanted.
    pub(super) cursors: bool,
    /// Whether it is wanted that there are more.
    pub(super) more: bool,
}

impl Wants {
    /// How many rows to fetch: one more than the page tells whether there is another page.
    pub(super) fn fetched(&self, window: &Window) -> u32 {
        if self.more { window.limit.saturating_add(1) } else { window.limit }
    }

    /// What the parts of a page need.
    pub(super) fn of(connection: &Connection) -> Self {
        let mut wants = Self { rows: false, cursors: false, more: false };
        for (_, part) in &connection.parts {
            match part {
                Part::Nodes(_) => wants.rows = true,
                Part::Edges(edge) => {
                    wants.rows = true;
                    wants.cursors |= edge.iter().any(|(_, part)| matches!(part, EdgePart::Cursor));
                }
                Part::PageInfo(info) => {
                    for (_, part) in info {
                        match part {
                            PageInfoPart::HasNextPage | PageInfoPart::HasPreviousPage => wants.more = true,
                            PageInfoPart::StartCursor | PageInfoPart::EndCursor => wants.cursors = true,
                            PageInfoPart::Typename(_) => {}
                        }
                    }
                }
                Part::Typename(_) | Part::TotalCount(_) | Part::Facets(_) => {}
            }
        }
        wants.rows |= wants.cursors || wants.more;
        wants
    }
}

/// The sort keys of a row, as the text of a JSON array of texts.
fn keys(order: &[OrderKey], scope: &Scope<'_>) -> String {
    let keys: Vec<String> = order.iter().map(|key| scope.text(&key.operand)).collect();
    format!("json_build_array({})::text", keys.join(", "))
}

fn part(
    part: &Part,
    connection: &Connection,
    from: From<'_>,
    numbered: bool,
    arguments: &mut Arguments<'_>,
) -> Result<String> {
    let window = &connection.window;
    Ok(match part {
        Part::Typename(name) => sql::word(name),
        Part::Nodes(body) => collected(&format!("p.b{body}"), window, numbered),
        Part::Edges(edge) => {
            let pairs: Vec<(String, String)> = edge
                .iter()
                .map(|(key, part)| {
                    let value = match part {
                        EdgePart::Typename(name) => sql::word(name),
                        EdgePart::Cursor => "p.c".to_owned(),
                        EdgePart::Node(body) => format!("p.b{body}"),
                    };
                    (key.clone(), value)
                })
                .collect();
            collected(&sql::object(&pairs), window, numbered)
        }
        Part::PageInfo(info) => {
            let pairs: Vec<(String, String)> =
                info.iter().map(|(key, part)| (key.clone(), page_info(part, window))).collect();
            sql::object(&pairs)
        }
        Part::TotalCount(parts) => count::total(parts, &connection.rows, Some(from), arguments)?,
        Part::Facets(parts) => count::facets(parts, &connection.rows, Some(from), arguments)?,
    })
}

/// The rows of the page in the order of the answer; a page from the end was fetched backwards.
fn collected(row: &str, window: &Window, numbered: bool) -> String {
    if !numbered {
        return format!("coalesce(json_agg({row}), '[]')");
    }
    let order = if window.backward { " order by p.n desc" } else { "" };
    format!("coalesce(json_agg({row}{order}) filter (where p.n <= {}), '[]')", window.limit)
}

fn page_info(part: &PageInfoPart, window: &Window) -> String {
    let limit = window.limit;
    let first = "max(p.c) filter (where p.n = 1)".to_owned();
    let last = format!("(array_agg(p.c order by p.n desc) filter (where p.n <= {limit}))[1]");
    let more = format!("count(*) > {limit}");
    match part {
        PageInfoPart::Typename(name) => sql::word(name),
        PageInfoPart::HasNextPage if window.backward => window.before.is_some().to_string(),
        PageInfoPart::HasPreviousPage if !window.backward => window.after.is_some().to_string(),
        PageInfoPart::HasNextPage | PageInfoPart::HasPreviousPage => more,
        PageInfoPart::StartCursor if window.backward => last,
        PageInfoPart::EndCursor if window.backward => first,
        PageInfoPart::StartCursor => first,
        PageInfoPart::EndCursor => last,
    }
}
