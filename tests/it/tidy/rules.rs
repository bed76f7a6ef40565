//! The rules themselves; each names what is wrong, and where.

use super::{
    imports::{self, line_of},
    source::Source,
};

/// The layers, lowest first; what stands on one layer does not know its neighbours.
const LAYERS: [&[&str]; 8] = [
    &["kit"],
    &["domain"],
    &["store", "cmp", "cache", "objects", "broker"],
    &["queue"],
    &["service"],
    &["graphql", "worker"],
    &["http"],
    &["app"],
];

/// A name, and the parts of the application that alone may use it.
const OWNED: [(&str, &[&str]); 7] = [
    ("sea_orm", &["src/store/"]),
    ("sqlx", &["src/store/"]),
    ("async_graphql", &["src/graphql/"]),
    ("axum", &["src/http/", "src/app/demo/"]),
    ("std::env", &["src/app/"]),
    // A transaction that `Unit` did not begin would write without a record.
    ("Tx::begin", &["src/service/unit.rs"]),
    ("TransactionTrait", &["src/store/tx.rs", "src/store/migrate.rs"]),
];

/// What waits for something, or touches the world outside of the program.
const IMPURE: [&str; 9] =
    ["async", "await", "tokio", "futures", "std::fs", "std::io", "std::net", "std::process", "std::thread"];

/// The most lines of one file.
const LINES: usize = 400;

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&module))
}

/// Nothing is imported from above or from beside.
pub fn layers(source: &Source) -> Vec<String> {
    let module = source.module();
    let Some(own) = module.first() else { return Vec::new() };
    let Some(height) = layer(own) else { return vec![format!("{}: is on no layer", source.path)] };
    let climbs = |other: &String| other != own && layer(other).is_some_and(|it| it >= height);
    imports::of(source)
        .into_iter()
        .filter(|(_, other)| climbs(other))
        .map(|(line, other)| {
            format!(
                "{}:{line}: {own} (layer {height}) must not import {other} (layer {})",
                source.path,
                layer(&other).unwrap()
            )
        })
        .collect()
}

/// A file has one idea, and that is not 400 lines long.
pub fn length(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines > LINES { vec![format!("{}: {lines} lines", source.path)] } else { Vec::new() }
}

/// A newcomer reads one line per file and knows where to go.
pub fn first_line(source: &Source) -> Vec<String> {
    let first = source.text.lines().next().unwrap_or_default();
    if first.len() > "//! ".len() && first.starts_with("//! ") {
        Vec::new()
    } else {
        vec![format!("{}:1: does not begin with a line `//! …` that says what it is", source.path)]
    }
}

/// The domain and the kit wait for nothing and touch nothing: what they say is true whoever asks, and when.
pub fn purity(source: &Source) -> Vec<String> {
    if !["src/domain/", "src/kit/"].iter().any(|folder| source.path.starts_with(folder)) {
        return Vec::new();
    }
    let found = |name: &'static str| {
        words(&source.code, name).map(move |at| {
            format!("{}:{}: {name} has no place in domain and kit", source.path, line_of(&source.code, at))
        })
    };
    IMPURE.into_iter().flat_map(found).collect()
}

/// Where a name stands as a whole word.
fn words<'a>(code: &'a str, name: &'static str) -> impl Iterator<Item = usize> + 'a {
    let inside_a_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(name).map(|(at, _)| at).filter(move |at| {
        !inside_a_word(code[..*at].chars().next_back())
            && !inside_a_word(code[at + name.len()..].chars().next())
    })
}

/// SQL is the store's, GraphQL is graphql's, HTTP is http's, the environment is the app's.
pub fn owned_crates(source: &Source) -> Vec<String> {
    let mut offences = Vec::new();
    for (name, owners) in OWNED {
        if owners.iter().any(|owner| source.path.starts_with(owner)) {
            continue;
        }
        for at in words(&source.code, name) {
            let line = line_of(&source.code, at);
            offences.push(format!("{}:{line}: {name} belongs to {}", source.path, owners.join(", ")));
        }
    }
    offences
}

#[test]
fn an_import_that_climbs_or_goes_sideways_is_found() {
    let source = Source::new(
        "src/store/read/run.rs",
        "use crate::{\n    domain::{Error, service},\n    service::Services,\n};\nfn f() { crate::cmp::x(); super::super::super::queue::y(); super::scope(); }\n",
    );
    let offences = layers(&source);
    assert_eq!(offences.len(), 3, "{offences:?}");
    assert!(offences[0].starts_with("src/store/read/run.rs:1: store (layer 2) must not import service"));
    assert!(offences[1].contains(":5: store (layer 2) must not import cmp"));
    assert!(offences[2].contains(":5: store (layer 2) must not import queue"));
}

#[test]
fn an_import_from_below_is_fine() {
    let source =
        Source::new("src/service/entry.rs", "use crate::{domain::Error, kit::clock::Clock, store::Db};\n");
    assert_eq!(layers(&source), Vec::<String>::new());
}

#[test]
fn a_crate_in_the_wrong_place_is_found_but_not_in_a_comment() {
    let source =
        Source::new("src/service/entry.rs", "//! About sqlx.\nuse sqlx::query;\nlet sqlx_like = 1;\n");
    assert_eq!(owned_crates(&source).len(), 1);
}

#[test]
fn a_transaction_that_is_begun_in_the_wrong_place_is_found() {
    let code = "async fn f(db: &Db) { let tx = Tx::begin(db).await; let unit = Unit::begin(db); }\n";
    assert_eq!(owned_crates(&Source::new("src/service/tag.rs", code)).len(), 1);
    assert_eq!(owned_crates(&Source::new("src/service/unit.rs", code)), Vec::<String>::new());
}

#[test]
fn waiting_is_found_in_the_domain_and_nowhere_else() {
    let code = "pub async fn f() { std::fs::read(x).await }\nlet asynchronous = 1; // tokio\n";
    assert_eq!(purity(&Source::new("src/domain/entry.rs", code)).len(), 3);
    assert_eq!(purity(&Source::new("src/service/entry.rs", code)), Vec::<String>::new());
}

#[test]
fn a_long_file_and_one_without_a_first_line_are_found() {
    let source = Source::new("src/service/entry.rs", "let x = 1;\n".repeat(LINES + 1));
    assert_eq!(length(&source).len(), 1);
    assert_eq!(first_line(&source).len(), 1);
}
