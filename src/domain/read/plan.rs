//! The plan of a read: a tree of nouns, values and relations, each with its own filter, order and page.

use std::sync::Arc;

use super::{
    cursor::{Fingerprint, Position},
    filter::{Predicate, Search},
    order::OrderKey,
};
use crate::domain::{
    catalog::{Column, Join, Noun},
    fields::{FieldPath, Kind},
    node,
    variant::Variant,
};

/// What one root field asks for.
#[derive(Debug, Clone)]
pub enum Plan {
    /// At most one row.
    One(Box<One>),
    /// A page of rows.
    Connection(Box<Connection>),
}

/// Rows of a noun, filtered and ordered.
#[derive(Debug, Clone)]
pub struct Rows {
    /// What they are.
    pub noun: Arc<Noun>,
    /// Which ones.
    pub predicate: Predicate,
    /// In which order; the last key tells any two rows apart.
    pub order: Vec<OrderKey>,
    /// The search that `RELEVANCE` measures by.
    pub search: Option<Search>,
    /// Where the rows come through links and are wanted in a locale: what the row that a link leads to must satisfy. Its
    /// translations then count as linked, so that the one in the locale can stand for it.
    pub via: Option<Predicate>,
}

/// At most one row.
#[derive(Debug, Clone)]
pub struct One {
    /// Where from; the first is taken.
    pub rows: Rows,
    /// What of it.
    pub selection: Selection,
}

/// A short list, in full.
#[derive(Debug, Clone)]
pub struct List {
    /// Where from.
    pub rows: Rows,
    /// How many at the most.
    pub limit: u32,
    /// What of each.
    pub selection: Selection,
}

/// A page.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Where from.
    pub rows: Rows,
    /// Which page.
    pub window: Window,
    /// What of the page, by response key.
    pub parts: Vec<(String, Part)>,
    /// What of each row, once for each place in `parts` that shows rows.
    pub bodies: Vec<Selection>,
    /// What its cursors belong to.
    pub fingerprint: Fingerprint,
}

/// Which page of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// How many rows.
    pub limit: u32,
    /// Whether the page is taken from the end.
    pub backward: bool,
    /// Only rows after this one.
    pub after: Option<Position>,
    /// Only rows before this one.
    pub before: Option<Position>,
}

/// What is wanted of one row, by response key, in the order of the answer.
#[derive(Debug, Clone, Default)]
pub struct Selection(pub Vec<(String, Value)>);

/// One value of a row.
#[derive(Debug, Clone)]
pub enum Value {
    /// The name of a GraphQL type.
    Typename(String),
    /// The row's global id.
    Key(node::Kind, &'static str),
    /// A column.
    Column(Column),
    /// A column that holds the address of a file, as that of a smaller picture where there is one.
    Variant(Column, Variant),
    /// A custom value, as JSON of any type.
    Custom(FieldPath),
    /// A custom value of a kind; null where it is of another.
    Path(FieldPath, Kind),
    /// At most one related row.
    One(Box<Link<One>>),
    /// Related rows, in full.
    List(Box<Link<List>>),
    /// A page of related rows.
    Connection(Box<Link<Connection>>),
    /// A value where the row satisfies a condition, null elsewhere: only some of the caller's roles show it. Only authorization
    /// makes it.
    Where(Box<Predicate>, Box<Value>),
    /// A column of custom fields without those that are hidden, each in the rows that do not satisfy its condition, or in all
    /// where it has none. Only authorization makes it.
    Redacted(Column, Vec<(FieldPath, Option<Predicate>)>),
    /// Null, since the caller may not see what was asked for; only authorization makes this of a relation that may be null.
    Refused,
}

/// The way to related rows.
#[derive(Debug, Clone)]
pub struct Link<T> {
    /// How they belong to the row.
    pub join: Join,
    /// The custom field that refers, where the relation has one.
    pub field: Option<String>,
    /// Whether null is an answer: that there is no such row, or that the caller may not see it.
    pub optional: bool,
    /// What is wanted there.
    pub to: T,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Part {
    /// The name of a GraphQL type.
    Typename(String),
    /// The edges.
    Edges(Vec<(String, EdgePart)>),
    /// The rows without their edges; the number of their body.
    Nodes(usize),
    /// Where the page lies.
    PageInfo(Vec<(String, PageInfoPart)>),
    /// How many rows there are on all pages, bounded.
    TotalCount(Vec<(String, CountPart)>),
    /// How many rows there are by value.
    Facets(Vec<(String, FacetPart)>),
}

/// A part of an edge.
#[derive(Debug, Clone)]
pub enum EdgePart {
    /// The name of a GraphQL type.
    Typename(String),
    /// The cursor.
    Cursor,
    /// The row; the number of its body.
    Node(usize),
}

/// A part of a page's place.
#[derive(Debug, Clone)]
pub enum PageInfoPart {
    /// The name of a GraphQL type.
    Typename(String),
    /// Whether there are rows after it.
    HasNextPage,
    /// Whether there are rows before it.
    HasPreviousPage,
    /// The cursor of its first row.
    StartCursor,
    /// The cursor of its last row.
    EndCursor,
}

/// A part of a bounded count.
#[derive(Debug, Clone)]
pub enum CountPart {
    /// The name of a GraphQL type.
    Typename(String),
    /// The number.
    Value,
    /// Whether it is exact.
    Relation,
}

/// A part of the facets.
#[derive(Debug, Clone)]
pub enum FacetPart {
    /// The name of a GraphQL type.
    Typename(String),
    /// The counts of one facet.
    Counts(Facet, u32, Vec<(String, Bucket)>),
}

/// What rows are counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facet {
    /// Their tags.
    Tags,
    /// Their categories.
    Categories {
        /// Whether they count for the categories above as well, once for each.
        with_descendants: bool,
    },
    /// Their content types.
    ContentTypes,
    /// Their status.
    Statuses,
    /// Their locale.
    Locales,
    /// A custom value.
    Field(FieldPath),
}

/// A part of one counted value.
#[derive(Debug, Clone)]
pub enum Bucket {
    /// The name of a GraphQL type.
    Typename(String),
    /// The value: a slug, a key, a word or the custom value itself.
    Value,
    /// The value for people.
    Label,
    /// The global id, where the value is a node.
    Id,
    /// How many rows have it.
    Count,
}
