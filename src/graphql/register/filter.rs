//! Filter inputs: one for each noun, made of the fields that filter, and one for each type of value.

use async_graphql::registry::{MetaInputValue, Registry};
use indexmap::IndexMap;

use super::{add_enum, add_input, argument, scalar_of};
use crate::domain::{
    catalog::{Argument, Catalog, EnumType, Field, Noun, Read, Scalar},
    fields::Kind,
    read::LIMITS,
};

const EQ: (&str, &str) = ("eq", "The same.");
const NE: (&str, &str) = ("ne", "Another value, or none.");
const GT: (&str, &str) = ("gt", "More than this.");
const GTE: (&str, &str) = ("gte", "This or more.");
const LT: (&str, &str) = ("lt", "Less than this.");
const LTE: (&str, &str) = ("lte", "This or less.");
const CONTAINS: (&str, &str) = ("contains", "Has this inside, whatever the case of letters.");
const ELEMENT: (&str, &str) = ("contains", "Has this element.");
const STARTS: (&str, &str) = ("startsWith", "Begins with this, whatever the case of letters.");

/// The filters on values.
pub(super) fn shared(registry: &mut Registry) {
    let order = [GT, GTE, LT, LTE];
    scalar(registry, "ID", "ID", &[EQ, NE], "an id");
    scalar(registry, "String", "String", &[&[EQ, NE, CONTAINS, STARTS], &order[..]].concat(), "a text");
    scalar(registry, "Int", "Int", &[&[EQ, NE], &order[..]].concat(), "an integer");
    scalar(registry, "Float", "Float", &[&[EQ, NE], &order[..]].concat(), "a number");
    scalar(registry, "DateTime", "DateTime", &[&[EQ, NE], &order[..]].concat(), "a moment");
    scalar(registry, "Boolean", "Boolean", &[EQ, NE], "true or false");
    list_of(registry, "StringListFilter", "String", "a list of texts");
    list_of(registry, "ListFilter", "JSON", "a list of values");
    add_input(
        registry,
        "PresenceFilter",
        "A condition on a value of no fixed shape; all that are given hold.",
        [exists()].into_iter().collect(),
    );
    add_enum(
        registry,
        "FieldKind",
        "How the values of a custom field are compared and sorted.",
        [
            ("TEXT", "As texts."),
            ("NUMBER", "As numbers; values that are none do not match."),
            ("BOOLEAN", "As true or false."),
            ("DATE_TIME", "As moments, RFC 3339; a date is its midnight in UTC."),
            ("LIST", "As a list, of which `contains` asks for an element."),
        ],
    );
    let mut fields: IndexMap<_, _> = [
        argument(
            "path",
            "String!",
            "Property names and positions from the outside in, joined by dots: `price`, `hero.focus.x`.",
        ),
        argument(
            "as",
            "FieldKind",
            "How values are compared; where nothing is said, the JSON type of the given value decides.",
        ),
    ]
    .into_iter()
    .collect();
    let all = [EQ, NE, GT, GTE, LT, LTE, CONTAINS, STARTS];
    fields.extend(all.map(|(name, doc)| argument(name, "JSON", doc)));
    fields.extend(elements("JSON"));
    fields.extend(sets("JSON"));
    fields.extend([exists()]);
    add_input(registry, "FieldFilter", "A condition on a custom field; all that are given hold.", fields);
}

/// The filter on values that are lists.
fn list_of(registry: &mut Registry, name: &str, ty: &str, of: &str) {
    let (element, doc) = ELEMENT;
    let mut fields: IndexMap<_, _> = [argument(element, ty, doc)].into_iter().collect();
    fields.extend(elements(ty));
    fields.extend([exists()]);
    let doc = format!(
        "A condition on {of}; all that are given hold, and a missing list fails each but `exists: false`."
    );
    add_input(registry, name, &doc, fields);
}

fn scalar(registry: &mut Registry, name: &str, ty: &str, operators: &[(&str, &str)], of: &str) {
    let mut fields: IndexMap<_, _> = operators.iter().map(|(name, doc)| argument(name, ty, doc)).collect();
    fields.extend(sets(ty));
    fields.extend([exists()]);
    let doc = format!(
        "A condition on {of}; all that are given hold, and a missing value fails each but `ne`, `notIn` and `exists: false`."
    );
    add_input(registry, &format!("{name}Filter"), &doc, fields);
}

