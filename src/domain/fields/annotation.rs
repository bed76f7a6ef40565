//! Finds the annotated custom fields of a schema: `x-filterable`, `x-sortable`, `x-searchable`, `x-unique`, `x-reference`.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{
    custom::{CustomField, Reference},
    document::Document,
    limits,
    path::{FieldPath, Kind},
    walk::escaped,
};
use crate::domain::Violation;

const FLAGS: [&str; 4] = ["x-filterable", "x-sortable", "x-searchable", "x-unique"];
const REFERENCE: &str = "x-reference";

/// The annotated fields in the order of the schema, or everything that is wrong with the annotations.
pub(super) fn read(document: &Document<'_>) -> Result<Vec<CustomField>, Vec<Violation>> {
    let mut reader =
        Reader { document, fields: Vec::new(), violations: Vec::new(), honoured: BTreeSet::new() };
    reader.object(None, &reader.all_of(""), &mut Vec::new(), false);
    reader.refuse_the_rest();
    let fields = reader.fields;
    let indexed = fields.iter().filter(|f| f.filterable || f.sortable || f.unique).count();
    for (count, most, what) in [
        (fields.len(), limits::ANNOTATED, "annotated fields"),
        (indexed, limits::INDEXED, "fields that ask for an index"),
    ] {
        if count > most {
            let message = format!("has {count} {what}, the most is {most}");
            reader.violations.push(Violation::new("schema", "too_many_annotations", message));
        }
    }
    if reader.violations.is_empty() { Ok(fields) } else { Err(reader.violations) }
}

struct Reader<'d, 'a> {
    document: &'d Document<'a>,
    fields: Vec<CustomField>,
    violations: Vec<Violation>,
    honoured: BTreeSet<String>,
}

/// The schemas that all hold for one value: it, what it refers to, and their `allOf`.
type Layers<'a> = Vec<(String, &'a Map<String, Value>)>;

