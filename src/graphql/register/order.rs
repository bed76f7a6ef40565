//! Order inputs: one for each noun, made of the fields that sort.

use async_graphql::registry::Registry;

use super::{add_enum, add_input, argument, capitals, with_default};
use crate::domain::catalog::Noun;

/// The types that every order shares.
pub(super) fn shared(registry: &mut Registry) {
    add_enum(
        registry,
        "OrderDirection",
        "Which way an order goes.",
        [("ASC", "Smallest, earliest, first in the alphabet first."), ("DESC", "The other way round.")],
    );
    add_enum(
        registry,
        "NullsOrder",
        "Where rows without a value go.",
        [("FIRST", "Before all others."), ("LAST", "After all others.")],
    );
}

/// The order of a noun; nouns without a field that sorts get the key that they are listed by.
pub(super) fn of(registry: &mut Registry, noun: &Noun) {
    let name = &noun.name;
    let mut values: Vec<(String, String)> = noun
        .fields
        .iter()
        .filter(|field| field.sorts)
        .map(|field| (capitals(&field.name), field.doc.to_string()))
        .collect();
    if noun.content {
        values.push(("FIELD".to_owned(), "A custom field; `path` says which.".to_owned()));
        values.push((
            "RELEVANCE".to_owned(),
            "How well the row fits `search`; the best first unless `ASC`.".to_owned(),
        ));
    }
    if values.is_empty() {
        return;
    }
    add_enum(
        registry,
        &format!("{name}OrderField"),
        &format!("What {} can be ordered by.", noun.plural),
        values.iter().map(|(name, doc)| (name.as_str(), doc.as_str())),
    );
    let mut fields = vec![
        argument("field", format!("{name}OrderField!"), "What is compared."),
        argument(
            "direction",
            "OrderDirection",
            "Which way; `ASC` where nothing is said, for `RELEVANCE` `DESC`.",
        ),
        with_default(argument("nulls", "NullsOrder", "Where rows without a value go."), "LAST"),
    ];
    if noun.content {
        fields.push(argument("path", "String", "The path of the custom field, for `FIELD`."));
        fields.push(with_default(
            argument("as", "FieldKind", "How the custom field's values are compared, for `FIELD`."),
            "TEXT",
        ));
    }
    add_input(
        registry,
        &format!("{name}Order"),
        &format!("One key of an order of {}.", noun.plural),
        fields.into_iter().collect(),
    );
}
