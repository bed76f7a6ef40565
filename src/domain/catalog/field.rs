//! A field: its name and description, how it is read, and whether it filters and sorts.

use std::{borrow::Cow, fmt};

use super::types::Scalar;
use crate::domain::fields::{FieldPath, Kind as PathKind};

/// One field of a noun, declared once for schema, planner, filters, orders and permissions.
#[derive(Debug, Clone)]
pub struct Field {
    /// The GraphQL name.
    pub name: Cow<'static, str>,
    /// The description, with units where it has any.
    pub doc: Cow<'static, str>,
    /// How it is read.
    pub read: Read,
    /// Whether the value may be null.
    pub nullable: bool,
    /// Whether lists can be filtered by it.
    pub filters: bool,
    /// Whether lists can be ordered by it.
    pub sorts: bool,
    /// Whether it is the address of a file and takes the arguments of a variant.
    pub varies: bool,
}

/// How a field is read.
#[derive(Debug, Clone)]
pub enum Read {
    /// The row's own key, as a global id.
    Key,
    /// A column.
    Column(Column),
    /// A path inside the entry's custom fields, of a declared kind.
    Path(FieldPath, PathKind),
    /// A path inside the entry's custom fields, given as the argument `path`.
    AnyPath,
    /// At most one row of another noun.
    One(Relation),
    /// A short list of rows of another noun, in full.
    List(Relation),
    /// A page of rows of another noun.
    Connection(Relation),
}

impl Read {
    /// The relation that this follows, if any.
    #[must_use]
    pub fn relation(&self) -> Option<&Relation> {
        match self {
            Self::One(relation) | Self::List(relation) | Self::Connection(relation) => Some(relation),
            _ => None,
        }
    }
}

/// A column of the noun's table.
#[derive(Clone, Copy, PartialEq)]
pub struct Column {
    /// The SQL name.
    pub name: &'static str,
    /// What it holds.
    pub scalar: Scalar,
    /// When it holds something.
    pub presence: Presence,
    /// Whether no two rows of the table have the same value.
    pub unique: bool,
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// When a column holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// In every row.
    Always,
    /// In some rows.
    Sometimes,
    /// In some rows, and in every row whose other column has that value (a constraint of the table says so).
    When(&'static str, &'static str),
}

/// The way to another noun.
#[derive(Debug, Clone, Copy)]
pub struct Relation {
    /// The other noun's name.
    pub noun: &'static str,
    /// How the rows are joined.
    pub join: Join,
    /// The argument that the relation takes beside filter, order and page.
    pub argument: Option<Argument>,
}

/// An argument of a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// `field: String!`, the custom field that refers.
    ReferringField,
    /// `field: String`, the same, or any of them.
    AnyReferringField,
}

/// How rows of two nouns belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// This row's column equals the other row's column.
    Columns {
        /// The column on this side.
        here: &'static str,
        /// The column on the other side.
        there: &'static str,
        /// Whether the row itself, found again, is left out.
        others_only: bool,
    },
    /// The other row's key is one of those in this row's column.
    Listed {
        /// The column on this side, a list of keys.
        here: &'static str,
        /// The column on the other side that the rows are ordered by unless asked otherwise; none for their own order.
        order: Option<&'static str>,
    },
    /// A table of links stands between.
    Through {
        /// The table of links.
        table: &'static str,
        /// Its column that equals this row's key.
        here: &'static str,
        /// Its column that equals the other row's key.
        there: &'static str,
        /// Its column that says in which order the links stand, where there is one.
        position: Option<&'static str>,
    },
}

impl Join {
    /// From a row to the one that its column names.
    #[must_use]
    pub const fn to(here: &'static str) -> Self {
        Self::Columns { here, there: "id", others_only: false }
    }

    /// From a row to those whose column names it.
    #[must_use]
    pub const fn from(there: &'static str) -> Self {
        Self::Columns { here: "id", there, others_only: false }
    }
}

impl Field {
    fn new(name: &'static str, doc: &'static str, read: Read) -> Self {
        Self {
            name: Cow::Borrowed(name),
            doc: Cow::Borrowed(doc),
            read,
            nullable: false,
            filters: false,
            sorts: false,
            varies: false,
        }
    }

    /// The row's global id.
    #[must_use]
    pub fn key(doc: &'static str) -> Self {
        Self { filters: true, ..Self::new("id", doc, Read::Key) }
    }

    /// A column that holds something in every row. Lists can be filtered by it, unless it is JSON of any shape.
    #[must_use]
    pub fn column(name: &'static str, column: &'static str, scalar: Scalar, doc: &'static str) -> Self {
        let filters = !matches!(scalar, Scalar::Json);
        let column = Column { name: column, scalar, presence: Presence::Always, unique: false };
        Self { filters, ..Self::new(name, doc, Read::Column(column)) }
    }

    /// At most one row of another noun.
    #[must_use]
    pub fn one(name: &'static str, noun: &'static str, join: Join, doc: &'static str) -> Self {
        Self::new(name, doc, Read::One(Relation { noun, join, argument: None }))
    }

    /// A short list of rows of another noun.
    #[must_use]
    pub fn list(name: &'static str, noun: &'static str, join: Join, doc: &'static str) -> Self {
        Self::new(name, doc, Read::List(Relation { noun, join, argument: None }))
    }

    /// A page of rows of another noun.
    #[must_use]
    pub fn connection(name: &'static str, noun: &'static str, join: Join, doc: &'static str) -> Self {
        Self::new(name, doc, Read::Connection(Relation { noun, join, argument: None }))
    }

    /// A custom value at a path that the query gives.
    #[must_use]
    pub fn any_path(name: &'static str, doc: &'static str) -> Self {
        Self { nullable: true, ..Self::new(name, doc, Read::AnyPath) }
    }

    /// A custom value at a fixed path, as a brand's own typed field.
    #[must_use]
    pub fn path(name: String, path: FieldPath, kind: PathKind, doc: String) -> Self {
        Self {
            name: Cow::Owned(name),
            doc: Cow::Owned(doc),
            read: Read::Path(path, kind),
            nullable: true,
            filters: true,
            // A list has no order.
            sorts: !matches!(kind, PathKind::List),
            varies: false,
        }
    }

    /// The value may be missing.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.nullable = true;
        if let Read::Column(column) = &mut self.read {
            column.presence = Presence::Sometimes;
        }
        self
    }

    /// The value may be missing, but not in rows whose other column has that value.
    #[must_use]
    pub fn present_when(mut self, column: &'static str, value: &'static str) -> Self {
        self = self.optional();
        if let Read::Column(own) = &mut self.read {
            own.presence = Presence::When(column, value);
        }
        self
    }

    /// No two rows have the same value.
    #[must_use]
    pub fn unique(mut self) -> Self {
        if let Read::Column(column) = &mut self.read {
            column.unique = true;
        }
        self
    }

    /// Lists can be filtered by it.
    #[must_use]
    pub fn filters(mut self) -> Self {
        self.filters = true;
        self
    }

    /// Lists can be ordered by it, and filtered.
    #[must_use]
    pub fn sorts(mut self) -> Self {
        self.sorts = true;
        self.filters()
    }

    /// It is the address of a file, and can be that of a smaller picture.
    #[must_use]
    pub fn varies(mut self) -> Self {
        self.varies = true;
        self
    }

    /// The relation takes an argument.
    #[must_use]
    pub fn takes(mut self, taken: Argument) -> Self {
        if let Read::One(relation) | Read::List(relation) | Read::Connection(relation) = &mut self.read {
            relation.argument = Some(taken);
        }
        self
    }
}
