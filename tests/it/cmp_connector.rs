//! The connector language: what is wrong with a file is said with file, line, column and reason, all at once.

use brandgraph::{
    cmp::{Connector, preset},
    domain::Code,
};

const GOOD: &str = r"connector: blog
resources:
  - name: posts
    list:
      path: /posts
      query: {page: '{page}'}
      items: .data
      paging: {page: {size: 10}}
    entry:
      type: post
      external_id: .id
      title: .title
";

fn faults(text: &str) -> Vec<String> {
    let error = Connector::parse("blog.yaml", text).unwrap_err();
    assert_eq!(error.code(), Code::Invalid);
    error.violations().iter().map(|fault| format!("{}: {}", fault.path, fault.message)).collect()
}

fn one_fault(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "the test changes nothing");
    let faults = faults(&GOOD.replace(from, to));
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults.into_iter().next().unwrap()
}

#[test]
fn reads_a_good_file() {
    let connector = Connector::parse("blog.yaml", GOOD).unwrap();
    assert_eq!(connector.name, "blog");
    assert_eq!(connector.resources.len(), 1);
}

#[test]
fn every_preset_compiles() {
    for name in preset::names() {
        let connector = preset::load(name).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!(connector.name, name);
    }
}

#[test]
fn an_unknown_key_is_an_error_that_names_it() {
    let fault = one_fault("      items: .data", "      itmes: .data\n      items: .data");
    assert!(fault.starts_with("blog.yaml:7:7:"), "{fault}");
    assert!(fault.contains("itmes"), "{fault}");
}

#[test]
fn a_missing_key_is_an_error_that_names_it() {
    let fault = one_fault("      title: .title\n", "");
    assert!(fault.contains("title"), "{fault}");
    assert!(fault.starts_with("blog.yaml:"), "{fault}");
}

#[test]
fn text_that_is_no_yaml_is_an_error_with_its_place() {
    let fault = one_fault("resources:", "resources: [");
    assert!(fault.starts_with("blog.yaml:"), "{fault}");
}

#[test]
fn an_expression_that_cannot_be_read_names_resource_field_and_character() {
    let fault = one_fault("title: .title", "title: '.title | ]'");
    assert_eq!(
        fault,
        "blog.yaml:12:14: resource `posts`, `title`: expected token, at character 10 of `.title | ]`"
    );
    let fault = one_fault("title: .title", "title: '.title |'");
    assert!(
        fault.starts_with("blog.yaml:12:14: resource `posts`, `title`: expected term but it ends there"),
        "{fault}"
    );
}

#[test]
fn an_unknown_function_is_named_and_a_forgotten_quote_is_suggested() {
    let fault = one_fault("title: .title", "title: .title // untitled");
    assert_eq!(
        fault,
        "blog.yaml:12:14: resource `posts`, `title`: there is no function `untitled` (a text is written in quotes: \
         `\"untitled\"`), at character 11 of `.title // untitled`"
    );
}

#[test]
fn all_expressions_that_are_wrong_are_reported_at_once() {
    let text = GOOD.replace("title: .title", "title: nope").replace("items: .data", "items: neither");
    assert_eq!(faults(&text).len(), 2);
}

#[test]
fn what_could_run_for_ever_or_reach_outside_is_refused() {
    for expression in [
        "[repeat(1)]",
        "def f: f; f",
        "[.[] | recurse(.)]",
        "env.HOME",
        "$ENV.HOME",
        "now",
        "input",
        "until(false; .)",
        "\"\\(env)\"",
        "[range(1e18)]",
        "[limit(5; repeat(.))]",
        "$__expression",
        "import \"a\" as a; .",
    ] {
        let text = GOOD.replace("title: .title", &format!("title: '{expression}'"));
        assert!(Connector::parse("blog.yaml", &text).is_err(), "{expression} was taken");
    }
    // The same words are fine as keys.
    let text = GOOD.replace("title: .title", "title: '.now // .env // {\"input\": 1}.input'");
    Connector::parse("blog.yaml", &text).unwrap();
}

#[test]
fn an_expression_cannot_leave_its_place() {
    for expression in [".a) | (.b", "1 else 2 end", ". # comment"] {
        let text = GOOD.replace("title: .title", &format!("title: '{expression}'"));
        let parsed = Connector::parse("blog.yaml", &text);
        assert_eq!(parsed.is_ok(), expression.contains('#'), "{expression}");
    }
}