fn sets(ty: &str) -> [(String, MetaInputValue); 2] {
    let bound = LIMITS.max_values;
    [
        argument("in", format!("[{ty}!]"), &format!("One of these, {bound} at the most.")),
        argument("notIn", format!("[{ty}!]"), &format!("None of these, {bound} at the most; or no value.")),
    ]
}

fn elements(ty: &str) -> [(String, MetaInputValue); 2] {
    let bound = LIMITS.max_values;
    [
        argument(
            "containsAny",
            format!("[{ty}!]"),
            &format!("Has at least one of these, {bound} at the most."),
        ),
        argument("containsAll", format!("[{ty}!]"), &format!("Has each of these, {bound} at the most.")),
    ]
}

fn exists() -> (String, MetaInputValue) {
    argument("exists", "Boolean", "Whether there is a value at all.")
}

/// The filter of a noun, and the one on lists of it.
pub(super) fn of(registry: &mut Registry, noun: &Noun, catalog: &Catalog) {
    let name = format!("{}Filter", noun.name);
    let mut fields: IndexMap<_, _> = [
        argument("and", format!("[{name}!]"), "All of these hold."),
        argument("or", format!("[{name}!]"), "At least one of these holds."),
        argument("not", name.clone(), "This does not hold."),
    ]
    .into_iter()
    .collect();
    for field in noun.fields.iter().filter(|field| field.filters) {
        if let Some(ty) = filter_type(registry, field, catalog) {
            fields.extend([argument(&field.name, ty, &field.doc)]);
        }
    }
    if noun.content {
        fields.extend([argument(
            "fields",
            "[FieldFilter!]",
            "Conditions on custom fields; all of them hold.",
        )]);
    }
    let doc = format!(
        "Conditions on {}; all that are given hold. {} parts at the most, nested {} deep.",
        noun.plural, LIMITS.max_conditions, LIMITS.max_filter_depth
    );
    add_input(registry, &name, &doc, fields);
    list(registry, noun, false);
    list(registry, noun, true);
}

fn list(registry: &mut Registry, noun: &Noun, referring: bool) {
    let name = &noun.name;
    let mut fields: IndexMap<_, _> = [
        argument("some", format!("{name}Filter"), "At least one of them satisfies this."),
        argument("none", format!("{name}Filter"), "None of them satisfies this."),
    ]
    .into_iter()
    .collect();
    let kind = if referring { "Reference" } else { "List" };
    if referring {
        let doc = "The path of the custom field that refers; any of them where none is given.";
        fields.extend([argument("field", "String", doc)]);
    }
    let doc = format!("A condition on related {}; all that are given hold.", noun.plural);
    add_input(registry, &format!("{name}{kind}Filter"), &doc, fields);
}

fn filter_type(registry: &mut Registry, field: &Field, catalog: &Catalog) -> Option<String> {
    Some(match &field.read {
        Read::Key => "IDFilter".to_owned(),
        Read::Column(column) => scalar_filter(registry, column.scalar),
        Read::Path(_, Kind::List) => "ListFilter".to_owned(),
        Read::Path(_, kind) => scalar_filter(registry, scalar_of(*kind)),
        Read::AnyPath => return None,
        Read::One(relation) => format!("{}Filter", catalog.noun(relation.noun).ok()?.name),
        Read::List(relation) | Read::Connection(relation) => {
            let kind = match relation.argument {
                Some(Argument::AnyReferringField) => "Reference",
                _ => "List",
            };
            format!("{}{kind}Filter", relation.noun)
        }
    })
}

fn scalar_filter(registry: &mut Registry, scalar: Scalar) -> String {
    match scalar {
        Scalar::Key(_) => "IDFilter".to_owned(),
        Scalar::Text => "StringFilter".to_owned(),
        Scalar::Int => "IntFilter".to_owned(),
        Scalar::Number => "FloatFilter".to_owned(),
        Scalar::Boolean => "BooleanFilter".to_owned(),
        Scalar::Moment => "DateTimeFilter".to_owned(),
        Scalar::Texts => "StringListFilter".to_owned(),
        Scalar::Json => "PresenceFilter".to_owned(),
        Scalar::Enum(of) => enum_filter(registry, of),
    }
}

fn enum_filter(registry: &mut Registry, of: &EnumType) -> String {
    super::add_enum_type(registry, of);
    let name = format!("{}Filter", of.name);
    if !registry.types.contains_key(&name) {
        scalar(registry, of.name, of.name, &[EQ, NE], "a value of a closed set");
    }
    name
}
