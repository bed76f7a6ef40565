//! Filters: an input object whose fields are the catalog's, as a tree of conditions.

use std::sync::Arc;

use async_graphql_value::ConstValue;

use super::{
    Selector,
    input::{Input, Inputs},
    literal,
};
use crate::domain::{
    Error, Result,
    catalog::{Field, Noun, Read, Relation, Scalar},
    fields::{FieldPath, Kind},
    read::{LIMITS, Operand, Predicate, RelatedTo},
};

/// How many parts a filter has: every field of every object and every item of every list.
fn parts(value: &ConstValue) -> u64 {
    match value {
        ConstValue::List(items) => items.iter().map(|item| parts(item).saturating_add(1)).sum(),
        ConstValue::Object(fields) => fields.values().map(|field| parts(field).saturating_add(1)).sum(),
        _ => 0,
    }
}

impl Selector<'_> {
    /// The condition that a filter on rows of a noun puts.
    pub(super) fn filter(&self, noun: &Arc<Noun>, input: &Input<'_>) -> Result<Predicate> {
        let parts = parts(input.value());
        if parts > u64::from(LIMITS.max_conditions) {
            return Err(Error::limit_at(
                input.path(),
                ("max_conditions", "parts of one filter"),
                LIMITS.max_conditions,
                parts,
            ));
        }
        self.filter_object(noun, &input.object()?, 1)
    }

    fn filter_object(&self, noun: &Arc<Noun>, filter: &Inputs<'_>, depth: u32) -> Result<Predicate> {
        if depth > LIMITS.max_filter_depth {
            return Err(Error::limit_at(
                filter.path(),
                ("max_filter_depth", "levels of nested filters"),
                LIMITS.max_filter_depth,
                depth,
            ));
        }
        let mut all = Predicate::all();
        for (name, input) in filter.entries() {
            // A filter that a client fills from a form has nulls for what was not filled in.
            if input.is_null() {
                continue;
            }
            let each = || -> Result<Vec<Predicate>> {
                input
                    .items()
                    .iter()
                    .map(|item| self.filter_object(noun, &item.object()?, depth + 1))
                    .collect()
            };
            all = all.and(match name {
                "and" => Predicate::And(each()?),
                "or" => Predicate::Or(each()?),
                "not" => {
                    let inner = self.filter_object(noun, &input.object()?, depth + 1)?;
                    Predicate::Not(Box::new(inner))
                }
                "fields" if noun.content => {
                    let each: Result<Vec<Predicate>> =
                        input.items().iter().map(|item| literal::custom(&item.object()?)).collect();
                    Predicate::And(each?)
                }
                name => match noun.field(name).filter(|field| field.filters) {
                    Some(field) => self.filter_field(noun, field, &input, depth)?,
                    None => return Err(input.unknown(&format!("a field of {}Filter", noun.name))),
                },
            });
        }
        Ok(all)
    }

    fn filter_field(
        &self,
        noun: &Arc<Noun>,
        field: &Field,
        input: &Input<'_>,
        depth: u32,
    ) -> Result<Predicate> {
        let filter = input.object()?;
        match &field.read {
            Read::Key => {
                let kind = noun.kind.ok_or_else(|| Error::internal("a key without a kind filters"))?;
                literal::scalar(&Operand::Key(noun.key), Scalar::Key(kind), &filter)
            }
            Read::Column(column) => literal::scalar(&Operand::Column(*column), column.scalar, &filter),
            Read::Path(path, Kind::List) => literal::list(path, &filter),
            Read::Path(path, kind) => {
                let scalar = super::super::register::scalar_of(*kind);
                literal::scalar(&Operand::Path(path.clone(), *kind), scalar, &filter)
            }
            Read::AnyPath => Err(input.unknown("a field that filters")),
            Read::One(relation) => {
                let noun = self.catalog.noun(relation.noun)?;
                let predicate = self.filter_object(noun, &filter, depth + 1)?;
                Ok(related(noun, relation, None, predicate))
            }
            Read::List(relation) | Read::Connection(relation) => self.filter_list(relation, &filter, depth),
        }
    }

    /// `{some: …, none: …}` over rows on the other side of a relation.
    fn filter_list(&self, relation: &Relation, filter: &Inputs<'_>, depth: u32) -> Result<Predicate> {
        let noun = self.catalog.noun(relation.noun)?;
        let referring = filter
            .find("field")
            .map(|input| FieldPath::parse(input.text()?, input.path()).map(|path| path.to_string()))
            .transpose()?;
        if let Some(field) = filter.find("field")
            && filter.find("some").or(filter.find("none")).is_none()
        {
            return Err(field.wrong("required", "needs `some` or `none` beside it"));
        }
        let mut all = Predicate::all();
        for (name, input) in filter.entries() {
            if name == "field" || input.is_null() {
                continue;
            }
            let inner = self.filter_object(noun, &input.object()?, depth + 1)?;
            let found = related(noun, relation, referring.as_deref(), inner);
            all = all.and(match name {
                "some" => found,
                "none" => Predicate::Not(Box::new(found)),
                _ => return Err(input.unknown("`some`, `none` or `field`")),
            });
        }
        Ok(all)
    }
}

fn related(noun: &Arc<Noun>, relation: &Relation, field: Option<&str>, predicate: Predicate) -> Predicate {
    Predicate::Related(Box::new(RelatedTo {
        noun: Arc::clone(noun),
        join: relation.join,
        field: field.map(str::to_owned),
        predicate,
    }))
}
