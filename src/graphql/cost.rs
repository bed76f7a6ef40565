//! What an operation costs, worked out once for a document: a number, and what is multiplied by the variables of a request.
//!
//! A row costs one point, wherever it may come to stand; a page costs as many rows as it may have, times what each of them holds.

use async_graphql::{
    Name, Positioned,
    parser::types::{
        BaseType, Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Type,
        VariableDefinition,
    },
};
use async_graphql_value::{ConstValue, Value};

use super::{
    document::introspection,
    gather::{Gathering, Occurrence},
    types::{Types, innermost},
};
use crate::domain::{
    catalog::Catalog,
    limits::{LIMITS, PRICES},
};

/// A sum: what is known, and what depends on variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cost {
    fixed: u64,
    parts: Vec<Part>,
    /// Of each of these the dearest: the row's type is not known before it is read.
    either: Vec<Vec<Cost>>,
}

/// Something that is there so many times, under conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    when: Vec<Condition>,
    times: Times,
    each: Cost,
}

/// What `@include` and `@skip` ask of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Condition {
    variable: Name,
    wanted: bool,
    default: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Times {
    Known(u64),
    /// Rows of a page: the first of these that is given.
    Page(Vec<Given>),
    /// Items of a variable.
    Items(Name),
    /// Operations of the batch that is in a variable, or in its default.
    Operations(Name, u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Given {
    Known(u64),
    Variable(Name, Option<u64>),
}

/// The values of a request's variables.
pub(super) type Variables = serde_json::Map<String, serde_json::Value>;

impl Cost {
    /// What it comes to for these variables, in points.
    pub(super) fn of(&self, variables: &Variables) -> u64 {
        let parts = self.parts.iter().filter(|part| part.when.iter().all(|one| one.holds(variables)));
        let parts = parts.map(|part| part.times.of(variables).saturating_mul(part.each.of(variables)));
        let dearest = |alternatives: &Vec<Self>| {
            alternatives.iter().map(|one| one.of(variables)).max().unwrap_or_default()
        };
        parts.chain(self.either.iter().map(dearest)).fold(self.fixed, u64::saturating_add)
    }

    fn points(points: u32) -> Self {
        Self { fixed: u64::from(points), ..Self::default() }
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.parts.extend(other.parts);
        self.either.extend(other.either);
    }

    fn add_times(&mut self, times: Times, each: Self) {
        match times {
            Times::Known(times) if each.parts.is_empty() && each.either.is_empty() => {
                self.fixed = self.fixed.saturating_add(times.saturating_mul(each.fixed));
            }
            times => self.parts.push(Part { when: Vec::new(), times, each }),
        }
    }

    fn add_when(&mut self, when: Vec<Condition>, each: Self) {
        if when.is_empty() {
            self.add(each);
        } else if each != Self::default() {
            self.parts.push(Part { when, times: Times::Known(1), each });
        }
    }
}

impl Times {
    fn of(&self, variables: &Variables) -> u64 {
        let most = u64::from(LIMITS.max_page);
        match self {
            Self::Known(times) => *times,
            Self::Items(name) => match variables.get(name.as_str()) {
                Some(serde_json::Value::Array(items)) => items.len() as u64,
                _ => 1,
            },
            Self::Operations(name, default) => match variables.get(name.as_str()) {
                Some(batch) => match batch.get("operations") {
                    Some(serde_json::Value::Array(operations)) => operations.len() as u64,
                    _ => 1,
                },
                None => *default,
            },
            Self::Page(given) => {
                let value = |given: &Given| match given {
                    Given::Known(rows) => Some(*rows),
                    Given::Variable(name, default) => match variables.get(name.as_str()) {
                        None => *default,
                        Some(value) => value.as_u64(),
                    },
                };
                given.iter().find_map(value).map_or(u64::from(LIMITS.default_page), |rows| rows.min(most))
            }
        }
    }
}

impl Condition {
    fn holds(&self, variables: &Variables) -> bool {
        let given = variables.get(self.variable.as_str());
        given.map_or(self.default, |value| value.as_bool().unwrap_or(true)) == self.wanted
    }

    /// The conditions that directives make; nothing where they can never hold.
    pub(super) fn of(
        directives: &[Positioned<Directive>],
        definitions: &[Positioned<VariableDefinition>],
    ) -> Option<Vec<Self>> {
        let mut conditions = Vec::new();
        for directive in directives {
            let wanted = match directive.node.name.node.as_str() {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            match directive.node.get_argument("if").map(|argument| &argument.node) {
                Some(Value::Boolean(value)) if *value != wanted => return None,
                Some(Value::Variable(name)) => {
                    let default = match default_of(name, definitions) {
                        Some(ConstValue::Boolean(default)) => *default,
                        _ => wanted,
                    };
                    conditions.push(Self { variable: name.clone(), wanted, default });
                }
                _ => {}
            }
        }
        Some(conditions)
    }
}

/// What prices depend on beside the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pricing<'a> {
    pub(super) types: &'a Types,
    pub(super) catalog: &'a Catalog,
}

impl Pricing<'_> {
    /// What a valid operation costs; one that is not valid is only to be survived.
    pub(super) fn operation(&self, document: &ExecutableDocument, operation: &OperationDefinition) -> Cost {
        let (root, own) = match operation.ty {
            OperationType::Query => ("Query", PRICES.root_field),
            OperationType::Mutation => ("Mutation", PRICES.root_field.saturating_add(PRICES.mutation)),
            OperationType::Subscription => ("Subscription", PRICES.root_field),
        };
        let definitions = &operation.variable_definitions;
        let walk = Walk {
            pricing: *self,
            definitions,
            gathering: Gathering { fragments: &document.fragments, definitions, types: self.types },
        };
        let mut total = Cost::default();
        for (_, found) in walk.gathering.fields(&[&operation.selection_set.node], root) {
            let mut cost = if introspection(found.name()) {
                Cost::points(PRICES.introspection)
            } else {
                walk.field(&found, root, false)
            };
            if root == "Mutation" && found.name() == "batch" {
                cost.add(Cost::points(PRICES.operation));
                let mut all = Cost::default();
                all.add_times(walk.operations(found.field), cost);
                cost = all;
            }
            cost.fixed = cost.fixed.saturating_add(u64::from(own));
            total.add_when(found.when, cost);
        }
        total
    }
}

struct Walk<'d, 'a> {
    pricing: Pricing<'a>,
    definitions: &'d [Positioned<VariableDefinition>],
    gathering: Gathering<'d, 'a>,
}

impl<'d> Walk<'d, '_> {
    /// What a field costs without its conditions. `listed` says that it stands in a list that is given in full.
    fn field(&self, found: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        let Some(ty) = self.pricing.types.field(of, found.name()) else { return Cost::default() };
        let inner = innermost(ty);
        if inner.ends_with("Connection") {
            return self.connection(found, inner, listed);
        }
        let row = self.pricing.catalog.noun(inner).is_ok() || self.pricing.types.is_interface(inner);
        let mut cost = Cost::points(u32::from(row));
        if !list(ty) {
            cost.add(self.inside(found, inner, listed));
            return cost;
        }
        if !row {
            return self.inside(found, inner, listed);
        }
        cost.add(self.inside(found, inner, true));
        let mut all = Cost::default();
        all.add_times(self.items(found.field, of, listed), cost);
        all
    }

    /// What the selection on a field costs, for each of the types that its row may be of.
    fn inside(&self, found: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        if !self.pricing.types.is_interface(of) {
            return self.of_type(found, of, listed);
        }
        let mut types = self.gathering.conditions(&found.sets);
        types.push(of);
        let alternatives = types.into_iter().map(|of| self.of_type(found, of, listed)).collect();
        Cost { either: vec![alternatives], ..Cost::default() }
    }

    fn of_type(&self, found: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        let mut total = Cost::default();
        for (_, inner) in self.gathering.fields(&found.sets, of) {
            let cost = self.field(&inner, of, listed);
            total.add_when(inner.when, cost);
        }
        total
    }

    fn connection(&self, found: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        let (mut row, mut whole) = (Cost::points(1), Cost::default());
        for (_, part) in self.gathering.fields(&found.sets, of) {
            let (rows, own) = match part.name() {
                "nodes" => (self.row(&part, of, listed), Cost::default()),
                "edges" => (self.of_edges(&part, of, listed), Cost::default()),
                "totalCount" => (Cost::default(), Cost::points(PRICES.count)),
                "facets" => {
                    let count = self
                        .pricing
                        .types
                        .field(of, "facets")
                        .map_or(0, |facets| self.gathering.fields(&part.sets, innermost(facets)).len());
                    let count = u32::try_from(count).unwrap_or(u32::MAX);
                    (Cost::default(), Cost::points(PRICES.facet.saturating_mul(count)))
                }
                _ => continue,
            };
            row.add_when(part.when.clone(), rows);
            whole.add_when(part.when, own);
        }
        if given(found.field, "search").is_some() {
            whole.add(Cost::points(PRICES.search));
        }
        whole.add_times(self.page(found.field), row);
        whole
    }

    fn of_edges(&self, edges: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        let Some(edge) = self.pricing.types.field(of, "edges").map(innermost) else { return Cost::default() };
        let mut rows = Cost::default();
        for (_, part) in self.gathering.fields(&edges.sets, edge) {
            if part.name() == "node" {
                rows.add_when(part.when.clone(), self.row(&part, edge, listed));
            }
        }
        rows
    }

    /// What each row of a page holds; the row itself is counted with the page.
    fn row(&self, found: &Occurrence<'d>, of: &str, listed: bool) -> Cost {
        match self.pricing.types.field(of, found.name()) {
            Some(ty) => self.inside(found, innermost(ty), listed),
            None => Cost::default(),
        }
    }

    fn page(&self, field: &Field) -> Times {
        let given = ["first", "last"].into_iter().filter_map(|name| match given(field, name)? {
            Value::Number(number) => Some(Given::Known(number.as_u64().unwrap_or_default())),
            Value::Variable(name) => {
                let default = match default_of(name, self.definitions) {
                    Some(ConstValue::Number(number)) => number.as_u64(),
                    _ => None,
                };
                Some(Given::Variable(name.clone(), default))
            }
            _ => None,
        });
        match given.collect::<Vec<_>>() {
            given if given.iter().all(|one| matches!(one, Given::Known(_))) => {
                Times::Known(Times::Page(given).of(&Variables::new()))
            }
            given => Times::Page(given),
        }
    }

    /// How many operations a batch has.
    fn operations(&self, field: &Field) -> Times {
        match given(field, "input") {
            Some(Value::Object(batch)) => match batch.get("operations") {
                Some(Value::List(operations)) => Times::Known(operations.len() as u64),
                Some(Value::Variable(name)) => Times::Items(name.clone()),
                _ => Times::Known(1),
            },
            Some(Value::Variable(name)) => {
                let default = match default_of(name, self.definitions) {
                    Some(ConstValue::Object(batch)) => match batch.get("operations") {
                        Some(ConstValue::List(operations)) => operations.len() as u64,
                        _ => 1,
                    },
                    _ => 1,
                };
                Times::Operations(name.clone(), default)
            }
            _ => Times::Known(1),
        }
    }

    fn items(&self, field: &Field, of: &str, listed: bool) -> Times {
        match given(field, "ids").filter(|_| of == "Query") {
            Some(Value::List(items)) => Times::Known(items.len() as u64),
            Some(Value::Variable(name)) => Times::Items(name.clone()),
            Some(_) => Times::Known(1),
            None => Times::Known(u64::from(if listed { LIMITS.max_list } else { LIMITS.short_list })),
        }
    }
}

/// An argument that was written down and is not null.
fn given<'d>(field: &'d Field, name: &str) -> Option<&'d Value> {
    field.get_argument(name).map(|value| &value.node).filter(|value| **value != Value::Null)
}

fn default_of<'d>(name: &Name, definitions: &'d [Positioned<VariableDefinition>]) -> Option<&'d ConstValue> {
    let definition = definitions.iter().find(|definition| definition.node.name.node == *name)?;
    definition.node.default_value.as_ref().map(|value| &value.node)
}

fn list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}
