//! The values of a statement, numbered as they are bound.

use chrono::{DateTime, Utc};
use sqlx::{Arguments as _, Encode, Postgres, Type, postgres::PgArguments};
use uuid::Uuid;

use crate::domain::{
    Error, Result,
    read::{Fingerprint, Literal},
};

/// The values bound so far, and what the text of a statement needs to tell its parts apart.
#[derive(Debug)]
pub(super) struct Arguments<'a> {
    values: PgArguments,
    /// The same for a statement within a transaction, which is the mapper's.
    within: Option<Vec<sea_orm::Value>>,
    count: usize,
    aliases: usize,
    marker: &'a str,
    marked: bool,
}

impl<'a> Arguments<'a> {
    /// Nothing bound. `marker` begins every cursor that is still to be signed.
    pub(super) fn new(marker: &'a str) -> Self {
        Self { values: PgArguments::default(), within: None, count: 0, aliases: 0, marker, marked: false }
    }

    /// The same for a statement that is sent within a transaction.
    pub(super) fn within(marker: &'a str) -> Self {
        Self { within: Some(Vec::new()), ..Self::new(marker) }
    }

    /// An alias that the statement has not used.
    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// Binds a value and gives its placeholder.
    pub(super) fn bind<'q, T>(&mut self, value: T) -> Result<String>
    where
        T: Encode<'q, Postgres> + Type<Postgres> + Into<sea_orm::Value> + 'q,
    {
        match &mut self.within {
            Some(values) => values.push(value.into()),
            None => self.values.add(value).map_err(Error::internal)?,
        }
        self.count += 1;
        Ok(format!("${}", self.count))
    }

    /// The placeholder of what a cursor begins with before the database's keys.
    pub(super) fn cursor_prefix(&mut self, print: Fingerprint) -> Result<String> {
        self.marked = true;
        let prefix = format!("{}{}", self.marker, print.hex());
        self.bind(prefix)
    }

    /// Binds a value to compare with; words of closed sets are printed, so that the planner of the database sees them
    /// and partial indexes apply.
    pub(super) fn literal(&mut self, literal: &Literal) -> Result<String> {
        match literal {
            Literal::Text(text) => self.bind(text.clone()),
            Literal::Int(number) => self.bind(*number),
            Literal::Number(number) => Ok(format!("{}::numeric", self.bind(number.clone())?)),
            Literal::Boolean(boolean) => self.bind(*boolean),
            Literal::Moment(moment) => self.bind(*moment),
            Literal::Key(key) => self.bind(*key),
            Literal::Word(word) => Ok(format!("'{word}'")),
            Literal::Json(json) => Ok(format!("{}::jsonb", self.bind(json.clone())?)),
        }
    }

    /// The condition that an expression equals one of several values, all of one type.
    pub(super) fn among(&mut self, expression: &str, literals: &[Literal]) -> Result<String> {
        let Some(first) = literals.first() else { return Ok("false".to_owned()) };
        let list = match first {
            Literal::Text(_) => self.bind(collect(literals, |one| match one {
                Literal::Text(text) => Some(text.clone()),
                _ => None,
            }))?,
            Literal::Int(_) => self.bind(collect(literals, |one| match one {
                Literal::Int(number) => Some(*number),
                _ => None,
            }))?,
            Literal::Number(_) => {
                let numbers = collect(literals, |one| match one {
                    Literal::Number(number) => Some(number.clone()),
                    _ => None,
                });
                format!("{}::numeric[]", self.bind(numbers)?)
            }
            Literal::Boolean(_) => self.bind(collect(literals, |one| match one {
                Literal::Boolean(boolean) => Some(*boolean),
                _ => None,
            }))?,
            Literal::Moment(_) => self.bind::<Vec<DateTime<Utc>>>(collect(literals, |one| match one {
                Literal::Moment(moment) => Some(*moment),
                _ => None,
            }))?,
            Literal::Key(_) => self.bind::<Vec<Uuid>>(collect(literals, |one| match one {
                Literal::Key(key) => Some(*key),
                _ => None,
            }))?,
            Literal::Word(_) | Literal::Json(_) => {
                let each: Result<Vec<String>> = literals.iter().map(|one| self.literal(one)).collect();
                return Ok(format!("{expression} in ({})", each?.join(", ")));
            }
        };
        Ok(format!("{expression} = any({list})"))
    }

    /// Whether the answer holds cursors that are still to be signed.
    pub(super) fn marked(&self) -> bool {
        self.marked
    }

    /// The bound values of a statement within a transaction, in order.
    pub(super) fn into_values_within(self) -> Vec<sea_orm::Value> {
        self.within.unwrap_or_default()
    }

    /// The bound values, in order.
    pub(super) fn into_values(self) -> PgArguments {
        self.values
    }
}

fn collect<T>(literals: &[Literal], pick: impl Fn(&Literal) -> Option<T>) -> Vec<T> {
    literals.iter().filter_map(pick).collect()
}
