//! Bad input: a clear error that names what is wrong and where, whether it comes in the document or in a variable.

use serde_json::json;

use super::shelf::Shelf;

#[tokio::test]
async fn what_is_wrong_in_an_argument_is_named() {
    let shelf = Shelf::open().await;
    let query = "query($f: EntryFilter, $o: [EntryOrder!], $n: Int, $l: LocaleInput, $s: SearchInput) {
        entries(filter: $f, orderBy: $o, first: $n, locale: $l, search: $s) { nodes { slug } } }";
    // The first run makes the document known, so that later ones meet our own parser and not async-graphql's.
    shelf.data(query).await;
    let deep = (0..9).fold(json!({}), |inner, _| json!({"not": inner}));
    for (variables, code, path) in [
        (json!({"n": -1}), "INVALID", "first"),
        (json!({"n": 101}), "LIMIT_EXCEEDED", "first"),
        (json!({"f": {"fields": [{"path": "a'b", "eq": 1}]}}), "INVALID", "filter.fields.0.path"),
        (json!({"f": {"fields": [{"path": "color"}]}}), "INVALID", "color"),
        (
            json!({"f": {"fields": [{"path": "color", "as": "DATE_TIME", "gt": "yesterday"}]}}),
            "INVALID",
            "filter.fields.0.gt",
        ),
        (json!({"f": {"id": {"eq": "nonsense"}}}), "INVALID", "filter.id.eq"),
        (
            json!({"f": {"id": {"eq": "brand_00000000-0000-0000-0000-0000000000a0"}}}),
            "INVALID",
            "filter.id.eq",
        ),
        (json!({"f": {"title": {"eq": "a\u{0}b"}}}), "INVALID", "filter.title.eq"),
        (json!({"f": deep}), "LIMIT_EXCEEDED", "filter.not.not.not.not.not.not.not.not"),
        (json!({"f": {"slug": {"in": vec!["x"; 101]}}}), "LIMIT_EXCEEDED", "filter.slug.in"),
        (json!({"o": [{"field": "RELEVANCE"}]}), "INVALID", "orderBy.0.field"),
        (json!({"o": [{"field": "FIELD"}]}), "INVALID", "orderBy.0.path"),
        (json!({"o": vec![json!({"field": "SLUG"}); 6]}), "LIMIT_EXCEEDED", "orderBy"),
        (json!({"l": {"code": "not a locale"}}), "INVALID", "locale.code"),
        (json!({"s": {"text": "  "}}), "INVALID", "search.text"),
        (json!({"s": {"text": "x".repeat(201)}}), "LIMIT_EXCEEDED", "search.text"),
    ] {
        let (found, at, message) = shelf.refusal(query, variables.clone()).await;
        assert_eq!((found.as_str(), at.as_str()), (code, path), "{variables}: {message}");
        assert!(!message.is_empty());
    }
}

#[tokio::test]
async fn pages_that_multiply_beyond_reason_are_refused() {
    let shelf = Shelf::open().await;
    let query = "{ entries(first: 100) { nodes { references(first: 100) { nodes { references(first: 100) { nodes { slug } } } } } } }";
    let answer = shelf.ask(query, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
    assert_eq!(answer["errors"][0]["extensions"]["details"]["bound"], 250_000);
}

#[tokio::test]
async fn lists_inside_of_lists_are_charged_what_they_can_come_to() {
    let shelf = Shelf::open().await;
    let translations =
        |times| (0..times).fold("slug".to_owned(), |inside, _| format!("translations {{ {inside} }}"));
    shelf.data("{ entries(first: 20) { nodes { translations { tags { slug } } } } }").await;
    for query in [
        format!("{{ entries(first: 1) {{ nodes {{ {} }} }} }}", translations(7)),
        format!("{{ entries(first: 10) {{ nodes {{ {} }} }} }}", translations(3)),
        "{ entries(first: 10) { nodes { translations { references(first: 10) { nodes { translations { tags { slug } } } } } } } }"
            .to_owned(),
    ] {
        let answer = shelf.ask(&query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{query}");
        assert_eq!(answer["errors"][0]["extensions"]["details"]["bound"], 250_000);
    }
}

#[tokio::test]
async fn documents_that_are_none_are_refused_with_a_code_and_a_place() {
    let shelf = Shelf::open().await;
    let bomb: String =
        (0..30).map(|n| format!("fragment f{n} on Query {{ ...f{m} ...f{m} }} ", m = n + 1)).collect();
    let bomb = format!("{{ ...f0 }} {bomb} fragment f30 on Query {{ __typename }}");
    for (query, code) in [
        ("{", "INVALID"),
        ("", "INVALID"),
        ("{ nothing }", "INVALID"),
        ("{ entries { nodes } }", "INVALID"),
        ("{ entries(first: \"x\") { nodes { slug } } }", "INVALID"),
        ("query($x: Int!) { entries(first: $x) { nodes { slug } } }", "INVALID"),
        ("query A { __typename } query B { __typename }", "INVALID"),
        ("{ ...F } fragment F on Query { ...F }", "INVALID"),
        (bomb.as_str(), "LIMIT_EXCEEDED"),
    ] {
        let answer = shelf.ask(query, json!({})).await;
        assert_eq!(answer.get("data"), None, "{query}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["requestId"], "test");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_shown_where_it_stands() {
    let shelf = Shelf::open().await;
    for (query, message) in [
        ("{ brands { nodes { slug } } } }", "syntax error at line 1, column 31: did not expect `}`"),
        (
            "{\n  brands(first: what?) { nodes { slug } } }",
            "syntax error at line 2, column 21: did not expect `?`",
        ),
        ("mutate { x }", "syntax error at line 1, column 1: did not expect `mutate`"),
        ("{ brands {", "syntax error at line 1, column 11: did not expect the end of the line"),
    ] {
        let (code, _, said) = shelf.refusal(query, json!({})).await;
        assert_eq!((code.as_str(), said.as_str()), ("INVALID", message));
    }
}

#[tokio::test]
async fn nesting_cannot_hide_behind_a_text() {
    let shelf = Shelf::open().await;
    let deep = format!("{}slug{}", "{ a ".repeat(20_000), "}".repeat(20_000));
    for text in ["\"\"\" \" \"\"\"", "\"\"\"\\\"\"\" \"\"\"", "\"#\\\"\""] {
        let query = format!("{{ node(id: {text}) {deep} }}");
        let (code, _, said) = shelf.refusal(&query, json!({})).await;
        assert_eq!(code, "LIMIT_EXCEEDED", "{text}: {said}");
    }
    let (code, _, said) = shelf.refusal(&format!("{{ nodes(ids: [\"\"\"x\" {deep}"), json!({})).await;
    assert_eq!(
        (code.as_str(), said.as_str()),
        ("INVALID", "syntax error at line 1, column 15: the text that begins here does not end")
    );
}

#[tokio::test]
async fn a_large_variable_is_not_taken_many_times() {
    let shelf = Shelf::open().await;
    let conditions = "{title: {eq: $text}} ".repeat(50);
    let query =
        format!("query($text: String!) {{ entries(filter: {{or: [{conditions}]}}) {{ nodes {{ slug }} }} }}");
    let (code, _, said) = shelf.refusal(&query, json!({"text": "x".repeat(100_000)})).await;
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert!(said.contains("bytes that the arguments of a query come to"), "{said}");
}
