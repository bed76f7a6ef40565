//! Whatever is thrown at the schema and its check, they answer and do not panic.

use brandgraph::domain::fields::Schema;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("2026-11-20T10:00:00Z")),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(("[a-e]{1,2}", inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Something that looks like a schema, right or wrong.
fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!({"type": "string", "x-filterable": true, "x-searchable": true})),
        Just(json!({"type": "number", "x-sortable": true, "minimum": 3})),
        Just(json!({"$ref": "#/$defs/a"})),
        Just(json!({"$ref": "#"})),
        "[a-z(){}*+?|\\[\\]\\\\^$.]{0,12}".prop_map(|pattern| json!({"pattern": pattern})),
        value().prop_map(|v| json!({"const": v})),
        value(),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let key = prop_oneof![
            Just("not"),
            Just("items"),
            Just("if"),
            Just("then"),
            Just("additionalProperties"),
            Just("contains"),
            Just("unevaluatedProperties"),
            Just("propertyNames"),
        ];
        let list = prop_oneof![Just("allOf"), Just("anyOf"), Just("oneOf"), Just("prefixItems")];
        prop_oneof![
            (key, inner.clone()).prop_map(|(key, schema)| json!({key: schema})),
            (list, prop::collection::vec(inner.clone(), 1..4)).prop_map(|(key, all)| json!({key: all})),
            prop::collection::vec(("[a-e]{1,2}", inner), 0..5).prop_map(|pairs| {
                json!({"type": "object", "properties": pairs.into_iter().collect::<Map<_, _>>()})
            }),
        ]
    })
}

fn whole() -> impl Strategy<Value = Value> {
    (prop::collection::vec(("[a-e]{1,2}", schema()), 0..5), schema(), schema()).prop_map(|(pairs, a, b)| {
        json!({"type": "object", "properties": pairs.into_iter().collect::<Map<_, _>>(), "$defs": {"a": a, "b": b}})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn parsing_and_validating_never_panic(schema in whole(), fields in value()) {
        if let Ok(schema) = Schema::parse(&schema) {
            let wrong = schema.validate(&fields);
            prop_assert!(wrong.len() <= 100);
            prop_assert!(wrong.iter().all(|v| v.path.starts_with("fields")));
            let _ = (schema.references(&fields), schema.uniques(&fields), schema.search_text(&fields));
        }
    }

    #[test]
    fn anything_at_all_is_parsed_or_refused(anything in value()) {
        if let Err(error) = Schema::parse(&anything) {
            prop_assert!(!error.violations().is_empty());
            prop_assert!(error.violations().iter().all(|v| v.path.starts_with("schema")));
        }
    }
}
