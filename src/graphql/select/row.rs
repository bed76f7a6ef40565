//! What is wanted of a row: values of its own and related rows.

use std::sync::Arc;

use async_graphql::parser::types::SelectionSet;

use super::{Place, Selector, collect::Collected, input::Inputs, page};
use crate::domain::{
    Error, Result,
    catalog::{Argument, IMAGE_FORMAT, Noun, Read, Relation},
    fields::FieldPath,
    read::{LIMITS, Link, List, One, Predicate, Rows, Selection, Value},
    variant::{self, Format, Variant},
};

impl<'d> Selector<'d> {
    /// The selection on rows of a noun.
    pub(in crate::graphql) fn selection(
        &self,
        noun: &Arc<Noun>,
        sets: impl Iterator<Item = &'d SelectionSet>,
        place: Place,
    ) -> Result<Selection> {
        let place = Place { depth: self.deeper(place.depth)?, ..place };
        let mut values = Vec::new();
        for (key, collected) in self.collect(sets, &noun.name)? {
            let value = self.value(noun, &collected, place).map_err(|error| error.within(key))?;
            values.push((key.to_owned(), value));
        }
        Ok(Selection(values))
    }

    fn value(&self, noun: &Arc<Noun>, collected: &Collected<'d>, place: Place) -> Result<Value> {
        if collected.name() == "__typename" {
            return Ok(Value::Typename(noun.name.to_string()));
        }
        let field = noun.field(collected.name()).ok_or_else(|| {
            Error::invalid(collected.name(), "unknown", format!("is not a field of {}", noun.name))
        })?;
        let arguments = self.arguments(collected.field())?;
        let arguments = Inputs::of_field(&arguments);
        Ok(match &field.read {
            Read::Key => {
                let kind = noun.kind.ok_or_else(|| Error::internal("a key without a kind is shown"))?;
                Value::Key(kind, noun.key)
            }
            Read::Column(column) if field.varies => match smaller(&arguments)? {
                Some(variant) => Value::Variant(*column, variant),
                None => Value::Column(*column),
            },
            Read::Column(column) => Value::Column(*column),
            Read::Path(path, kind) => Value::Path(path.clone(), *kind),
            Read::AnyPath => {
                let path = arguments.get("path")?;
                Value::Custom(FieldPath::parse(path.text()?, path.path())?)
            }
            Read::One(relation) => self.one(relation, field.nullable, collected, &arguments, place)?,
            Read::List(relation) => self.list(relation, collected, place)?,
            Read::Connection(relation) => self.related_page(relation, collected, &arguments, place)?,
        })
    }

    fn one(
        &self,
        relation: &Relation,
        optional: bool,
        collected: &Collected<'d>,
        arguments: &Inputs<'_>,
        place: Place,
    ) -> Result<Value> {
        let noun = self.catalog.noun(relation.noun)?;
        let rows = plain(noun, relation);
        let selection = self.selection(noun, collected.sets(), place)?;
        let field = referring(relation, arguments)?;
        Ok(Value::One(Box::new(Link { join: relation.join, field, optional, to: One { rows, selection } })))
    }

    fn list(&self, relation: &Relation, collected: &Collected<'d>, place: Place) -> Result<Value> {
        let noun = self.catalog.noun(relation.noun)?;
        let rows = plain(noun, relation);
        // Such lists are short by nature, a handful. One inside of another is charged what it can come to: a translation's
        // translations are the same rows again, and what is unlikely once is not to be multiplied.
        let fan = self.charge(place.fan, if place.listed { LIMITS.max_list } else { LIMITS.short_list })?;
        let selection = self.selection(noun, collected.sets(), Place { fan, listed: true, ..place })?;
        let to = List { rows, limit: LIMITS.max_list, selection };
        Ok(Value::List(Box::new(Link { join: relation.join, field: None, optional: false, to })))
    }

    fn related_page(
        &self,
        relation: &Relation,
        collected: &Collected<'d>,
        arguments: &Inputs<'_>,
        place: Place,
    ) -> Result<Value> {
        let noun = self.catalog.noun(relation.noun)?;
        let field = referring(relation, arguments)?;
        let to =
            self.connection(noun, Some(relation.join), field.as_deref(), arguments, collected.sets(), place)?;
        Ok(Value::Connection(Box::new(Link { join: relation.join, field, optional: false, to })))
    }
}

/// The smaller picture that is asked for, if any.
fn smaller(arguments: &Inputs<'_>) -> Result<Option<Variant>> {
    let (mut variant, mut given) = (Variant::default(), false);
    for (name, pixels) in [("width", &mut variant.width), ("height", &mut variant.height)] {
        if let Some(input) = arguments.find(name) {
            *pixels = variant::side(Some(input.int()?.into()), input.path())?;
            given = true;
        }
    }
    if let Some(input) = arguments.find("format") {
        variant.format = Format::parse(input.member(&IMAGE_FORMAT)?, input.path())?;
        given = true;
    }
    Ok(given.then_some(variant))
}

/// Related rows, all of them.
fn plain(noun: &Arc<Noun>, relation: &Relation) -> Rows {
    Rows {
        noun: Arc::clone(noun),
        predicate: Predicate::all(),
        order: page::default_order(noun, Some(relation.join)),
        search: None,
        via: None,
    }
}

/// The custom field that refers, where the relation takes one.
fn referring(relation: &Relation, arguments: &Inputs<'_>) -> Result<Option<String>> {
    let given = match relation.argument {
        None => return Ok(None),
        Some(Argument::ReferringField) => Some(arguments.get("field")?),
        Some(Argument::AnyReferringField) => arguments.find("field"),
    };
    given.map(|input| FieldPath::parse(input.text()?, input.path()).map(|path| path.to_string())).transpose()
}
