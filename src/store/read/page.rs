//! A page at the root: one row for each edge, put together here.
//!
//! Aggregating the rows in the database would cost more than the rows themselves (docs/performance.md).

use sqlx::postgres::PgRow;

use super::{
    arguments::Arguments,
    cells::{Body, Columns, column_text},
    connection::Wants,
    count, json,
    rows::{self, Scope},
    run::Signer,
};
use crate::domain::{
    Result,
    read::{Connection, EdgePart, One, PageInfoPart, Part},
};

/// Where the parts of an answer are among the columns.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The sort keys, where cursors are wanted.
    keys: Vec<usize>,
    /// The bodies.
    bodies: Vec<Body>,
    /// Counts and facets, in the order of the parts.
    extras: Vec<usize>,
    /// The column that no row lacks, where there may be a row that is none.
    present: Option<usize>,
}

/// The statement of a page, and where its columns are.
pub(super) fn statement(connection: &Connection, arguments: &mut Arguments<'_>) -> Result<(String, Layout)> {
    let wants = Wants::of(connection);
    let (mut columns, mut layout) = (Columns::default(), Layout::default());
    let extras =
        connection.parts.iter().any(|(_, part)| matches!(part, Part::TotalCount(_) | Part::Facets(_)));
    let mut source = None;
    if wants.rows {
        let scope = Scope::outside(&connection.rows, arguments);
        // There is a column whatever is wanted. Of an empty page with a count there is one row all the same, and this is
        // what tells it from a real one.
        let present = format!("{}::text", scope.column(scope.noun.key));
        if extras || (connection.bodies.is_empty() && !wants.cursors) {
            layout.present = Some(columns.add(present));
        }
        if wants.cursors {
            layout.keys = columns.keys(&connection.rows.order, &scope);
        }
        for body in &connection.bodies {
            layout.bodies.push(Body::of(body, &scope, &mut columns, arguments)?);
        }
        let fetched = wants.fetched(&connection.window);
        source =
            Some(rows::page(&connection.rows, None, Some(&connection.window), fetched, &scope, arguments)?);
    }
    for (_, part) in &connection.parts {
        let extra = match part {
            Part::TotalCount(parts) => count::total(parts, &connection.rows, None, arguments)?,
            Part::Facets(parts) => count::facets(parts, &connection.rows, None, arguments)?,
            Part::Typename(_) | Part::Edges(_) | Part::Nodes(_) | Part::PageInfo(_) => continue,
        };
        layout.extras.push(columns.add(format!("{extra}::text")));
    }
    let columns = columns.printed();
    let text = match source {
        Some(source) if !extras => format!("select {columns} from {source}"),
        // An empty page has a count all the same, so there is always one row.
        Some(source) => format!("select {columns} from (select 1) one left join {source} on true"),
        None => format!("select {columns}"),
    };
    Ok((text, layout))
}

/// The statement of at most one row, and what is shown of it.
pub(super) fn one(one: &One, arguments: &mut Arguments<'_>) -> Result<(String, Body)> {
    let mut columns = Columns::default();
    let found = rows::matching(&one.rows, None, arguments)?;
    let body = Body::of(&one.selection, &found.scope, &mut columns, arguments)?;
    // A row of which nothing but names is wanted is a row all the same.
    columns.add(format!("{}::text", found.scope.column(found.scope.noun.key)));
    let conditions = super::sql::all(&found.conditions);
    let text = format!("select {} from {} where {conditions} limit 1", columns.printed(), found.tables);
    Ok((text, body))
}

/// Puts the page together.
pub(super) fn assemble(
    connection: &Connection,
    layout: &Layout,
    answer: &[&PgRow],
    signer: &Signer<'_>,
) -> Result<String> {
    let lacking = |row: &PgRow| -> Result<bool> {
        layout.present.map_or(Ok(false), |column| Ok(column_text(row, column)?.is_none()))
    };
    let rows = match answer.first() {
        Some(row) if Wants::of(connection).rows && !lacking(row)? => answer,
        _ => &[],
    };
    let limit = usize::try_from(connection.window.limit).unwrap_or(usize::MAX);
    let page = Page {
        connection,
        layout,
        signer,
        rows: rows.get(..limit).unwrap_or(rows),
        more: rows.len() > limit,
        extra: answer.first().copied(),
    };
    let size: usize = connection.bodies.iter().map(|body| 40 * body.0.len() + 160).sum();
    let mut text = String::with_capacity(page.rows.len().saturating_mul(size).saturating_add(256));
    let mut extras = layout.extras.iter();
    json::object(&mut text, &connection.parts, |text, part| match part {
        Part::TotalCount(_) | Part::Facets(_) => page.extra(text, extras.next()),
        part => page.part(text, part),
    })?;
    Ok(text)
}