#[test]
fn paging_that_sends_its_placeholder_nowhere_is_refused() {
    let fault = one_fault("'{page}'", "'1'");
    assert!(fault.contains("sends `{page}` nowhere"), "{fault}");
    assert!(fault.starts_with("blog.yaml:8:15"), "{fault}");
}

#[test]
fn a_resource_is_an_entry_or_an_asset() {
    let text = format!("{GOOD}    asset: {{external_id: .id, filename: .f, media_type: .m, url: .u}}\n");
    assert!(faults(&text)[0].contains("needs either `entry` or `asset`"));
}

#[test]
fn a_reference_leads_to_a_resource_of_the_file() {
    let text = format!("{GOOD}      references:\n        author: {{resource: people, id: .by}}\n");
    assert_eq!(faults(&text), ["blog.yaml:14:17: there is no resource `people` to refer to"]);
}

#[test]
fn auth_of_an_unknown_kind_lists_the_kinds() {
    let fault = one_fault("connector: blog\n", "connector: blog\nauth: {oauth9: {credential: a}}\n");
    assert!(fault.contains("bearer") && fault.contains("oauth9"), "{fault}");
}

#[test]
fn a_file_as_large_as_a_book_is_refused() {
    let text = format!("{GOOD}# {}", "x".repeat(300 * 1024));
    assert_eq!(Connector::parse("blog.yaml", &text).unwrap_err().code(), Code::LimitExceeded);
}

#[test]
fn a_declared_type_must_be_one_and_have_the_fields_that_are_filled() {
    let with = |schema: &str, mapping: &str| {
        let types = format!("content_types:\n  - {{key: post, name: Post, schema: {schema}}}\nresources:");
        faults(&format!("{}      {mapping}\n", GOOD.replace("resources:", &types)))
    };
    assert_eq!(
        with("{type: object, properties: {a: {type: nope}}}", "fields: {a: .a}"),
        ["blog.yaml:3:5: content type `post`: schema/properties/a/type: fits none of the alternatives"]
    );
    let closed = "{type: object, additionalProperties: false, properties: {a: {type: string}}}";
    assert_eq!(
        with(closed, "fields: {a: .a, b: .b}"),
        ["blog.yaml:15:26: resource `posts`: content type `post` has no field `b`"]
    );
    assert_eq!(
        with(closed, "references: {a: {resource: posts, id: .a}}"),
        ["blog.yaml:15:23: resource `posts`: field `a` of content type `post` needs `x-reference` to refer"]
    );
}

#[test]
fn no_expression_brings_the_reader_down() {
    let many = |text: &str, times: usize| text.repeat(times);
    for expression in [
        many("(", 1_500),
        many("[", 1_900),
        many("{", 1_900),
        many("\"\\(", 600),
        many("-", 1_900),
        many(".|", 990) + ".",
        many("if ", 600),
        many("try ", 490),
        many(".a.", 600),
        many(". as $x | ", 190) + ".",
        many("..", 900),
        many(".+", 990) + ".",
        many("reduce ", 280),
        many(".[", 20) + "0" + &many("]", 20),
        many("not|", 490) + "not",
        many(".?//", 490) + ".",
        "\u{0}".into(),
        "é$".into(),
        "@".into(),
        "0e".into(),
        "\"\\u12".into(),
        "a::b".into(),
        "$__loc__".into(),
        "?//".into(),
        ".[1:".into(),
        "{(1):}".into(),
        "label $x | .".into(),
        "x".repeat(300_000),
    ] {
        let text =
            GOOD.replace("title: .title", &format!("title: {}", serde_json::to_string(&expression).unwrap()));
        // Taken or refused, but read to the end.
        let _ = Connector::parse("blog.yaml", &text);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_as_expression_is_taken_or_refused(expression in "[-. |(){}\\[\\]\"\\\\$@a-z0-9:;,?/=<>+*%#_]{0,60}") {
        let text = GOOD.replace("title: .title", &format!("title: {}", serde_json::to_string(&expression).unwrap()));
        let _ = Connector::parse("blog.yaml", &text);
    }

    #[test]
    fn any_text_as_file_is_taken_or_refused(cut in 0..400_usize, noise in "\\PC{0,8}") {
        let mut text = GOOD.to_owned();
        let at = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        text.insert_str(at, &noise);
        let _ = Connector::parse("blog.yaml", &text);
    }
}
