//! A page ordered by a key that some rows lack: the rows that have it and those that lack it, each walked along an index.
//!
//! An index has rows without a value at one of its ends, so it gives `nulls last` in one direction only, and no position in
//! such an order is a single row comparison. Taken apart, both halves are plain: `(a, b) < (x, y)` among the rows that have a
//! value, `b < y` among those that have none. The second half is not looked at where the first fills the page.

use super::{arguments::Arguments, keyset, rows::Scope, sql};
use crate::domain::{
    Result,
    read::{Direction, Nulls, Operand, OrderKey, Position},
};

/// An order by a key that may be null and the key of the row, both one way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order<'a> {
    first: &'a OrderKey,
    last: &'a OrderKey,
    nulls: Nulls,
}

/// What both halves are made of.
pub(super) struct Halves<'a> {
    /// The text after `from`.
    pub(super) tables: &'a str,
    /// What all rows satisfy, whatever the page.
    pub(super) conditions: &'a [String],
    /// What is given out.
    pub(super) columns: &'a [String],
    /// How many rows are fetched.
    pub(super) limit: u32,
    /// Only rows after these places, each in an order of its own.
    pub(super) beyond: Vec<(Order<'a>, &'a Position)>,
}

impl<'a> Order<'a> {
    /// The order of these keys, where it is one.
    pub(super) fn of(keys: &'a [OrderKey]) -> Option<Self> {
        let [first, last] = keys else { return None };
        let fits = first.direction == last.direction
            && last.nulls.is_none()
            && matches!(first.operand, Operand::Column(_) | Operand::Path(..))
            && matches!(last.operand, Operand::Key(_));
        first.nulls.filter(|_| fits).map(|nulls| Self { first, last, nulls })
    }

    /// The page as a subquery that stands after `from`.
    pub(super) fn page(
        self,
        halves: &Halves<'_>,
        scope: &Scope<'_>,
        arguments: &mut Arguments<'_>,
    ) -> Result<String> {
        let (alias, limit) = (&scope.alias, halves.limit);
        let present_first = self.nulls == Nulls::Last;
        let front = self.half(present_first, 0, halves, scope, arguments)?;
        let back = self.half(!present_first, 1, halves, scope, arguments)?;
        let direction = suffix(self.first.direction);
        Ok(format!(
            "(with front as materialized (select {} {front} limit {limit}) select * from (select * from front union all \
             (select {} {back} limit {limit})) both_ order by half_, first_{direction}, last_{direction} limit {limit}) {alias}",
            self.columns(0, halves, scope),
            self.columns(1, halves, scope),
        ))
    }

    fn columns(self, number: u8, halves: &Halves<'_>, scope: &Scope<'_>) -> String {
        let (first, last) = (scope.expression(&self.first.operand), scope.expression(&self.last.operand));
        let own = format!("{first} as first_, {last} as last_, {number} as half_");
        halves.columns.iter().map(String::as_str).chain([own.as_str()]).collect::<Vec<_>>().join(", ")
    }

    /// The text from `from` to `order by` of one half.
    fn half(
        self,
        present: bool,
        number: u8,
        halves: &Halves<'_>,
        scope: &Scope<'_>,
        arguments: &mut Arguments<'_>,
    ) -> Result<String> {
        let (first, last) = (scope.expression(&self.first.operand), scope.expression(&self.last.operand));
        let mut conditions = halves.conditions.to_vec();
        conditions.push(format!("{first} is {}null", if present { "not " } else { "" }));
        for (order, position) in &halves.beyond {
            conditions.extend(order.beyond(position, present, scope, arguments)?);
        }
        if number > 0 {
            conditions.push(format!("(select count(*) from front) < {}", halves.limit));
        }
        let direction = suffix(self.first.direction);
        // The first key says nothing among rows that have none, except to PostgreSQL: with it, this is the order of the index.
        Ok(format!(
            "from {} where {} order by {first}{direction}, {last}{direction}",
            halves.tables,
            sql::all(&conditions)
        ))
    }

    /// The condition that a row of one half comes after the position; none where all of them do.
    fn beyond(
        self,
        position: &Position,
        present: bool,
        scope: &Scope<'_>,
        arguments: &mut Arguments<'_>,
    ) -> Result<Option<String>> {
        let [first, last] = position.0.as_slice() else { return Ok(None) };
        let nulls_last = self.nulls == Nulls::Last;
        let keys = [self.first, self.last].map(|key| OrderKey { nulls: None, ..key.clone() });
        Ok(match (present, first.is_some()) {
            (true, true) => Some(keyset::beyond(&keys, position, scope, arguments)?),
            (false, false) => {
                let [_, key] = keys;
                Some(keyset::beyond(&[key], &Position(vec![last.clone()]), scope, arguments)?)
            }
            // The other half lies before the position as a whole, or after it.
            (true, false) if nulls_last => Some("false".to_owned()),
            (false, true) if !nulls_last => Some("false".to_owned()),
            (true, false) | (false, true) => None,
        })
    }
}

const fn suffix(direction: Direction) -> &'static str {
    match direction {
        Direction::Asc => "",
        Direction::Desc => " desc",
    }
}