/// A page whose rows are here.
struct Page<'a> {
    connection: &'a Connection,
    layout: &'a Layout,
    signer: &'a Signer<'a>,
    /// In the order that they were fetched in, which is backwards for a page from the end.
    rows: &'a [&'a PgRow],
    more: bool,
    extra: Option<&'a PgRow>,
}

impl Page<'_> {
    /// One item for each row.
    fn list(&self, text: &mut String, write: impl FnMut(&mut String, &PgRow) -> Result<()>) -> Result<()> {
        if self.connection.window.backward {
            json::list(text, self.rows.iter().copied().rev(), write)
        } else {
            json::list(text, self.rows.iter().copied(), write)
        }
    }

    fn part(&self, text: &mut String, part: &Part) -> Result<()> {
        match part {
            Part::Typename(name) => json::word(text, name),
            Part::Nodes(body) => self.list(text, |text, row| self.body(text, row, *body))?,
            Part::Edges(edge) => self.list(text, |text, row| {
                json::object(text, edge, |text, part| match part {
                    EdgePart::Typename(name) => {
                        json::word(text, name);
                        Ok(())
                    }
                    EdgePart::Cursor => self.cursor(text, Some(row)),
                    EdgePart::Node(body) => self.body(text, row, *body),
                })
            })?,
            Part::PageInfo(info) => json::object(text, info, |text, part| self.page_info(text, part))?,
            Part::TotalCount(_) | Part::Facets(_) => {}
        }
        Ok(())
    }

    fn page_info(&self, text: &mut String, part: &PageInfoPart) -> Result<()> {
        let window = &self.connection.window;
        let (next, previous) = if window.backward {
            (window.before.is_some(), self.more)
        } else {
            (self.more, window.after.is_some())
        };
        let (first, last) = if window.backward {
            (self.rows.last().copied(), self.rows.first().copied())
        } else {
            (self.rows.first().copied(), self.rows.last().copied())
        };
        match part {
            PageInfoPart::Typename(name) => json::word(text, name),
            PageInfoPart::HasNextPage => text.push_str(if next { "true" } else { "false" }),
            PageInfoPart::HasPreviousPage => text.push_str(if previous { "true" } else { "false" }),
            PageInfoPart::StartCursor => self.cursor(text, first)?,
            PageInfoPart::EndCursor => self.cursor(text, last)?,
        }
        Ok(())
    }

    fn body(&self, text: &mut String, row: &PgRow, number: usize) -> Result<()> {
        match self.layout.bodies.get(number).zip(self.connection.bodies.get(number)) {
            Some((body, selection)) => body.write(text, selection, row, self.signer),
            None => {
                text.push_str("null");
                Ok(())
            }
        }
    }

    fn cursor(&self, text: &mut String, row: Option<&PgRow>) -> Result<()> {
        let Some(row) = row else {
            text.push_str("null");
            return Ok(());
        };
        let mut keys = String::with_capacity(96);
        json::list(&mut keys, self.layout.keys.iter(), |keys, column| {
            match column_text(row, *column)? {
                Some(key) => json::string(keys, key),
                None => keys.push_str("null"),
            }
            Result::Ok(())
        })?;
        text.push('"');
        self.signer.codec.encode_onto(self.connection.fingerprint, &keys, text);
        text.push('"');
        Ok(())
    }

    fn extra(&self, text: &mut String, column: Option<&usize>) -> Result<()> {
        let found = match self.extra.zip(column) {
            Some((row, column)) => column_text(row, *column)?,
            None => None,
        };
        text.push_str(found.unwrap_or("null"));
        Ok(())
    }
}
