//! The schema of the read side, written from the catalog into async-graphql's registry.

mod connection;
mod filter;
mod noun;
mod order;
mod root;

use std::{cell::RefCell, sync::Arc};

use async_graphql::{
    OutputType,
    registry::{
        EnumBuilder, InputObjectBuilder, MetaEnumValue, MetaField, MetaInputValue, MetaType, ObjectBuilder,
        Registry,
    },
};
use indexmap::IndexMap;

use super::scalar::{DateTime, Json};
use crate::domain::{
    Code, Error, Result,
    catalog::{Catalog, EnumType, Scalar},
    fields::Kind,
};

pub(super) use root::query;

/// The name of the interface of everything that has an id.
pub(in crate::graphql) const NODE: &str = "Node";

thread_local! {
    /// The catalog of the schema that this thread is building: async-graphql's hooks for type information take no value.
    static BUILDING: RefCell<Option<Arc<Catalog>>> = const { RefCell::new(None) };
}

thread_local! {
    /// The names that were given to a type although another one had them.
    static TWICE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Refuses a catalog whose nouns make two types of one name, or one that a type of the write side has: async-graphql would
/// take whichever came first for both. `written` registers the write side.
///
/// # Errors
/// `CONFLICT` naming the types.
pub(super) fn distinct(catalog: &Arc<Catalog>, written: impl FnOnce(&mut Registry)) -> Result<()> {
    let (mut read, mut others) = (Registry::default(), Registry::default());
    // Without a catalog at hand the nouns that the write side mentions are left out.
    written(&mut others);
    TWICE.take();
    with_catalog(Arc::clone(catalog), || query(&mut read));
    let mut twice = TWICE.take();
    let shared = [<DateTime as OutputType>::type_name(), <Json as OutputType>::type_name()];
    let own = |name: &&String| !shared.iter().any(|shared| shared == name.as_str());
    twice.extend(read.types.keys().filter(own).filter(|name| others.types.contains_key(*name)).cloned());
    if twice.is_empty() {
        return Ok(());
    }
    let message = format!("the catalog gives a name to two types of the graph: {}", twice.join(", "));
    Err(Error::new(Code::Conflict, message))
}

/// Builds something while the catalog is at hand for [`catalog`].
pub(super) fn with_catalog<T>(catalog: Arc<Catalog>, build: impl FnOnce() -> T) -> T {
    BUILDING.with_borrow_mut(|building| *building = Some(catalog));
    let built = build();
    BUILDING.with_borrow_mut(|building| *building = None);
    built
}

/// Registers the read side and everything that it mentions.
pub(super) fn nouns(registry: &mut Registry) {
    let Some(catalog) = BUILDING.with_borrow(Clone::clone) else { return };
    if registry.types.contains_key(NODE) {
        return;
    }
    noun::interface(registry, &catalog);
    connection::shared(registry);
    filter::shared(registry);
    order::shared(registry);
    for noun in catalog.nouns() {
        noun::object(registry, noun, &catalog);
        filter::of(registry, noun, &catalog);
        order::of(registry, noun);
        connection::of(registry, noun);
    }
}

/// The GraphQL name of a field in the capitals of an enum value: `publishedAt` is `PUBLISHED_AT`.
pub(super) fn capitals(name: &str) -> String {
    let mut capitals = String::with_capacity(name.len().saturating_add(4));
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            capitals.push('_');
        }
        capitals.push(character.to_ascii_uppercase());
    }
    capitals
}

/// What a custom path of a kind holds.
pub(super) const fn scalar_of(kind: Kind) -> Scalar {
    match kind {
        Kind::Text => Scalar::Text,
        Kind::Number => Scalar::Number,
        Kind::Boolean => Scalar::Boolean,
        Kind::Moment => Scalar::Moment,
        Kind::List => Scalar::Json,
    }
}

/// The GraphQL type of a value, without the mark of what is never null.
fn type_of(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Key(_) => "ID",
        Scalar::Text => "String",
        Scalar::Int => "Int",
        Scalar::Number => "Float",
        Scalar::Boolean => "Boolean",
        Scalar::Moment => "DateTime",
        Scalar::Json => "JSON",
        Scalar::Texts => "[String!]",
        Scalar::Enum(of) => of.name,
    }
}

fn field(name: &str, ty: impl Into<String>, doc: &str) -> (String, MetaField) {
    let mut field = MetaField::new(name, ty);
    field.description = Some(doc.to_owned());
    (name.to_owned(), field)
}

pub(in crate::graphql) fn argument(name: &str, ty: impl Into<String>, doc: &str) -> (String, MetaInputValue) {
    let mut value = MetaInputValue::new(name, ty);
    value.description = Some(doc.to_owned());
    (name.to_owned(), value)
}

fn with_default((name, mut value): (String, MetaInputValue), default: &str) -> (String, MetaInputValue) {
    value.default_value = Some(default.to_owned());
    (name, value)
}

fn add_object(registry: &mut Registry, name: &str, doc: &str, fields: IndexMap<String, MetaField>) {
    let object = ObjectBuilder::new(name, fields).description(Some(doc.to_owned())).build();
    add(registry, object);
}

fn add_input(registry: &mut Registry, name: &str, doc: &str, fields: IndexMap<String, MetaInputValue>) {
    let input = InputObjectBuilder::new(name, fields).description(Some(doc.to_owned())).build();
    add(registry, input);
}

fn add_one_of(registry: &mut Registry, name: &str, doc: &str, fields: IndexMap<String, MetaInputValue>) {
    let input = InputObjectBuilder::new(name, fields).description(Some(doc.to_owned())).oneof(true).build();
    add(registry, input);
}

fn add_enum<'v>(
    registry: &mut Registry,
    name: &str,
    doc: &str,
    values: impl IntoIterator<Item = (&'v str, &'v str)>,
) {
    let values = values
        .into_iter()
        .map(|(name, doc)| {
            let mut value = MetaEnumValue::new(name);
            value.description = Some(doc.to_owned());
            (name.to_owned(), value)
        })
        .collect();
    let built = EnumBuilder::new(name, values).description(Some(doc.to_owned())).build();
    add(registry, built);
}

fn add_enum_type(registry: &mut Registry, of: &EnumType) {
    if !registry.types.contains_key(of.name) {
        add_enum(registry, of.name, of.doc, of.values.iter().map(|value| (value.name, value.doc)));
    }
}

fn add(registry: &mut Registry, ty: MetaType) {
    let name = ty.name().to_owned();
    if registry.types.insert(name.clone(), ty).is_some() {
        TWICE.with_borrow_mut(|twice| twice.push(name));
    }
}
