//! Which parts of the crate a file names: `use crate::…`, inline `crate::…`, and `super::` chains that lead out.

use super::source::Source;

/// The top-level modules that the file reaches into, each with the line it does so on.
pub fn of(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in source.code.match_indices("crate::") {
        if source.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = line_of(&source.code, at);
        found.extend(heads(&source.code[at + "crate::".len()..]).into_iter().map(|head| (line, head)));
    }
    found.extend(through_super(source));
    found
}

/// The first names of what follows `crate::`: one, or several in braces.
fn heads(rest: &str) -> Vec<String> {
    let Some(inside) = rest.strip_prefix('{') else { return name(rest).into_iter().collect() };
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut expected = true;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expected = true,
            _ if expected && depth == 0 && !c.is_whitespace() => {
                heads.extend(name(&inside[at..]));
                expected = false;
            }
            _ => {}
        }
    }
    heads
}

/// `super::super::x` in `store/read/run.rs` is `store::x`, and one more `super` is a sibling of `store`.
fn through_super(source: &Source) -> Vec<(usize, String)> {
    let depth = source.module().len();
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = source.code[from..].find("super::").map(|at| from + at) {
        let mut rest = &source.code[at..];
        let mut climbs = 0;
        while let Some(after) = rest.strip_prefix("super::") {
            climbs += 1;
            rest = after;
        }
        if climbs == depth {
            let line = line_of(&source.code, at);
            found.extend(heads(rest).into_iter().map(|head| (line, head)));
        }
        from = at + climbs * "super::".len();
    }
    found
}

fn name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// The number of the line that a position is on, from 1.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}
