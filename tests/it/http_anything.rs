//! Whatever is sent to the endpoint, the answer is well-formed and no defect of ours.

use axum::http::{HeaderName, HeaderValue, Request};
use proptest::{collection::vec, option, prelude::*, sample::select};
use tokio::runtime::Runtime;

use crate::http_door::{ask, open};

/// Mostly JSON of nearly the right shape, since plain noise only ever meets the first check.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("[]".to_owned()),
        Just("1e400".to_owned()),
        Just("-0".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        Just("\"{ who }\"".to_owned()),
        Just("\"query($a: Int) { echo(text: \\\"x\\\") }\"".to_owned()),
    ];
    let name = select(vec!["query", "operationName", "variables", "extensions", "other", ""]);
    let object = vec((name, scalar), 0..5).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", members.join(", ")).into_bytes()
    });
    let cut = (object, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(mut body, at, cut)| {
        if cut {
            body.truncate(at.index(body.len()));
        }
        body
    });
    prop_oneof![4 => cut, 1 => vec(any::<u8>(), 0..64)]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let name = select(vec!["accept", "content-type", "authorization", "x-request-id", "content-encoding"]);
    let known = select(vec![
        "*/*",
        "application/json",
        "application/json; charset=utf-8",
        "application/graphql-response+json;q=0.5",
        "Bearer a.b.c",
        "identity",
    ]);
    let value = prop_oneof![
        3 => known.prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff], 0..40),
    ];
    vec((name, value), 0..4)
}

proptest! {
    #[test]
    fn the_answer_is_well_formed(
        method in select(vec!["POST", "POST", "POST", "GET", "HEAD", "PUT", "BREW"]),
        json in any::<bool>(),
        url in option::of("[ -~]{0,40}"),
        headers in headers(),
        body in bodies(),
    ) {
        let url = url.map(|text| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>());
        let path = url.map_or_else(|| "/graphql".to_owned(), |url| format!("/graphql?query={url}&variables={url}"));
        let mut request = Request::builder().method(method).uri(path);
        if json {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in &headers {
            request = request.header(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
        }
        let answer = Runtime::new().unwrap().block_on(async { ask(&open(), request, body).await });

        prop_assert!(answer.status < 500, "{answer:?}");
        prop_assert!(!answer.header("x-request-id").is_empty());
        if method != "HEAD" {
            let body = answer.json();
            prop_assert!(body.get("data").is_some() || body["errors"].is_array(), "{answer:?}");
            if answer.status != 200 && body["errors"][0]["extensions"]["violations"].is_array() {
                prop_assert!(body["errors"][0]["extensions"]["requestId"].is_string(), "{answer:?}");
            }
        }
    }
}
