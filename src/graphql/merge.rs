//! Whether the fields of a document can be merged: one response key stands for one thing (GraphQL, September 2025, section
//! 5.3.2). async-graphql looks at each set of braces alone; two fields of one key have their sets merged, and so on inwards.

use std::{
    cell::Cell,
    collections::{HashMap, HashSet},
};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{BaseType, ExecutableDocument, Field, OperationType, Selection, SelectionSet, Type},
};
use indexmap::IndexMap;

use super::{
    select::alike,
    types::{Types, innermost},
};
use crate::domain::Error;

/// The most fields that are looked at. A key on two types and on an interface of both is looked at with each of them, and so on
/// inwards: a document of 1 kB could have it go on for days. One that is written in earnest comes to a few thousand.
const MOST: u32 = 100_000;

/// What is wrong with a document.
#[derive(Debug)]
pub(super) enum Fault {
    /// A key stands for two things.
    Conflict(Conflict),
    /// Nobody knows: it takes too long to find out.
    Endless(Error),
}

/// One key for two things.
#[derive(Debug)]
pub(super) struct Conflict {
    /// The response keys down to it, joined by dots.
    pub(super) path: String,
    /// Where the two fields stand in the document.
    pub(super) at: [Pos; 2],
}

/// Passes where every key of a document stands for one thing. A document whose fragments spread themselves is left to validation.
///
/// # Errors
/// The first conflict; that there are too many fields to compare.
pub(super) fn check(document: &ExecutableDocument, types: &Types) -> Result<(), Fault> {
    if circular(document) {
        return Ok(());
    }
    let merging = Merging { document, types, seen: Cell::new(0) };
    document.operations.iter().try_for_each(|(_, operation)| {
        let root = match operation.node.ty {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        merging.sets(&[(Some(root), &operation.node.selection_set.node)], true)
    })
}

/// The type that the braces are on, where it is known, and what is inside of them.
type Braces<'d> = (Option<&'d str>, &'d SelectionSet);
/// A field with the type that it is of.
type Typed<'d> = (Option<&'d str>, &'d Positioned<Field>);

struct Merging<'d> {
    document: &'d ExecutableDocument,
    types: &'d Types,
    /// How many fields were looked at, those again that are met again.
    seen: Cell<u32>,
}

impl<'d> Merging<'d> {
    /// Looks at the fields of sets that are merged. `same` says that the rows can be the same, so that a key must be one field
    /// with the same arguments; otherwise the values need only be of the same shape.
    fn sets(&self, sets: &[Braces<'d>], same: bool) -> Result<(), Fault> {
        let mut keys: IndexMap<&str, Vec<Typed<'d>>> = IndexMap::new();
        let mut opened = HashSet::new();
        for (on, set) in sets {
            self.collect(*on, set, &mut keys, &mut opened);
        }
        if self.seen.get() > MOST {
            let what = ("merged_fields", "fields that are compared with one another");
            return Err(Fault::Endless(Error::limit(what, u64::from(MOST), u64::from(self.seen.get()))));
        }
        keys.into_iter().try_for_each(|(key, fields)| {
            self.fields(&fields, same).map_err(|fault| match fault {
                Fault::Conflict(Conflict { path, at }) => {
                    let path = if path.is_empty() { key.to_owned() } else { format!("{key}.{path}") };
                    Fault::Conflict(Conflict { path, at })
                }
                endless => endless,
            })
        })
    }

    fn collect(
        &self,
        on: Option<&'d str>,
        set: &'d SelectionSet,
        keys: &mut IndexMap<&'d str, Vec<Typed<'d>>>,
        opened: &mut HashSet<&'d str>,
    ) {
        for item in &set.items {
            self.seen.set(self.seen.get().saturating_add(1));
            match &item.node {
                Selection::Field(field) => {
                    keys.entry(field.node.response_key().node.as_str()).or_default().push((on, field));
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| Some(condition.node.on.node.as_str()));
                    self.collect(on, &inline.node.selection_set.node, keys, opened);
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    if let Some(fragment) = self.document.fragments.get(name)
                        && opened.insert(name)
                    {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.collect(Some(on), &fragment.node.selection_set.node, keys, opened);
                    }
                }
            }
        }
    }

