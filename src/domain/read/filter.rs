//! Which rows are wanted: a tree of conditions over columns, custom paths and related rows.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::domain::{
    access::BrandScope,
    catalog::{Column, Join, Noun, Presence},
    fields::{FieldPath, Kind},
};

/// What is compared or sorted by.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// The row's key column.
    Key(&'static str),
    /// A column.
    Column(Column),
    /// A path inside the custom fields.
    Path(FieldPath, Kind),
    /// A column of the table of links that the row was reached through.
    Link(&'static str),
    /// How well the row fits the search of its list.
    Relevance,
}

impl Operand {
    /// Whether every row has a value, given what the rows are known to satisfy.
    #[must_use]
    pub fn always_present(&self, known: &Predicate) -> bool {
        match self {
            Self::Key(_) | Self::Link(_) | Self::Relevance => true,
            Self::Column(column) => match column.presence {
                Presence::Always => true,
                Presence::Sometimes => known.implies_present(self),
                Presence::When(name, value) => {
                    known.implies_present(self) || known.implies_equal(name, value)
                }
            },
            Self::Path(..) => known.implies_present(self),
        }
    }
}

/// A value to compare with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// Unicode text.
    Text(String),
    /// An integer.
    Int(i64),
    /// A number, as JSON writes it.
    Number(String),
    /// True or false.
    Boolean(bool),
    /// A moment.
    Moment(DateTime<Utc>),
    /// A key.
    Key(Uuid),
    /// A word of a closed set; printed as it is.
    Word(&'static str),
    /// A JSON document, as text.
    Json(String),
}

/// How an operand is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// The same.
    Eq,
    /// Another, or none.
    Ne,
    /// More.
    Gt,
    /// More, or the same.
    Gte,
    /// Less.
    Lt,
    /// Less, or the same.
    Lte,
    /// The text has this inside it, whatever the case of letters; the list has this element.
    Contains,
    /// The text begins with this, whatever the case of letters.
    StartsWith,
}

/// Which rows are wanted. Every condition is true or false, never unknown: a missing value fails a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// All of these; every row where there are none.
    And(Vec<Predicate>),
    /// Any of these; no row where there are none.
    Or(Vec<Predicate>),
    /// The rows that it does not hold for.
    Not(Box<Predicate>),
    /// An operand against a value.
    Compare(Operand, Comparison, Literal),
    /// An operand against several values.
    In(Operand, Vec<Literal>),
    /// Whether there is a value at all.
    Present(Operand, bool),
    /// There is a related row that satisfies a condition.
    Related(Box<RelatedTo>),
    /// The row fits the search.
    Search(Search),
    /// The row is the best there is of its translations, looked for along the fallbacks of this locale (the brand's default
    /// where none is given), among the translations that satisfy the condition.
    BestLocale(Option<String>, Box<Predicate>),
    /// The row is the entry, or a translation of the entry, that satisfies the condition. Where several do, the one is meant
    /// whose own locale comes first along the fallbacks of this locale (the brand's default where none is given), and among
    /// locales outside of those the first by name.
    Addressed(Option<String>, Box<Predicate>),
    /// The row's brand column is within the scope.
    Brands(&'static str, BrandScope),
    /// The brand in this column was not deleted.
    BrandLive(&'static str),
    /// The row was not deleted.
    Live,
}

/// A condition on related rows.
#[derive(Clone)]
pub struct RelatedTo {
    /// What the related rows are.
    pub noun: Arc<Noun>,
    /// How they belong to the row.
    pub join: Join,
    /// The custom field that refers, where the relation has one.
    pub field: Option<String>,
    /// What they must satisfy.
    pub predicate: Predicate,
}

impl fmt::Debug for RelatedTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The noun by its name: all of its fields would drown what matters.
        let Self { noun, join, field, predicate } = self;
        f.debug_tuple("RelatedTo").field(&noun.name).field(join).field(field).field(predicate).finish()
    }
}

impl PartialEq for RelatedTo {
    fn eq(&self, other: &Self) -> bool {
        self.noun.name == other.noun.name
            && self.join == other.join
            && self.field == other.field
            && self.predicate == other.predicate
    }
}

/// A full-text search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// What is looked for.
    pub text: String,
    /// How it is matched.
    pub mode: SearchMode,
    /// The locale whose word forms are matched, beside the words as they are written.
    pub locale: Option<String>,
    /// The brands whose locales say which word forms there are: what another brand writes in is not to be found out by searching.
    pub brands: BrandScope,
}

/// How a search text is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SearchMode {
    /// Words, "phrases", or, -not: as web search engines read it.
    Words,
    /// As words, the last of which may be unfinished.
    Prefix,
    /// Titles that look alike, typing errors forgiven (trigrams).
    Fuzzy,
}

impl Predicate {
    /// Every row.
    #[must_use]
    pub const fn all() -> Self {
        Self::And(Vec::new())
    }

    /// Both this and that, flat.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut these), Self::And(those)) => {
                these.extend(those);
                Self::And(these)
            }
            (Self::And(mut these), that) => {
                these.push(that);
                Self::And(these)
            }
            (this, Self::And(mut those)) => {
                those.insert(0, this);
                Self::And(those)
            }
            (this, that) => Self::And(vec![this, that]),
        }
    }

    fn implies_present(&self, operand: &Operand) -> bool {
        match self {
            Self::And(all) => all.iter().any(|one| one.implies_present(operand)),
            Self::Compare(found, comparison, _) => found == operand && *comparison != Comparison::Ne,
            Self::In(found, _) | Self::Present(found, true) => found == operand,
            _ => false,
        }
    }

    fn implies_equal(&self, column: &str, value: &str) -> bool {
        match self {
            Self::And(all) => all.iter().any(|one| one.implies_equal(column, value)),
            Self::Compare(Operand::Column(found), Comparison::Eq, Literal::Word(word)) => {
                found.name == column && *word == value
            }
            _ => false,
        }
    }
}
