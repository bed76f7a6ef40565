//! A page at the root: one row for each edge, its sort keys beside its JSON, put together here around the bytes.
//!
//! Aggregating the rows in the database would cost more than the rows themselves (docs/performance.md).

use sqlx::{Row, postgres::PgRow};

use super::{
    arguments::Arguments,
    connection::{self, Wants},
    count,
    rows::{self, Scope},
    selection,
};
use crate::{
    domain::{
        Result,
        read::{Codec, Connection, EdgePart, PageInfoPart, Part},
    },
    store::error::from_sqlx,
};

/// The statement of a page. Its columns: the sort keys, then the bodies, then counts and facets, each where it is wanted.
pub(super) fn statement(connection: &Connection, arguments: &mut Arguments<'_>) -> Result<String> {
    let wants = Wants::of(connection);
    let mut columns = Vec::with_capacity(connection.bodies.len().saturating_add(2));
    let mut source = String::new();
    if wants.rows {
        let scope = Scope::outside(&connection.rows, arguments);
        // Of an empty page with a count there is one row all the same, and this is what tells it from a real one.
        let present = scope.column(scope.noun.key);
        let keys = connection::keys(&connection.rows.order, &scope);
        columns.push(format!("case when {present} is not null then {keys} end"));
        for body in &connection.bodies {
            columns.push(format!("{}::text", selection::object(body, &scope, arguments)?));
        }
        let fetched = wants.fetched(&connection.window);
        source = rows::page(&connection.rows, None, Some(&connection.window), fetched, &scope, arguments)?;
    }
    let mut extras = false;
    for (_, part) in &connection.parts {
        let extra = match part {
            Part::TotalCount(parts) => count::total(parts, &connection.rows, None, arguments)?,
            Part::Facets(parts) => count::facets(parts, &connection.rows, None, arguments)?,
            Part::Typename(_) | Part::Edges(_) | Part::Nodes(_) | Part::PageInfo(_) => continue,
        };
        extras = true;
        columns.push(format!("{extra}::text"));
    }
    let columns = columns.join(", ");
    Ok(match (wants.rows, extras) {
        (true, false) => format!("select {columns} from {source}"),
        // An empty page has a count all the same, so there is always one row.
        (true, true) => format!("select {columns} from (select 1) one left join {source} on true"),
        (false, _) => format!("select {columns}"),
    })
}

/// A row of the answer.
struct Line {
    keys: String,
    bodies: Vec<String>,
}

/// Puts the page together. `sign` finishes the bodies.
pub(super) fn assemble(
    connection: &Connection,
    answer: &[PgRow],
    codec: &Codec,
    sign: impl Fn(String) -> Result<String>,
) -> Result<String> {
    let wants = Wants::of(connection);
    let mut lines = Vec::with_capacity(answer.len());
    if wants.rows {
        for row in answer {
            // The one row of an empty page with a count.
            let Some(keys) = row.try_get::<Option<String>, _>(0).map_err(from_sqlx)? else { continue };
            let bodies: Result<Vec<String>> = (1..=connection.bodies.len())
                .map(|column| row.try_get::<String, _>(column).map_err(from_sqlx).and_then(&sign))
                .collect();
            lines.push(Line { keys, bodies: bodies? });
        }
    }
    let limit = usize::try_from(connection.window.limit).unwrap_or(usize::MAX);
    let more = lines.len() > limit;
    lines.truncate(limit);
    if connection.window.backward {
        lines.reverse();
    }
    let page = Page { connection, codec, lines: &lines, more };
    let mut extra = if wants.rows { connection.bodies.len().saturating_add(1) } else { 0 };
    let size: usize = lines.iter().map(|line| line.bodies.iter().map(String::len).sum::<usize>() + 160).sum();
    let mut text = String::with_capacity(size.saturating_add(256));
    object(&mut text, &connection.parts, |text, part| {
        match part {
            Part::TotalCount(_) | Part::Facets(_) => {
                if let Some(row) = answer.first() {
                    text.push_str(&row.try_get::<String, _>(extra).map_err(from_sqlx)?);
                }
                extra = extra.saturating_add(1);
            }
            part => page.part(text, part),
        }
        Ok(())
    })?;
    Ok(text)
}

/// A page whose rows are here.
struct Page<'a> {
    connection: &'a Connection,
    codec: &'a Codec,
    lines: &'a [Line],
    more: bool,
}

impl Page<'_> {
    fn part(&self, text: &mut String, part: &Part) {
        match part {
            Part::Typename(name) => word(text, name),
            Part::Nodes(body) => list(text, self.lines, |text, line| push_body(text, line, *body)),
            Part::Edges(edge) => list(text, self.lines, |text, line| {
                object_of(text, edge, |text, part| match part {
                    EdgePart::Typename(name) => word(text, name),
                    EdgePart::Cursor => self.cursor(text, Some(line)),
                    EdgePart::Node(body) => push_body(text, line, *body),
                });
            }),
            Part::PageInfo(info) => object_of(text, info, |text, part| self.page_info(text, part)),
            Part::TotalCount(_) | Part::Facets(_) => {}
        }
    }

    fn page_info(&self, text: &mut String, part: &PageInfoPart) {
        let window = &self.connection.window;
        let (next, previous) = if window.backward {
            (window.before.is_some(), self.more)
        } else {
            (self.more, window.after.is_some())
        };
        match part {
            PageInfoPart::Typename(name) => word(text, name),
            PageInfoPart::HasNextPage => text.push_str(if next { "true" } else { "false" }),
            PageInfoPart::HasPreviousPage => text.push_str(if previous { "true" } else { "false" }),
            PageInfoPart::StartCursor => self.cursor(text, self.lines.first()),
            PageInfoPart::EndCursor => self.cursor(text, self.lines.last()),
        }
    }

    fn cursor(&self, text: &mut String, line: Option<&Line>) {
        match line {
            Some(line) => word(text, &self.codec.encode(self.connection.fingerprint, &line.keys)),
            None => text.push_str("null"),
        }
    }
}

fn push_body(text: &mut String, line: &Line, body: usize) {
    text.push_str(line.bodies.get(body).map_or("null", String::as_str));
}

/// A JSON string of a word that needs no escapes: a name or a cursor.
fn word(text: &mut String, word: &str) {
    text.push('"');
    text.push_str(word);
    text.push('"');
}

fn list<T>(text: &mut String, items: &[T], mut write: impl FnMut(&mut String, &T)) {
    text.push('[');
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        write(text, item);
    }
    text.push(']');
}

fn object_of<T>(text: &mut String, parts: &[(String, T)], mut write: impl FnMut(&mut String, &T)) {
    // The closure cannot fail, so neither can this.
    let _: Result<()> = object(text, parts, |text, part| {
        write(text, part);
        Ok(())
    });
}

fn object<T>(
    text: &mut String,
    parts: &[(String, T)],
    mut write: impl FnMut(&mut String, &T) -> Result<()>,
) -> Result<()> {
    text.push('{');
    for (number, (key, part)) in parts.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        word(text, key);
        text.push(':');
        write(text, part)?;
    }
    text.push('}');
    Ok(())
}
