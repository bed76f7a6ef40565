//! A content type's schema: what is taken, what is refused and where, what its annotations ask for.

use brandgraph::domain::{
    Code, Violation,
    fields::{Kind, Reference, Schema},
};
use serde_json::{Value, json};

fn refusals(schema: &Value) -> Vec<(String, &'static str)> {
    let error = Schema::parse(schema).expect_err("must be refused");
    assert_eq!(error.code(), Code::Invalid);
    error.violations().iter().map(|v| (v.path.clone(), v.code)).collect()
}

fn object(properties: &Value) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn found(violations: &[Violation]) -> Vec<(&str, &'static str)> {
    violations.iter().map(|v| (v.path.as_str(), v.code)).collect()
}

#[test]
fn what_is_no_schema_says_where() {
    assert_eq!(refusals(&json!([])), [("schema".into(), "type")]);
    assert_eq!(refusals(&json!({"type": "string"})), [("schema/type".into(), "root_type")]);
    let wrong = json!({"type": "object", "properties": {"a": {"type": "text"}, "b": {"minLength": -1}}});
    let paths: Vec<String> = refusals(&wrong).into_iter().map(|(path, _)| path).collect();
    assert!(paths.contains(&"schema/properties/a/type".to_owned()), "{paths:?}");
    assert!(paths.contains(&"schema/properties/b/minLength".to_owned()), "{paths:?}");
}

#[test]
fn nothing_leads_out_of_the_document() {
    for reference in ["https://example.com/a.json", "file:///etc/passwd", "other.json#/a", "urn:x", "a"] {
        let refused = refusals(&object(&json!({"a": {"$ref": reference}})));
        assert_eq!(refused, [("schema/properties/a/$ref".into(), "remote_ref")], "{reference}");
    }
    for (keyword, value) in [("$id", "https://example.com/"), ("$anchor", "x"), ("$dynamicRef", "#x")] {
        let refused = refusals(&object(&json!({"a": {keyword: value}})));
        assert_eq!(refused, [(format!("schema/properties/a/{keyword}"), "keyword")]);
    }
    // A place that is data, not a schema, could otherwise smuggle a reference in.
    let smuggled = json!({"type": "object", "default": {"$ref": "https://example.com"}, "properties": {"a": {"$ref": "#/default"}}});
    assert_eq!(refusals(&smuggled), [("schema/properties/a/$ref".into(), "ref")]);
    assert_eq!(refusals(&object(&json!({"a": {"$ref": "#/$defs/none"}}))).len(), 1);
    let encoded =
        json!({"type": "object", "$defs": {"a%20b": {}}, "properties": {"a": {"$ref": "#/$defs/a%20b"}}});
    assert_eq!(refusals(&encoded), [("schema/properties/a/$ref".into(), "ref")]);
}

#[test]
fn local_references_work_also_in_a_circle_through_the_value() {
    let schema = json!({
        "type": "object",
        "properties": {"tree": {"$ref": "#/$defs/node"}},
        "$defs": {"node": {"type": "object", "required": ["name"],
            "properties": {"name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}},
    });
    let schema = Schema::parse(&schema).unwrap();
    assert_eq!(schema.validate(&json!({"tree": {"name": "a", "children": [{"name": "b"}]}})), []);
    let wrong = schema.validate(&json!({"tree": {"name": "a", "children": [{}]}}));
    assert_eq!(found(&wrong), [("fields/tree/children/0/name", "required")]);
}

#[test]
fn a_circle_that_never_goes_into_the_value_is_refused() {
    let itself = json!({"type": "object", "allOf": [{"$ref": "#"}]});
    assert!(refusals(&itself).iter().any(|(_, code)| *code == "circular_ref"));
    let two = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}},
        "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}});
    assert!(refusals(&two).iter().any(|(_, code)| *code == "circular_ref"));
}

#[test]
fn a_schema_that_doubles_its_work_at_every_step_is_refused() {
    let mut definitions = serde_json::Map::new();
    for step in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", step + 1)});
        definitions.insert(format!("d{step}"), json!({"allOf": [next, next]}));
    }
    definitions.insert("d40".into(), json!({}));
    let bomb = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": definitions});
    assert_eq!(refusals(&bomb), [("schema".into(), "too_costly")]);
}

#[test]
fn a_very_long_chain_of_references_is_refused_not_a_crash() {
    let mut definitions = serde_json::Map::new();
    for step in 0..1_500 {
        definitions.insert(format!("d{step}"), json!({"$ref": format!("#/$defs/d{}", step + 1)}));
    }
    definitions.insert("d1500".into(), json!({}));
    let chain = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": definitions});
    assert_eq!(refusals(&chain), [("schema".into(), "too_costly")]);
}

