//! Field collection: fragments opened, `@skip` and `@include` obeyed, fields with one response key merged.
//!
//! The algorithm is CollectFields of the GraphQL specification (October 2021, section 6.3.2).

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{Directive, Field, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};
use indexmap::IndexMap;

use super::Selector;
use crate::domain::{Error, Result};

/// One response key: the fields that it stands for, all of one name and with the same arguments.
pub(in crate::graphql) struct Collected<'d> {
    first: &'d Field,
    at: Pos,
    rest: Vec<&'d Field>,
}

impl<'d> Collected<'d> {
    /// The field's name.
    pub(in crate::graphql) fn name(&self) -> &'d str {
        self.first.name.node.as_str()
    }

    /// Where it stands in the document.
    pub(in crate::graphql) fn position(&self) -> Pos {
        self.at
    }

    /// The field, for its arguments.
    pub(in crate::graphql) fn field(&self) -> &'d Field {
        self.first
    }

    /// The selection sets to be merged.
    pub(in crate::graphql) fn sets(&self) -> impl Iterator<Item = &'d SelectionSet> + '_ {
        std::iter::once(self.first).chain(self.rest.iter().copied()).map(|field| &field.selection_set.node)
    }
}

/// The fields by response key, in the order of the answer.
pub(in crate::graphql) type Fields<'d> = IndexMap<&'d str, Collected<'d>>;

impl<'d> Selector<'d> {
    /// Collects the fields of a row of that type.
    pub(in crate::graphql) fn collect(
        &self,
        sets: impl Iterator<Item = &'d SelectionSet>,
        type_name: &str,
    ) -> Result<Fields<'d>> {
        let mut fields = Fields::new();
        let mut opened = Vec::new();
        for set in sets {
            self.collect_set(set, type_name, &mut fields, &mut opened)?;
        }
        Ok(fields)
    }

    fn collect_set(
        &self,
        set: &'d SelectionSet,
        type_name: &str,
        fields: &mut Fields<'d>,
        opened: &mut Vec<&'d str>,
    ) -> Result<()> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => {
                    let (at, field) = (field.pos, &field.node);
                    if self.included(&field.directives)? {
                        let key = field.response_key().node.as_str();
                        match fields.get_mut(key) {
                            Some(found) if !alike(found.first, field) => {
                                let message =
                                    "is asked for twice, as different things: give one of them an alias";
                                return Err(Error::invalid(key, "conflict", message));
                            }
                            Some(found) => found.rest.push(field),
                            None => {
                                fields.insert(key, Collected { first: field, at, rest: Vec::new() });
                            }
                        }
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let spread = &spread.node;
                    let name = spread.fragment_name.node.as_str();
                    // Each fragment is opened once for a set, which is what the specification says and what keeps a
                    // fragment bomb small.
                    if opened.contains(&name) || !self.included(&spread.directives)? {
                        continue;
                    }
                    opened.push(name);
                    let fragment = self
                        .fragments
                        .get(name)
                        .ok_or_else(|| Error::invalid(name, "fragment", "there is no such fragment"))?;
                    if applies(&fragment.node.type_condition.node.on.node, type_name) {
                        self.collect_set(&fragment.node.selection_set.node, type_name, fields, opened)?;
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    let fits = fragment
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| applies(&condition.node.on.node, type_name));
                    if fits && self.included(&fragment.directives)? {
                        self.collect_set(&fragment.selection_set.node, type_name, fields, opened)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn included(&self, directives: &[Positioned<Directive>]) -> Result<bool> {
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            let condition = directive
                .node
                .get_argument("if")
                .map(|argument| self.resolve(&argument.node))
                .transpose()?
                .flatten();
            match condition {
                Some(ConstValue::Boolean(condition)) => {
                    if condition != wanted {
                        return Ok(false);
                    }
                }
                _ => return Err(Error::invalid("if", "type", "must be true or false")),
            }
        }
        Ok(true)
    }
}

/// Whether two fields ask for the same.
pub(in crate::graphql) fn alike(one: &Field, other: &Field) -> bool {
    let same = |(name, value): &(Positioned<Name>, Positioned<Value>)| {
        other.arguments.iter().any(|(known, given)| known.node == name.node && given.node == value.node)
    };
    one.name.node == other.name.node
        && one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(same)
}

/// Whether a fragment on a type or interface is about a row of that type.
fn applies(on: &Name, type_name: &str) -> bool {
    on == type_name || on == super::super::register::NODE
}
