//! Object types: one for each noun, and the interface of those that have an id.

use async_graphql::{
    OutputType,
    registry::{MetaField, MetaType, Registry},
};
use indexmap::{IndexMap, IndexSet};

use super::{NODE, add, add_enum_type, argument, connection, field, type_of};
use crate::{
    domain::{
        catalog::{Argument, Catalog, Field, IMAGE_FORMAT, Noun, Read, Relation, Scalar},
        variant::MAX_SIDE,
    },
    graphql::scalar::{DateTime, Json},
};

/// What is said of an address that can be that of a smaller picture.
const VARIES: &str = "With an argument: where a smaller picture is, if this is a picture that brandgraph keeps; any other \
                      file's address stays as it is.";

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
        if declared.varies {
            add_enum_type(registry, &IMAGE_FORMAT);
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
        Read::Column(_) if declared.varies => {
            let doc = format!("{} {VARIES}", declared.doc);
            built.description = Some(doc);
            built.args.extend(variant());
        }
        Read::Key | Read::Column(_) | Read::Path(..) | Read::List(_) => {}
    }
    (name, built)
}

/// The arguments of a smaller picture.
fn variant() -> [(String, async_graphql::registry::MetaInputValue); 3] {
    let side = |name: &str, which: &str| {
        let doc = format!(
            "How {which} it is at the most, in pixels, 1 to {MAX_SIDE}; as {which} as it comes out where none is given."
        );
        argument(name, "Int", &doc)
    };
    let format = "What kind of picture; WEBP where only its size is given.";
    [side("width", "wide"), side("height", "high"), argument("format", IMAGE_FORMAT.name, format)]
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
