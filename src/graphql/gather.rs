//! The fields of a selection before the variables are known: fragments opened, keys merged, with the conditions they stand under.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Field, FragmentDefinition, Selection, SelectionSet, VariableDefinition},
};
use indexmap::IndexMap;

use super::{cost::Condition, types::Types};

/// What is needed to open fragments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gathering<'d, 'a> {
    /// The document's fragments.
    pub(super) fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    /// The operation's variables.
    pub(super) definitions: &'d [Positioned<VariableDefinition>],
    /// The schema.
    pub(super) types: &'a Types,
}

/// One response key.
#[derive(Debug)]
pub(super) struct Occurrence<'d> {
    /// The field, for its arguments.
    pub(super) field: &'d Field,
    /// The selections on it, to be merged.
    pub(super) sets: Vec<&'d SelectionSet>,
    /// Under which conditions it is there at all; none where it stands more than once.
    pub(super) when: Vec<Condition>,
}

impl<'d> Occurrence<'d> {
    /// The field's name.
    pub(super) fn name(&self) -> &'d str {
        self.field.name.node.as_str()
    }
}

type Found<'d> = IndexMap<&'d str, Occurrence<'d>>;

impl<'d> Gathering<'d, '_> {
    /// The fields that sets ask of a row of that type.
    pub(super) fn fields(&self, sets: &[&'d SelectionSet], of: &str) -> Found<'d> {
        let mut found = Found::new();
        let mut opened = Vec::new();
        for set in sets {
            self.gather(set, of, &[], &mut found, &mut opened);
        }
        found
    }

    /// The types that fragments on these sets name, interfaces aside.
    pub(super) fn conditions(&self, sets: &[&'d SelectionSet]) -> Vec<&'d str> {
        let mut named = Vec::new();
        let mut opened = Vec::new();
        for set in sets {
            self.name(set, &mut named, &mut opened);
        }
        named
    }

    fn gather(
        &self,
        set: &'d SelectionSet,
        of: &str,
        under: &[Condition],
        found: &mut Found<'d>,
        opened: &mut Vec<(&'d str, Vec<Condition>)>,
    ) {
        for item in &set.items {
            let directives = match &item.node {
                Selection::Field(field) => &field.node.directives,
                Selection::FragmentSpread(spread) => &spread.node.directives,
                Selection::InlineFragment(inline) => &inline.node.directives,
            };
            let Some(mut when) = Condition::of(directives, self.definitions) else { continue };
            when.extend_from_slice(under);
            match &item.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let set = &field.selection_set.node;
                    match found.get_mut(field.response_key().node.as_str()) {
                        Some(known) => {
                            known.sets.push(set);
                            known.when.clear();
                        }
                        None => {
                            let first = Occurrence { field, sets: vec![set], when };
                            found.insert(field.response_key().node.as_str(), first);
                        }
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let Some(fragment) = self.fragments.get(name) else { continue };
                    // Under the same conditions it adds nothing a second time.
                    if opened.iter().any(|(known, conditions)| *known == name && *conditions == when) {
                        continue;
                    }
                    opened.push((name, when.clone()));
                    if self.applies(&fragment.node.type_condition.node.on.node, of) {
                        self.gather(&fragment.node.selection_set.node, of, &when, found, opened);
                    }
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    if condition.is_none_or(|condition| self.applies(&condition.node.on.node, of)) {
                        self.gather(&inline.node.selection_set.node, of, &when, found, opened);
                    }
                }
            }
        }
    }

    fn name(&self, set: &'d SelectionSet, named: &mut Vec<&'d str>, opened: &mut Vec<&'d str>) {
        for item in &set.items {
            let (on, set) = match &item.node {
                Selection::Field(_) => continue,
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    (on, &inline.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let name = spread.node.fragment_name.node.as_str();
                    let Some(fragment) = self.fragments.get(name).filter(|_| !opened.contains(&name)) else {
                        continue;
                    };
                    opened.push(name);
                    let on = fragment.node.type_condition.node.on.node.as_str();
                    (Some(on), &fragment.node.selection_set.node)
                }
            };
            if let Some(on) = on
                && !self.types.is_interface(on)
                && !named.contains(&on)
            {
                named.push(on);
            }
            self.name(set, named, opened);
        }
    }

    /// Whether a fragment on a type or interface is about a row of that type.
    fn applies(&self, on: &Name, of: &str) -> bool {
        on == of || self.types.is_interface(on)
    }
}
