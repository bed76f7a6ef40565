//! What of an entry a list is filtered, searched, ordered or counted by: it shows rows only to those who see that.

use std::collections::BTreeSet;

use super::{
    filter::{Operand, Predicate, RelatedTo, Search, SearchMode},
    plan::Rows,
};
use crate::domain::{access::Hidden, catalog::Join, fields::FieldPath};

/// The table of references.
const REFERENCES: &str = "entry_reference";

/// Fields of one set of rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Custom fields, by their first name.
    keys: BTreeSet<String>,
    /// Columns, by their SQL names.
    columns: BTreeSet<&'static str>,
    /// Any custom field.
    any: bool,
}

/// Whose field it is that refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Referring {
    /// No field does.
    Nobody,
    /// That of the row on this side.
    Here,
    /// That of the row on the other side.
    There,
}

impl Referring {
    /// Whose field makes this join.
    pub(super) fn of(join: Join) -> Self {
        match join {
            Join::Through { table: REFERENCES, here: "entry_id", .. } => Self::Here,
            Join::Through { table: REFERENCES, .. } => Self::There,
            _ => Self::Nobody,
        }
    }
}

impl Touched {
    /// What asks for these rows, their related rows aside.
    pub(super) fn of(rows: &Rows) -> Self {
        let mut touched = Self::default();
        touched.predicate(&rows.predicate);
        rows.order.iter().for_each(|key| touched.operand(&key.operand));
        rows.search.iter().for_each(|search| touched.search(search));
        touched
    }

    /// What a condition on rows asks for, that on related rows aside.
    pub(super) fn of_predicate(predicate: &Predicate) -> Self {
        let mut touched = Self::default();
        touched.predicate(predicate);
        touched
    }

    /// The custom field that refers; all of them where none is named.
    pub(super) fn refer(&mut self, field: Option<&str>) {
        match field {
            // A path as text; its first name is what is hidden or not.
            Some(field) => {
                self.keys.insert(field.split('.').next().unwrap_or(field).to_owned());
            }
            None => self.any = true,
        }
    }

    /// A way to related rows, where it is a field of this row that refers.
    pub(super) fn follow(&mut self, join: Join, field: Option<&str>) {
        if Referring::of(join) == Referring::Here {
            self.refer(field);
        }
    }

    /// Both this and that.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.keys.extend(other.keys);
        self.columns.extend(other.columns);
        self.any |= other.any;
        self
    }

    /// A custom field.
    pub(super) fn path(&mut self, path: &FieldPath) {
        self.keys.extend(path.segments().first().cloned());
    }

    /// A column.
    pub(super) fn column(&mut self, name: &'static str) {
        self.columns.insert(name);
    }

    /// Whether nothing of it is hidden.
    pub(super) fn seen(&self, hidden: &Hidden) -> bool {
        let searched = self.any && !hidden.keys.is_empty();
        !searched
            && !self.keys.iter().any(|key| hidden.keys.contains(key))
            && !self.columns.iter().any(|column| hidden.column(column))
    }

    fn operand(&mut self, operand: &Operand) {
        match operand {
            Operand::Column(column) => self.column(column.name),
            Operand::Key(column) => self.column(column),
            Operand::Path(path, _) => self.path(path),
            // The link was looked at where it was followed, and the search where it was asked.
            Operand::Link(_) | Operand::Relevance => {}
        }
    }

    /// Every searched field is in one vector; only titles, which nobody hides, are compared for likeness.
    fn search(&mut self, search: &Search) {
        self.any |= search.mode != SearchMode::Fuzzy;
    }

    fn predicate(&mut self, predicate: &Predicate) {
        match predicate {
            Predicate::And(all) | Predicate::Or(all) => all.iter().for_each(|one| self.predicate(one)),
            Predicate::Not(inner) | Predicate::BestLocale(_, inner) | Predicate::Addressed(_, inner) => {
                self.predicate(inner);
            }
            Predicate::Compare(operand, ..) | Predicate::In(operand, _) | Predicate::Present(operand, _) => {
                self.operand(operand);
            }
            Predicate::Related(related) => {
                let RelatedTo { join, field, .. } = related.as_ref();
                self.follow(*join, field.as_deref());
            }
            Predicate::Search(search) => self.search(search),
            Predicate::Brands(..) | Predicate::BrandLive(_) | Predicate::Live => {}
        }
    }
}
