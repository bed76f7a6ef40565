//! Variables that do not fit make the request none, on a new document and on a known one alike.

use serde_json::{Value, json};

use super::shelf::Shelf;

const QUERY: &str = "query($f: EntryFilter, $n: Int, $o: [EntryOrder!], $l: LocaleInput, $by: BrandBy! = {slug: \"acme\"}, $yes: Boolean! = true) {
    entries(filter: $f, first: $n, orderBy: $o, locale: $l) { nodes { slug @include(if: $yes) } } brand(by: $by) { slug } }";

#[tokio::test]
async fn what_does_not_fit_is_named_with_its_place_its_type_and_what_was_given() {
    let shelf = Shelf::open().await;
    for (variables, path, code, says) in [
        (json!({"n": "two"}), "$n", "type", "must be Int, but is the text \"two\""),
        (json!({"n": 1.5}), "$n", "type", "must be Int, but is the number 1.5"),
        (json!({"n": 3_000_000_000_u32}), "$n", "type", "must be Int"),
        (json!({"n": [1]}), "$n", "type", "must be Int, but is a list"),
        (json!({"f": {"slug": {"eq": 3}}}), "$f.slug.eq", "type", "must be String, but is the number 3"),
        (json!({"f": {"slug": "x"}}), "$f.slug", "type", "must be StringFilter, but is the text"),
        (
            json!({"f": {"or": [{}, {"slugg": 1}]}}),
            "$f.or.1.slugg",
            "unknown",
            "is not a field of EntryFilter",
        ),
        (
            json!({"f": {"slug": {"in": ["a", null]}}}),
            "$f.slug.in.1",
            "required",
            "must be String!, and not null",
        ),
        (
            json!({"f": {"status": {"eq": "LOST"}}}),
            "$f.status.eq",
            "type",
            "must be EntryStatus, but is the text \"LOST\"",
        ),
        (
            json!({"o": [{"direction": "ASC"}]}),
            "$o.0.field",
            "required",
            "must be given: it is EntryOrderField!",
        ),
        (json!({"l": {"code": null}}), "$l.code", "required", "must be String!, and not null"),
        (json!({"by": null}), "$by", "required", "must be BrandBy!, and not null"),
        (json!({"by": {"slug": "a", "id": "b"}}), "$by", "one_of", "exactly one field"),
        (json!({"by": {}}), "$by", "one_of", "exactly one field"),
        (json!({"yes": null}), "$yes", "required", "must be Boolean!, and not null"),
    ] {
        for known in [false, true] {
            if known {
                shelf.data(QUERY).await;
            }
            let answer = shelf.ask(QUERY, variables.clone()).await;
            assert_eq!(answer.get("data"), None, "{variables}: {answer}");
            let extensions = &answer["errors"][0]["extensions"];
            assert_eq!(extensions["code"], "INVALID", "{variables}");
            assert_eq!(extensions["violations"][0]["path"], path, "{variables}: {answer}");
            assert_eq!(extensions["violations"][0]["code"], code, "{variables}");
            let message = extensions["violations"][0]["message"].as_str().unwrap();
            assert!(message.contains(says), "{variables}: {message}");
        }
    }
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_what_is_missing_too() {
    let shelf = Shelf::open().await;
    let query = "query($id: ID!, $n: Int!) { node(id: $id) { id } entries(first: $n) { nodes { slug } } }";
    let answer = shelf.ask(query, json!({"n": true})).await;
    let violations = answer["errors"][0]["extensions"]["violations"].as_array().unwrap();
    let told: Vec<(&Value, &Value)> = violations.iter().map(|one| (&one["path"], &one["code"])).collect();
    assert_eq!(told, [(&json!("$id"), &json!("required")), (&json!("$n"), &json!("type"))]);
    // An integer is an id as well, as GraphQL has it, if not one of ours; one value is a list of one; 2.0 is 2.
    let (code, path, _) = shelf.refusal(query, json!({"id": 7, "n": 1})).await;
    assert_eq!((code.as_str(), path.as_str()), ("INVALID", "id"));
    let list =
        "query($n: Int, $in: [String!]) { entries(first: $n, filter: {slug: {in: $in}}) { nodes { slug } } }";
    let data = shelf.data_with(list, json!({"n": 2.0, "in": "article-03", "unused": 1})).await;
    assert_eq!(data["entries"]["nodes"], json!([{"slug": "article-03"}]));
}

#[tokio::test]
async fn one_key_for_two_things_is_refused_before_anything_runs() {
    let shelf = Shelf::open().await;
    for (query, path) in [
        ("{ brands { nodes { x: slug ...F } } } fragment F on Brand { x: name }", "brands.nodes.x"),
        (
            "{ brands { nodes { entries(first: 1) { nodes { slug } } entries(first: 2) { nodes { slug } } } } }",
            "brands.nodes.entries",
        ),
        (
            "{ entries(first: 1) { nodes { slug } } ...F } fragment F on Query { entries(first: 2) { nodes { slug } } }",
            "entries",
        ),
        // Each set of braces alone is fine; merged they are not.
        ("{ brands { nodes { x: slug } } brands { nodes { x: name } } }", "brands.nodes.x"),
        (
            "{ a: brands { nodes { slug } } ... on Query { a: brands { totalCount { value } nodes { slug: name } } } }",
            "a.nodes.slug",
        ),
        (r#"{ node(id: "x") { ... on Entry { x: title } ... on Asset { x: width } } }"#, "node.x"),
        (r#"{ node(id: "x") { x: id ... on Entry { x: slug } } }"#, "node.x"),
        ("{ viewer { x: subject } viewer { x: roles } }", "viewer.x"),
        (
            "mutation { createBrand(input: {slug: \"a\", name: \"A\", defaultLocale: \"en\"}) { brand { x: slug } brand { x: name } } }",
            "createBrand.brand.x",
        ),
    ] {
        let answer = shelf.ask(query, json!({})).await;
        assert_eq!(answer.get("data"), None, "{query}: {answer}");
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["violations"][0]["path"], path, "{query}: {answer}");
        assert_eq!(error["extensions"]["violations"][0]["code"], "conflict", "{query}");
        assert_eq!(error["locations"].as_array().unwrap().len(), 2, "{query}");
    }
    // What can never be of one row may have one key.
    let apart = r#"{ node(id: "brand_00000000-0000-0000-0000-0000000000a0") { id ... on Brand { x: slug } ... on Tag { x: name } } }"#;
    assert_eq!(shelf.data(apart).await["node"]["x"], "acme");
}

#[tokio::test]
async fn an_error_names_its_place_in_the_answer_and_the_argument() {
    let shelf = Shelf::open().await;
    for (query, place, argument) in [
        (
            "{ brands { nodes { list: entries(first: 101) { nodes { slug } } } } }",
            json!(["brands", "nodes", "list"]),
            "first",
        ),
        (
            r#"{ a: entries { edges { node { r: references(field: "a;b") { nodes { slug } } } } } }"#,
            json!(["a", "edges", "node", "r"]),
            "field",
        ),
        (
            r#"{ entries { facets { top: tags(first: 99) { value } } } }"#,
            json!(["entries", "facets", "top"]),
            "first",
        ),
        (r#"{ entries(after: "x") { nodes { slug } } }"#, json!(["entries"]), "after"),
    ] {
        let answer = shelf.ask(query, json!({})).await;
        assert_eq!(answer["errors"][0]["path"], place, "{query}: {answer}");
        assert_eq!(answer["errors"][0]["extensions"]["violations"][0]["path"], argument, "{query}: {answer}");
    }
}

#[tokio::test]
async fn nouns_beside_introspection_are_read_like_nouns_alone() {
    let shelf = Shelf::open().await;
    let nouns = r#"brand(by: {slug: "acme"}) { slug } ...A none: tag(by: {slug: {brand: "acme", slug: "nope"}}) { id }"#;
    let fragment = r#" fragment A on Query { brand(by: {slug: "acme"}) { name } v: viewer { subject } }"#;
    let alone = shelf.data(&format!("{{ {nouns} }}{fragment}")).await;
    let beside = format!(
        r#"{{ {nouns} t: __type(name: "Tag") {{ name }} __schema {{ queryType {{ name }} }} }}{fragment}"#
    );
    let mut data = shelf.data(&beside).await;
    assert_eq!(data["t"].take(), json!({"name": "Tag"}));
    assert_eq!(data["__schema"].take(), json!({"queryType": {"name": "Query"}}));
    let data = data.as_object_mut().unwrap();
    data.remove("t");
    data.remove("__schema");
    assert_eq!(Value::from(data.clone()), alone);
    let wrong = r#"{ __type(name: "Tag") { name } entries(first: -1) { nodes { slug } } }"#;
    let answer = shelf.ask(wrong, json!({})).await;
    assert_eq!((&answer["data"], &answer["errors"][0]["path"]), (&Value::Null, &json!(["entries"])));
}