#[test]
fn bounds_name_themselves() {
    let long = object(&json!({"a": {"type": "string", "pattern": "a".repeat(513)}}));
    assert_eq!(refusals(&long), [("schema/properties/a".into(), "pattern_length")]);
    let many: serde_json::Map<String, Value> = (0..201).map(|n| (format!("p{n}"), json!({}))).collect();
    assert_eq!(refusals(&object(&many.into())), [("schema/properties".into(), "too_many_properties")]);
    let mut deep = json!({});
    for _ in 0..40 {
        deep = json!({"not": deep});
    }
    assert_eq!(refusals(&object(&json!({"a": deep}))), [("schema".into(), "too_deep")]);
    assert_eq!(
        refusals(&object(&json!({"a": {"title": "x".repeat(70_000)}}))),
        [("schema".into(), "too_large")]
    );
    let look = object(&json!({"a": {"type": "string", "pattern": "(?=a)b"}}));
    assert_eq!(refusals(&look).first().map(|(_, code)| *code), Some("pattern"));
    let heavy = object(&json!({"a": {"type": "string", "pattern": "(a{1000}){1000}"}}));
    assert_eq!(refusals(&heavy).first().map(|(_, code)| *code), Some("pattern"));
    // Each would do by itself.
    let many: Value =
        ('a'..='t').map(|c| (c.to_string(), json!({"pattern": format!("({c}{{100}}){{100}}")}))).collect();
    assert_eq!(refusals(&object(&many)), [("schema".into(), "patterns_size")]);
    let usual: Value =
        (1..=60).map(|n| (format!("p{n}"), json!({"pattern": format!("^[a-z0-9-]{{1,{n}}}$")}))).collect();
    assert!(Schema::parse(&object(&usual)).is_ok());
}

#[test]
fn annotations_become_fields() {
    let schema = Schema::parse(&json!({
        "type": "object",
        "properties": {
            "sku": {"type": "string", "x-unique": true, "x-filterable": true},
            "price": {"type": ["number", "null"], "x-filterable": true, "x-sortable": true},
            "launch": {"type": "string", "format": "date-time", "x-sortable": true},
            "labels": {"type": "array", "items": {"type": "string"}, "x-filterable": true, "x-searchable": true},
            "hero": {"type": "object", "properties": {"image": {"$ref": "#/$defs/image"}}},
            "related": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": ["article"]}},
            "plain": {"type": "string"},
        },
        "$defs": {"image": {"type": "string", "x-reference": {"asset": true}}},
    }))
    .unwrap();
    let listed: Vec<_> = schema
        .fields()
        .iter()
        .map(|f| (f.path.to_string(), f.kind, f.many, f.filterable, f.sortable))
        .collect();
    assert_eq!(
        listed,
        [
            ("sku".into(), Kind::Text, false, true, false),
            ("price".into(), Kind::Number, false, true, true),
            ("launch".into(), Kind::Moment, false, false, true),
            ("labels".into(), Kind::List, true, true, false),
            ("hero.image".into(), Kind::Text, false, false, false),
            ("related".into(), Kind::List, true, false, false),
        ]
    );
    assert_eq!(schema.fields()[4].reference, Some(Reference::Asset));
    assert_eq!(schema.fields()[5].reference, Some(Reference::Entry(vec!["article".into()])));
    assert!(schema.fields()[0].unique && schema.fields()[3].searchable);
}

#[test]
fn annotations_that_cannot_work_are_refused() {
    for (properties, path, code) in [
        (json!({"a": {"x-filterable": true}}), "/properties/a", "annotation_type"),
        (json!({"a": {"type": "object", "x-sortable": true}}), "/properties/a", "annotation_type"),
        (
            json!({"a": {"type": "array", "items": {"type": "string"}, "x-sortable": true}}),
            "/properties/a",
            "annotation_sortable",
        ),
        (json!({"a": {"type": "boolean", "x-unique": true}}), "/properties/a", "annotation_unique"),
        (json!({"a": {"type": "number", "x-searchable": true}}), "/properties/a", "annotation_searchable"),
        (
            json!({"a": {"type": "number", "x-reference": {"asset": true}}}),
            "/properties/a",
            "annotation_reference",
        ),
        (
            json!({"a": {"type": "string", "x-reference": {"asset": false}}}),
            "/properties/a/x-reference",
            "annotation",
        ),
        (json!({"a": {"type": "string", "x-filterable": "yes"}}), "/properties/a/x-filterable", "annotation"),
        (json!({"a b": {"type": "string", "x-filterable": true}}), "/properties/a b", "annotation_path"),
        (
            json!({"a": {"type": "array", "items": {"type": "object", "properties": {"b": {"type": "string", "x-filterable": true}}}}}),
            "/properties/a/items/properties/b",
            "annotation_in_array",
        ),
        (
            json!({"a": {"anyOf": [{"type": "string", "x-filterable": true}]}}),
            "/properties/a/anyOf/0/x-filterable",
            "annotation_place",
        ),
    ] {
        let refused = refusals(&object(&properties));
        assert!(refused.contains(&(format!("schema{path}"), code)), "{properties}: {refused:?}");
    }
}

