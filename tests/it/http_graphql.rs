//! GraphQL over HTTP, case by case: which status, which media type, which shape.

use axum::body::{Body, Bytes};
use brandgraph::http::{self, Settings};

use crate::http_door::{ask, door, get, open, post};

#[tokio::test]
async fn a_query_is_answered() {
    let answer = ask(&open(), post(), r#"{"query": "{ echo(text: \"hi\") }"}"#).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/graphql-response+json; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.json(), serde_json::json!({"data": {"echo": "hi"}}));
}

#[tokio::test]
async fn variables_and_the_operation_name_arrive() {
    let body = serde_json::json!({
        "query": "query A($t: String!) { echo(text: $t) } query B { who }",
        "operationName": "A",
        "variables": {"t": "x"},
        "extensions": {"any": 1},
    });
    let answer = ask(&open(), post(), body.to_string()).await;
    assert_eq!(answer.json()["data"]["echo"], "x");

    let path = "/graphql?query=query($t:String!){echo(text:$t)}&variables=%7B%22t%22:%22y%22%7D";
    let answer = ask(&open(), get(path), Body::empty()).await;
    assert_eq!(answer.json()["data"]["echo"], "y");
}

#[tokio::test]
async fn a_rejected_document_is_400_only_under_the_new_media_type() {
    let body = r#"{"query": "{ nothing }"}"#;
    assert_eq!(ask(&open(), post(), body).await.status, 400);
    let legacy = axum::http::Request::post("/graphql").header("content-type", "application/json");
    assert_eq!(ask(&open(), legacy, body).await.status, 200);
}

#[tokio::test]
async fn a_mutation_by_get_is_refused() {
    for accept in ["application/json", "application/graphql-response+json"] {
        let request = get("/graphql?query=mutation%7Bwrite%7D").header("accept", accept);
        let answer = ask(&open(), request, Body::empty()).await;
        assert_eq!((answer.status, answer.header("allow")), (405, "POST"), "{accept}");
    }
}

#[tokio::test]
async fn what_cannot_be_negotiated_is_refused_in_the_graphql_shape() {
    let html = get("/graphql?query=%7Bwho%7D").header("accept", "text/html");
    let answer = ask(&open(), html, Body::empty()).await;
    assert_eq!(answer.status, 406);
    assert_eq!(answer.error()["extensions"]["code"], "INVALID");

    let form =
        axum::http::Request::post("/graphql").header("content-type", "application/x-www-form-urlencoded");
    let answer = ask(&open(), form, "query=%7Bwho%7D").await;
    assert_eq!((answer.status, answer.header("accept")), (415, "application/json"));
    assert_eq!(answer.error()["extensions"]["violations"][0]["path"], "Content-Type");

    let latin =
        axum::http::Request::post("/graphql").header("content-type", "application/json; charset=latin1");
    assert_eq!(ask(&open(), latin, r#"{"query": "{ who }"}"#).await.status, 415);

    let packed = post().header("content-encoding", "gzip");
    let answer = ask(&open(), packed, r#"{"query": "{ who }"}"#).await;
    assert_eq!((answer.status, answer.header("accept-encoding")), (415, "identity"));

    let answer = ask(&open(), axum::http::Request::options("/graphql"), Body::empty()).await;
    assert_eq!((answer.status, answer.header("allow")), (204, "GET, HEAD, POST, OPTIONS"));

    let answer = ask(&open(), axum::http::Request::delete("/graphql"), Body::empty()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST, OPTIONS"));
    assert_eq!(answer.error()["extensions"]["code"], "INVALID");
}

#[tokio::test]
async fn a_malformed_body_says_what_is_wrong_and_where() {
    for (body, path, code, wanted) in [
        ("{\n  \"query\": oops }", "body", "json", "line 2 column 12"),
        ("", "body", "required", "empty"),
        ("\"query\"", "body", "type", "must be an object, but is a string"),
        (r#"[{"query": "{ who }"}]"#, "body", "batch", "batches are not accepted"),
        (r#"{"query": 3}"#, "query", "type", "must be a string, but is a number"),
        (r#"{"quarry": "{ who }"}"#, "query", "required", "is missing"),
        (r#"{"query": "{ who }", "variables": []}"#, "variables", "type", "must be an object"),
        ("{\"query\": \"{ who }\", \"variables\": {\"a\": \"\\ud800\"}}", "body", "json", "column"),
    ] {
        for accept in ["application/json", "application/graphql-response+json"] {
            let request = axum::http::Request::post("/graphql")
                .header("content-type", "application/json")
                .header("accept", accept)
                .header("x-request-id", "r-1");
            let answer = ask(&open(), request, body).await;
            assert_eq!(answer.status, 400, "{body}");
            assert!(answer.header("content-type").starts_with(accept), "{body}");
            let error = answer.error();
            assert_eq!(error["extensions"]["code"], "INVALID", "{body}");
            assert_eq!(error["extensions"]["retryable"], false, "{body}");
            assert_eq!(error["extensions"]["requestId"], "r-1", "{body}");
            assert_eq!(error["extensions"]["violations"][0]["path"], path, "{body}");
            assert_eq!(error["extensions"]["violations"][0]["code"], code, "{body}");
            assert!(error["message"].as_str().unwrap().contains(wanted), "{body}: {error}");
            assert!(answer.json().get("data").is_none(), "{body}");
        }
    }
}

#[tokio::test]
async fn bytes_that_are_no_utf8_are_refused() {
    let answer = ask(&open(), post(), &b"{\"query\": \"\xff\xfe\"}"[..]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.error()["extensions"]["violations"][0]["code"], "json");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let settings = Settings { body_limit_bytes: 100, ..Settings::default() };
    let router = http::router(door(), &settings).unwrap();
    let padded = |length: usize| {
        let body = r#"{"query": "{ __typename }"}"#;
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    assert_eq!(ask(&router, post(), padded(100)).await.status, 200);
    let answer = ask(&router, post(), padded(101)).await;
    assert_eq!((answer.status, answer.header("connection")), (413, "close"));
    let extensions = &answer.error()["extensions"];
    assert_eq!(extensions["code"], "LIMIT_EXCEEDED");
    assert_eq!(extensions["details"]["bound"], 100);
    assert_eq!(extensions["details"]["value"], 101);
}

#[tokio::test]
async fn a_body_in_many_frames_is_put_together_and_its_length_is_counted_over_all() {
    let frames = |parts: &[&'static str]| {
        let parts: Vec<_> = parts.iter().map(|part| Ok::<_, std::io::Error>(Bytes::from(*part))).collect();
        Body::from_stream(futures::stream::iter(parts))
    };
    let answer =
        ask(&open(), post(), frames(&["", "{\"query\":", " \"{ echo(", "text: \\\"a\\\") }\"}"])).await;
    assert_eq!(answer.json()["data"]["echo"], "a");

    let settings = Settings { body_limit_bytes: 20, ..Settings::default() };
    let router = http::router(door(), &settings).unwrap();
    assert_eq!(ask(&router, post(), frames(&["0123456789"; 3])).await.status, 413);
}

#[tokio::test]
async fn a_connection_that_breaks_within_the_body_runs_nothing() {
    let parts = [Ok(Bytes::from("{\"query\": \"{ who }\"}")), Err(std::io::Error::other("reset"))];
    let answer = ask(&open(), post(), Body::from_stream(futures::stream::iter(parts))).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.error()["extensions"]["violations"][0]["code"], "incomplete");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_given_up() {
    let answer =
        ask(&open(), post(), Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>()))
            .await;
    assert_eq!((answer.status, answer.header("connection")), (408, "close"));
    assert_eq!(answer.error()["extensions"]["code"], "TIMEOUT");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_runs_too_long_is_stopped() {
    let answer = ask(&open(), post(), r#"{"query": "{ wait }"}"#).await;
    assert_eq!(answer.status, 504);
    let extensions = &answer.error()["extensions"];
    assert_eq!((&extensions["code"], &extensions["retryable"]), (&"TIMEOUT".into(), &true.into()));
}

#[tokio::test]
async fn a_panic_is_answered_without_its_reason() {
    let answer = ask(&open(), post(), r#"{"query": "{ panic }"}"#).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.error()["extensions"]["code"], "INTERNAL");
    assert!(!answer.body.contains("secret"), "{}", answer.body);
    assert_eq!(answer.header("x-request-id"), answer.error()["extensions"]["requestId"]);
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let request = axum::http::Request::head("/graphql?query=%7Bwho%7D");
    let answer = ask(&open(), request, Body::empty()).await;
    assert_eq!(answer.status, 200);
}
