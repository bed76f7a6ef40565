//! The columns of a root field's rows, and how the JSON of a row is put together from them.
//!
//! PostgreSQL's `json_build_object` looks up the type of each of its arguments for every row, which costs more than the rows
//! themselves; so plain values come as columns of their own, and only what is nested comes as JSON (docs/performance.md).

use sqlx::{Row, postgres::PgRow};

use super::{arguments::Arguments, json, rows::Scope, run::Signer, selection};
use crate::{
    domain::{
        Error, Result,
        catalog::Scalar,
        fields::Kind,
        read::{Operand, OrderKey, Selection, Value},
    },
    store::error::from_sqlx,
};

/// Rows with more values than this come as one JSON object: PostgreSQL gives out 1,664 columns at the most.
const MOST: usize = 60;

/// What stands after `select`, each expression once. All of it is text.
#[derive(Debug, Default)]
pub(super) struct Columns(Vec<String>);

impl Columns {
    /// The number of the column that holds an expression.
    pub(super) fn add(&mut self, expression: String) -> usize {
        if let Some(number) = self.0.iter().position(|known| *known == expression) {
            return number;
        }
        self.0.push(expression);
        self.0.len().saturating_sub(1)
    }

    /// The numbers of the columns that hold the sort keys of a row.
    pub(super) fn keys(&mut self, order: &[OrderKey], scope: &Scope<'_>) -> Vec<usize> {
        order.iter().map(|key| self.add(scope.text(&key.operand))).collect()
    }

    /// The text after `select`.
    pub(super) fn printed(&self) -> String {
        self.0.join(", ")
    }
}

/// One value of a row.
#[derive(Debug)]
pub(super) enum Cell {
    /// Null, whatever the row.
    Null,
    /// The same in every row.
    Word(String),
    /// A global id: its prefix, and the column of the key.
    Id(&'static str, usize),
    /// A column of plain text.
    Text(usize),
    /// A column that holds a moment as PostgreSQL prints it.
    Moment(usize),
    /// A column of JSON.
    Json(usize),
}

/// What is shown of a row.
#[derive(Debug)]
pub(super) enum Body {
    /// Value by value, in the order of the selection.
    Cells(Vec<Cell>),
    /// One column has it all.
    Whole(usize),
}

impl Body {
    /// The columns that a selection needs.
    pub(super) fn of(
        selection: &Selection,
        scope: &Scope<'_>,
        columns: &mut Columns,
        arguments: &mut Arguments<'_>,
    ) -> Result<Self> {
        if selection.0.len() > MOST {
            let object = selection::object(selection, scope, arguments)?;
            return Ok(Self::Whole(columns.add(format!("{object}::text"))));
        }
        let cells: Result<Vec<Cell>> =
            selection.0.iter().map(|(_, value)| cell(value, scope, columns, arguments)).collect();
        Ok(Self::Cells(cells?))
    }

    /// Writes the JSON of a row.
    pub(super) fn write(
        &self,
        text: &mut String,
        selection: &Selection,
        row: &PgRow,
        signer: &Signer<'_>,
    ) -> Result<()> {
        match self {
            Self::Whole(column) => push_json(text, row, *column, signer),
            Self::Cells(cells) => {
                text.push('{');
                for (number, ((key, _), cell)) in selection.0.iter().zip(cells).enumerate() {
                    if number > 0 {
                        text.push(',');
                    }
                    json::word(text, key);
                    text.push(':');
                    cell.write(text, row, signer)?;
                }
                text.push('}');
                Ok(())
            }
        }
    }
}

fn cell(
    value: &Value,
    scope: &Scope<'_>,
    columns: &mut Columns,
    arguments: &mut Arguments<'_>,
) -> Result<Cell> {
    Ok(match value {
        Value::Typename(name) => Cell::Word(name.clone()),
        Value::Refused => Cell::Null,
        Value::Key(kind, column) => {
            Cell::Id(kind.prefix(), columns.add(format!("{}::text", scope.column(column))))
        }
        Value::Column(column) => {
            let expression = scope.column(column.name);
            match column.scalar {
                Scalar::Text => Cell::Text(columns.add(expression)),
                Scalar::Enum(_) => Cell::Text(columns.add(format!("upper({expression})"))),
                Scalar::Moment => Cell::Moment(columns.add(format!("{expression}::text"))),
                Scalar::Int | Scalar::Json => Cell::Json(columns.add(format!("{expression}::text"))),
                Scalar::Key(_) | Scalar::Number | Scalar::Boolean | Scalar::Texts => {
                    Cell::Json(columns.add(format!("to_json({expression})::text")))
                }
            }
        }
        Value::Variant(column, wanted) => {
            Cell::Text(columns.add(selection::variant(*column, *wanted, scope)))
        }
        Value::Path(path, Kind::Text) => {
            Cell::Text(columns.add(scope.whole(&Operand::Path(path.clone(), Kind::Text))))
        }
        Value::Path(path, Kind::List) | Value::Custom(path) => {
            Cell::Json(columns.add(format!("{}::text", scope.custom(path, Kind::List))))
        }
        value @ (Value::Path(..) | Value::Where(..) | Value::Redacted(..)) => {
            Cell::Json(columns.add(format!("to_json({})::text", selection::value(value, scope, arguments)?)))
        }
        value @ (Value::One(_) | Value::List(_) | Value::Connection(_)) => {
            Cell::Json(columns.add(format!("{}::text", selection::value(value, scope, arguments)?)))
        }
    })
}

impl Cell {
    fn write(&self, text: &mut String, row: &PgRow, signer: &Signer<'_>) -> Result<()> {
        match self {
            Self::Null => text.push_str("null"),
            Self::Word(name) => json::word(text, name),
            Self::Json(column) => push_json(text, row, *column, signer)?,
            Self::Id(prefix, column) => match column_text(row, *column)? {
                Some(key) => {
                    text.push('"');
                    text.push_str(prefix);
                    text.push('_');
                    text.push_str(key);
                    text.push('"');
                }
                None => text.push_str("null"),
            },
            Self::Text(column) => match column_text(row, *column)? {
                Some(value) => json::string(text, value),
                None => text.push_str("null"),
            },
            Self::Moment(column) => match column_text(row, *column)? {
                Some(value) => json::moment(text, value),
                None => text.push_str("null"),
            },
        }
        Ok(())
    }
}

fn push_json(text: &mut String, row: &PgRow, column: usize, signer: &Signer<'_>) -> Result<()> {
    match column_text(row, column)? {
        Some(json) => signer.push(text, json),
        None => {
            text.push_str("null");
            Ok(())
        }
    }
}

/// The text in a column of a row.
pub(super) fn column_text(row: &PgRow, column: usize) -> Result<Option<&str>> {
    let value = row.try_get_raw(column).map_err(from_sqlx)?;
    if sqlx::ValueRef::is_null(&value) {
        return Ok(None);
    }
    value.as_str().map(Some).map_err(|source| Error::internal(source.to_string()))
}