impl<'a> Reader<'_, 'a> {
    fn all_of(&self, pointer: &str) -> Layers<'a> {
        let mut layers: Layers<'a> = Vec::new();
        let mut waiting = vec![pointer.to_owned()];
        while let Some(pointer) = waiting.pop() {
            let Some(Value::Object(schema)) = self.document.get(&pointer) else { continue };
            waiting.extend(self.document.target(schema).map(|(target, _)| target.to_owned()));
            let alternatives = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            waiting.extend((0..alternatives).map(|index| format!("{pointer}/allOf/{index}")));
            layers.push((pointer, schema));
        }
        layers
    }

    /// Goes through the properties of an object, and of the objects in its arrays. `way` holds the pointers it is inside of,
    /// so that a schema that holds itself ends; `inside` says that an array of objects is among them.
    fn object(&mut self, path: Option<&FieldPath>, layers: &Layers<'a>, way: &mut Vec<String>, inside: bool) {
        for (pointer, schema) in layers {
            let properties = schema.get("properties").and_then(Value::as_object);
            for name in properties.into_iter().flat_map(Map::keys) {
                let at = format!("{pointer}/properties/{}", escaped(name));
                if way.contains(&at) {
                    continue;
                }
                let inner = self.all_of(&at);
                let items: Layers<'a> =
                    inner.iter().flat_map(|(inner, _)| self.all_of(&format!("{inner}/items"))).collect();
                let child = match path {
                    None => FieldPath::from_segments(vec![name.clone()]),
                    Some(path) => path.child(name),
                };
                self.property(&at, child.as_ref(), &inner, inside);
                if let Some(child) = child {
                    way.push(at);
                    self.object(Some(&child), &inner, way, inside);
                    self.object(Some(&child), &items, way, true);
                    way.pop();
                }
            }
        }
    }

    fn property(&mut self, at: &str, path: Option<&FieldPath>, layers: &Layers<'a>, inside: bool) {
        let annotated = |(_, schema): &&(String, &Map<String, Value>)| annotations(schema).next().is_some();
        if !layers.iter().any(|layer| annotated(&layer)) {
            return;
        }
        let Some(path) = path else {
            self.violations.push(Violation::new(
                format!("schema{at}"),
                "annotation_path",
                "is annotated, but its name or depth cannot be written as a path (letters, digits, _ and -, 8 levels)",
            ));
            self.honoured.extend(layers.iter().map(|(pointer, _)| pointer.clone()));
            return;
        };
        self.honoured.extend(layers.iter().map(|(pointer, _)| pointer.clone()));
        let flag = |name: &str| layers.iter().any(|(_, schema)| schema.get(name) == Some(&Value::Bool(true)));
        self.check_flags(layers);
        let reference = self.reference(layers);
        let (kind, many) = match self.kind(layers) {
            Some(found) => found,
            None if reference.is_some() || FLAGS.into_iter().any(flag) => {
                self.violations.push(Violation::new(
                    format!("schema{at}"),
                    "annotation_type",
                    "is annotated, so its type must be string, number, integer, boolean, or an array of one of them",
                ));
                return;
            }
            None => return,
        };
        let text = matches!((kind, self.item_kind(layers)), (Kind::Text, _) | (Kind::List, Some(Kind::Text)));
        let [filterable, sortable, searchable, unique] = FLAGS.map(flag);
        for (asked, possible, code, message) in [
            (
                filterable || sortable || unique,
                !inside,
                "annotation_in_array",
                "stands inside an array of objects, where a field can be searched and refer to something, but neither filter, \
                 sort nor be unique",
            ),
            (sortable, !many, "annotation_sortable", "is an array, which has no order"),
            (
                unique,
                !many && kind != Kind::Boolean,
                "annotation_unique",
                "must be text, a number or a moment",
            ),
            (searchable, text, "annotation_searchable", "must be text or an array of text"),
            (
                reference.is_some(),
                text,
                "annotation_reference",
                "must be text or an array of text, to hold ids",
            ),
        ] {
            if asked && !possible {
                self.violations.push(Violation::new(format!("schema{at}"), code, message));
            }
        }
        if self.fields.iter().any(|field| field.path == *path) {
            let message = "is annotated in two places of the schema";
            self.violations.push(Violation::new(format!("schema{at}"), "annotation_twice", message));
        }
        if filterable || sortable || searchable || unique || reference.is_some() {
            let path = path.clone();
            self.fields.push(CustomField {
                path,
                kind,
                many: many || inside,
                inside,
                filterable,
                sortable,
                searchable,
                unique,
                reference,
            });
        }
    }

    fn check_flags(&mut self, layers: &Layers<'a>) {
        for (pointer, schema) in layers {
            for name in FLAGS.into_iter().filter(|name| schema.get(*name).is_some_and(|v| !v.is_boolean())) {
                let at = format!("schema{pointer}/{name}");
                self.violations.push(Violation::new(at, "annotation", "must be true or false"));
            }
        }
    }

    fn reference(&mut self, layers: &Layers<'a>) -> Option<Reference> {
        let (pointer, asked) =
            layers.iter().find_map(|(pointer, schema)| Some((pointer, schema.get(REFERENCE)?)))?;
        let parsed = parse_reference(asked);
        if parsed.is_none() {
            self.violations.push(Violation::new(
                format!("schema{pointer}/{REFERENCE}"),
                "annotation",
                r#"must be {"entry": true}, {"entry": ["a content type's key", …]} or {"asset": true}"#,
            ));
        }
        parsed
    }

    /// How values are compared, and whether they are arrays.
    fn kind(&self, layers: &Layers<'a>) -> Option<(Kind, bool)> {
        if layers.iter().any(|(_, schema)| has_type(schema, "array")) {
            return self.item_kind(layers).map(|_| (Kind::List, true));
        }
        scalar(layers).map(|kind| (kind, false))
    }

    fn item_kind(&self, layers: &Layers<'a>) -> Option<Kind> {
        let (pointer, _) = layers.iter().find(|(_, schema)| schema.contains_key("items"))?;
        scalar(&self.all_of(&format!("{pointer}/items")))
    }

    /// An annotation that no property led to would be silently without effect.
    fn refuse_the_rest(&mut self) {
        for (pointer, schema) in self.document.objects() {
            if !self.honoured.contains(pointer) {
                self.violations.extend(annotations(schema).map(|name| {
                    Violation::new(
                        format!("schema{pointer}/{name}"),
                        "annotation_place",
                        "has no effect here: annotate a property of the entry or of an object in it, not the items of an \
                         array, alternatives or unused definitions",
                    )
                }));
            }
        }
    }
}

fn annotations(schema: &Map<String, Value>) -> impl Iterator<Item = &'static str> {
    FLAGS.into_iter().chain([REFERENCE]).filter(|name| schema.contains_key(*name))
}

fn has_type(schema: &Map<String, Value>, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == wanted,
        Some(Value::Array(several)) => {
            several.iter().any(|one| one == wanted)
                && several.iter().all(|one| one == wanted || one == "null")
        }
        _ => false,
    }
}

fn scalar(layers: &Layers<'_>) -> Option<Kind> {
    let has = |wanted| layers.iter().any(|(_, schema)| has_type(schema, wanted));
    let format = layers.iter().find_map(|(_, schema)| schema.get("format")?.as_str());
    if has("string") {
        return Some(if matches!(format, Some("date" | "date-time")) { Kind::Moment } else { Kind::Text });
    }
    if has("number") || has("integer") {
        return Some(Kind::Number);
    }
    if has("boolean") {
        return Some(Kind::Boolean);
    }
    let words = layers.iter().find_map(|(_, schema)| schema.get("enum")?.as_array())?;
    words.iter().all(|word| word.is_string() || word.is_null()).then_some(Kind::Text)
}

fn parse_reference(asked: &Value) -> Option<Reference> {
    let asked = asked.as_object().filter(|asked| asked.len() == 1)?;
    match (asked.get("entry"), asked.get("asset")) {
        (None, Some(Value::Bool(true))) => Some(Reference::Asset),
        (Some(Value::Bool(true)), None) => Some(Reference::Entry(Vec::new())),
        (Some(Value::Array(keys)), None) if !keys.is_empty() && keys.len() <= limits::REFERENCE_TYPES => keys
            .iter()
            .map(|key| key.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(Reference::Entry),
        _ => None,
    }
}
