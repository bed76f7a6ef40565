//! A noun: a kind of thing that is stored, with its table, its fields and the permission to see it.

use std::borrow::Cow;

use super::field::{Column, Field, Join, Read};
use crate::domain::{access::Permission, node::Kind};

/// A kind of thing that is stored.
#[derive(Debug, Clone)]
pub struct Noun {
    /// The GraphQL type name.
    pub name: Cow<'static, str>,
    /// The GraphQL name of several.
    pub plural: &'static str,
    /// The description.
    pub doc: &'static str,
    /// The kind of global id, where it has one.
    pub kind: Option<Kind>,
    /// The table.
    pub table: &'static str,
    /// The column that tells rows apart wherever they are listed together.
    pub key: &'static str,
    /// The permission to see rows.
    pub read: Permission,
    /// Which brand a row belongs to.
    pub scope: Scope,
    /// Whether deleted rows stay, marked by `deleted_at`.
    pub trash: bool,
    /// Whether an installation has few enough rows that a filter may gather their keys first.
    pub few: bool,
    /// Whether rows are content: with custom fields, search, locales and a published state.
    pub content: bool,
    /// The column that lists are ordered by unless asked otherwise, and whether downwards.
    pub feed: (&'static str, bool),
    /// The fields.
    pub fields: Vec<Field>,
}

/// Which brand a row belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The one in this column.
    Column(&'static str),
    /// That of the row which another noun's table has under this column.
    Through {
        /// The column.
        column: &'static str,
        /// The other noun.
        noun: &'static str,
    },
    /// It is only ever reached through a row that was seen already.
    Parent,
}

impl Noun {
    /// The field of that GraphQL name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The declared column of that SQL name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.fields.iter().find_map(|field| match &field.read {
            Read::Column(column) if column.name == name => Some(column),
            _ => None,
        })
    }

    /// The way from the brand to its rows, where there is one.
    #[must_use]
    pub fn join_from_brand(&self) -> Option<Join> {
        match self.scope {
            Scope::Column(column) => Some(Join::from(column)),
            Scope::Through { .. } | Scope::Parent => None,
        }
    }
}
