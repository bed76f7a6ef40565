//! Object types: one for each noun, and the interface of those that have an id.

use async_graphql::{
    OutputType,
    registry::{MetaField, MetaType, Registry},
};
use indexmap::{IndexMap, IndexSet};

use super::{NODE, add, add_enum_type, argument, connection, field, type_of};
use crate::{
    domain::catalog::{Argument, Catalog, Field, Noun, Read, Relation, Scalar},
    graphql::scalar::{DateTime, Json},
};

/// Everything that can be asked for by its id.
pub(super) fn interface(registry: &mut Registry, catalog: &Catalog) {
    <Json as OutputType>::create_type_info(registry);
    <DateTime as OutputType>::create_type_info(registry);
    let possible_types: IndexSet<String> =
        catalog.nouns().filter(|noun| noun.kind.is_some()).map(|noun| noun.name.to_string()).collect();
    for name in &possible_types {
        registry.add_implements(name, NODE);
    }
    let fields = [field("id", "ID!", "The global id: opaque, unique over all types.")].into_iter().collect();
    add(
        registry,
        MetaType::Interface {
            name: NODE.to_owned(),
            description: Some("Everything that can be asked for by its id.".to_owned()),
            fields,
            possible_types,
            extends: false,
            keys: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
    );
}

/// The object type of a noun.
pub(super) fn object(registry: &mut Registry, noun: &Noun, catalog: &Catalog) {
    let mut fields = IndexMap::with_capacity(noun.fields.len());
    for declared in &noun.fields {
        if let Read::Column(column) = &declared.read
            && let Scalar::Enum(of) = column.scalar
        {
            add_enum_type(registry, of);
        }
        let (name, built) = build(declared, catalog);
        fields.insert(name, built);
    }
    super::add_object(registry, &noun.name, noun.doc, fields);
}

fn build(declared: &Field, catalog: &Catalog) -> (String, MetaField) {
    let mark = if declared.nullable { "" } else { "!" };
    let ty = match &declared.read {
        Read::Key => "ID!".to_owned(),
        Read::Column(column) => format!("{}{mark}", type_of(column.scalar)),
        Read::Path(_, kind) => type_of(super::scalar_of(*kind)).to_owned(),
        Read::AnyPath => "JSON".to_owned(),
        Read::One(relation) => format!("{}{mark}", relation.noun),
        Read::List(relation) => format!("[{}!]!", relation.noun),
        Read::Connection(relation) => format!("{}Connection!", relation.noun),
    };
    let (name, mut built) = field(&declared.name, ty, &declared.doc);
    match &declared.read {
        Read::AnyPath => {
            built.args.extend([argument(
                "path",
                "String!",
                "Property names and positions from the outside in, joined by dots: `hero.focus.x`, `steps.0.text`.",
            )]);
        }
        Read::One(relation) => built.args.extend(referring(relation)),
        Read::Connection(relation) => {
            built.args.extend(referring(relation));
            if let Ok(target) = catalog.noun(relation.noun) {
                built.args.extend(connection::arguments(target));
            }
        }
        Read::Key | Read::Column(_) | Read::Path(..) | Read::List(_) => {}
    }
    (name, built)
}

fn referring(relation: &Relation) -> Option<(String, async_graphql::registry::MetaInputValue)> {
    match relation.argument? {
        Argument::ReferringField => Some(argument(
            "field",
            "String!",
            "The path of the custom field that refers: `author`, `hero.image`.",
        )),
        Argument::AnyReferringField => Some(argument(
            "field",
            "String",
            "The path of the custom field that refers; any of them where none is given.",
        )),
    }
}
