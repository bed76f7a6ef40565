//! Rules of the house that no compiler checks: layers, file lengths, first lines, and who may name which crate.

mod imports;
mod rules;
mod source;

use source::{Source, sources};

/// Fails with every offence at once.
fn assert_none(offences: Vec<String>) {
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

/// Applies a rule to every Rust file of every package.
fn everywhere(rule: impl Fn(&Source) -> Vec<String>) {
    let all = sources(&["src", "tests", "migrations/src", "bench/src"]);
    assert!(all.len() > 10, "only {} files were found", all.len());
    assert_none(all.iter().flat_map(rule).collect());
}

/// Applies a rule to the files of the application itself.
fn in_src(rule: impl Fn(&Source) -> Vec<String>) {
    assert_none(sources(&["src"]).iter().flat_map(rule).collect());
}

#[test]
fn a_module_imports_only_from_layers_below_its_own() {
    in_src(rules::layers);
}

#[test]
fn no_file_is_longer_than_400_lines() {
    everywhere(rules::length);
}

#[test]
fn the_first_line_of_a_file_says_what_it_is() {
    everywhere(rules::first_line);
}

#[test]
fn the_domain_and_the_kit_wait_for_nothing() {
    in_src(rules::purity);
}

#[test]
fn a_crate_is_named_only_where_it_belongs() {
    in_src(rules::owned_crates);
}