    fn fields(&self, fields: &[Typed<'d>], same: bool) -> Result<(), Fault> {
        let [first, rest @ ..] = fields else { return Ok(()) };
        if rest.is_empty() {
            return self.sets(&self.inside(fields), same);
        }
        for other in rest {
            if !self.shaped_alike(first, other) {
                return Err(conflicting(first, other));
            }
        }
        if !same {
            return self.sets(&self.inside(fields), false);
        }
        let groups = self.together(fields);
        for group in &groups {
            if let Some((first, rest)) = group.split_first()
                && let Some(other) = rest.iter().find(|other| !alike(&first.1.node, &other.1.node))
            {
                return Err(conflicting(first, other));
            }
            self.sets(&self.inside(group), true)?;
        }
        if groups.len() > 1 { self.sets(&self.inside(fields), false) } else { Ok(()) }
    }

    /// The fields that can be of the same row: those of each type, with those of the interfaces among them.
    fn together(&self, fields: &[Typed<'d>]) -> Vec<Vec<Typed<'d>>> {
        let mut types: Vec<Option<&str>> = Vec::new();
        for (on, _) in fields {
            if !types.contains(on) {
                types.push(*on);
            }
        }
        let apart = |one: Option<&str>, other: Option<&str>| match (one, other) {
            (Some(one), Some(other)) => self.types.apart(one, other),
            _ => false,
        };
        let lonely: Vec<_> =
            types.iter().copied().filter(|one| types.iter().any(|other| apart(*one, *other))).collect();
        if lonely.is_empty() {
            return vec![fields.to_vec()];
        }
        lonely
            .into_iter()
            .map(|one| fields.iter().copied().filter(|(on, _)| !apart(one, *on)).collect())
            .collect()
    }

    fn ty(&self, (on, field): &Typed<'d>) -> Option<&'d Type> {
        self.types.field((*on)?, field.node.name.node.as_str())
    }

    fn inside(&self, fields: &[Typed<'d>]) -> Vec<Braces<'d>> {
        fields.iter().map(|field| (self.ty(field).map(innermost), &field.1.node.selection_set.node)).collect()
    }

    fn shaped_alike(&self, one: &Typed<'d>, other: &Typed<'d>) -> bool {
        let leaf = |field: &Typed<'d>| field.1.node.selection_set.node.items.is_empty();
        match (self.ty(one), self.ty(other)) {
            (Some(a), Some(b)) => leaf(one) == leaf(other) && same_shape(a, b, leaf(one)),
            // `__typename` and what introspection has; or a field that there is none of, as validation says.
            _ => true,
        }
    }
}

fn same_shape(one: &Type, other: &Type, leaf: bool) -> bool {
    one.nullable == other.nullable
        && match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => same_shape(one, other, leaf),
            (BaseType::Named(one), BaseType::Named(other)) => !leaf || one == other,
            _ => false,
        }
}

fn conflicting(one: &Typed<'_>, other: &Typed<'_>) -> Fault {
    Fault::Conflict(Conflict { path: String::new(), at: [one.1.pos, other.1.pos] })
}

/// Whether a fragment spreads itself, at once or through others.
fn circular(document: &ExecutableDocument) -> bool {
    let mut done = HashMap::new();
    document
        .fragments
        .values()
        .any(|fragment| circles(&fragment.node.selection_set.node, document, &mut done))
}

/// `done` has the fragments that were looked at: whether they were left again.
fn circles<'d>(
    set: &'d SelectionSet,
    document: &'d ExecutableDocument,
    done: &mut HashMap<&'d Name, bool>,
) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => circles(&field.node.selection_set.node, document, done),
        Selection::InlineFragment(inline) => circles(&inline.node.selection_set.node, document, done),
        Selection::FragmentSpread(spread) => {
            let name = &spread.node.fragment_name.node;
            match (done.get(name), document.fragments.get(name)) {
                (Some(left), _) => !left,
                (None, Some(fragment)) => {
                    done.insert(name, false);
                    let circles = circles(&fragment.node.selection_set.node, document, done);
                    done.insert(name, true);
                    circles
                }
                (None, None) => false,
            }
        }
    })
}