#[test]
fn every_violation_is_reported_at_once() {
    let schema = Schema::parse(&json!({
        "type": "object", "required": ["name", "price"], "additionalProperties": false,
        "properties": {
            "name": {"type": "string"}, "price": {"type": "number", "minimum": 0},
            "mail": {"type": "string", "format": "email"}, "size": {"enum": ["s", "m"]},
            "code": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
        },
    }))
    .unwrap();
    let secret = "S".repeat(500);
    let wrong =
        schema.validate(&json!({"price": -1, "mail": "nobody", "size": "xl", "code": secret, "odd/name": 1}));
    let mut listed = found(&wrong);
    listed.sort_unstable();
    assert_eq!(
        listed,
        [
            ("fields/code", "max_length"),
            ("fields/code", "pattern"),
            ("fields/mail", "format"),
            ("fields/name", "required"),
            ("fields/odd~1name", "additional_properties"),
            ("fields/price", "minimum"),
            ("fields/size", "enum"),
        ]
    );
    assert!(wrong.iter().all(|v| !v.message.contains("SSS") && v.message.len() < 200), "{wrong:?}");
}

#[test]
fn the_list_of_violations_ends() {
    let schema = Schema::parse(&object(&json!({}))).unwrap();
    let many: serde_json::Map<String, Value> = (0..500).map(|n| (format!("p{n}"), json!(1))).collect();
    let wrong = schema.validate(&many.into());
    assert_eq!(wrong.len(), 100);
    assert_eq!(wrong.last().map(|v| v.code), Some("more"));
}

#[test]
fn values_have_bounds_whatever_the_schema_says() {
    let schema = Schema::parse(&json!({"type": "object"})).unwrap();
    assert_eq!(found(&schema.validate(&json!([]))), [("fields", "type")]);
    assert_eq!(found(&schema.validate(&json!({"a": "b\u{0}c"}))), [("fields/a", "nul")]);
    assert_eq!(found(&schema.validate(&json!({"a\u{0}": 1}))), [("fields", "property_name")]);
    assert_eq!(found(&schema.validate(&json!({"a": "x".repeat(65_537)}))), [("fields/a", "too_long")]);
    assert_eq!(found(&schema.validate(&json!({"a": vec![0; 20_001]}))), [("fields", "too_many_values")]);
    assert_eq!(
        found(&schema.validate(&json!({"a": vec!["x".repeat(60_000); 5]}))),
        [("fields", "too_large")]
    );
    let mut deep = json!(1);
    for _ in 0..16 {
        deep = json!({"a": deep});
    }
    assert_eq!(found(&schema.validate(&deep)), [("fields", "too_deep")]);
}

#[test]
fn references_uniques_and_searched_text_are_taken_out() {
    let schema = Schema::parse(&object(&json!({
        "image": {"type": "string", "x-reference": {"asset": true}},
        "related": {"type": "array", "items": {"type": "string"}, "x-reference": {"entry": true}},
        "sku": {"type": "string", "x-unique": true},
        "body": {"type": "string", "x-searchable": true},
        "labels": {"type": "array", "items": {"type": "string"}, "x-searchable": true},
    })))
    .unwrap();
    let id = "00000000-0000-7000-8000-000000000001";
    let fields = json!({"image": format!("asset_{id}"), "related": [format!("entry_{id}"), format!("entry_{id}")],
        "sku": "A-1", "body": "Olive oil", "labels": ["green", "new"]});
    let targets = schema.references(&fields).unwrap();
    let listed: Vec<_> = targets.iter().map(|t| (t.path.to_string(), t.position)).collect();
    assert_eq!(listed, [("image".into(), 0), ("related".into(), 0), ("related".into(), 1)]);
    assert_eq!(schema.search_text(&fields), "Olive oil\ngreen\nnew");
    assert_eq!(schema.uniques(&fields).unwrap()[0].value, &json!("A-1"));
    let wrong = schema.references(&json!({"image": format!("entry_{id}"), "related": ["x"]})).unwrap_err();
    assert_eq!(found(wrong.violations()), [("fields/image", "id_kind"), ("fields/related/0", "id")]);
}
