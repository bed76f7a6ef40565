//! How large a document is with its fragments written out: what validation and execution would walk. Each fragment is walked
//! once, so that a document of 1 kB that writes out to 2^32 fields is measured in microseconds.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

use crate::domain::{Error, Result, limits::Settings};

/// What is counted, of a document or of a part of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Size {
    selections: u64,
    aliases: u64,
    directives: u64,
    depth: u32,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.directives = self.directives.saturating_add(other.directives);
        self.depth = self.depth.max(other.depth);
    }
}

/// Refuses a document that is larger than it may be; fragments that nobody spreads count too, since validation walks them.
///
/// # Errors
/// `LIMIT_EXCEEDED`, naming the limit.
pub(super) fn bounded(document: &ExecutableDocument, limits: &Settings) -> Result<()> {
    let mut measure = Measure { document, known: HashMap::new() };
    let mut size = Size::default();
    for (_, operation) in document.operations.iter() {
        size.directives = size.directives.saturating_add(operation.node.directives.len() as u64);
        size.add(measure.set(&operation.node.selection_set.node));
    }
    for fragment in document.fragments.values() {
        size.add(measure.set(&fragment.node.selection_set.node));
    }
    let bounds = [
        (("selections", "selections, fragments written out"), limits.selections, size.selections),
        (("depth", "levels of nested fields"), limits.depth, u64::from(size.depth)),
        (("aliases", "aliases, fragments written out"), limits.aliases, size.aliases),
        (("directives", "directives, fragments written out"), limits.directives, size.directives),
    ];
    match bounds.into_iter().find(|(_, bound, value)| *value > u64::from(*bound)) {
        Some((what, bound, value)) => Err(Error::limit(what, bound, value)),
        None => Ok(()),
    }
}

struct Measure<'d> {
    document: &'d ExecutableDocument,
    /// The fragments that were walked.
    known: HashMap<&'d Name, Size>,
}

impl<'d> Measure<'d> {
    fn set(&mut self, set: &'d SelectionSet) -> Size {
        let mut total = Size::default();
        for item in &set.items {
            let (inside, directives) = match &item.node {
                Selection::Field(field) => {
                    let mut inside = self.set(&field.node.selection_set.node);
                    inside.depth = inside.depth.saturating_add(1);
                    inside.aliases = inside.aliases.saturating_add(field.node.alias.is_some().into());
                    (inside, &field.node.directives)
                }
                Selection::InlineFragment(inline) => {
                    (self.set(&inline.node.selection_set.node), &inline.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node), &spread.node.directives)
                }
            };
            total.add(inside);
            total.add(Size { selections: 1, directives: count(directives), ..Size::default() });
        }
        total
    }

    fn fragment(&mut self, name: &'d Name) -> Size {
        if let Some(size) = self.known.get(name) {
            return *size;
        }
        let Some(fragment) = self.document.fragments.get(name) else { return Size::default() };
        // A fragment that spreads itself counts as nothing inside itself; it is refused for that.
        self.known.insert(name, Size::default());
        let mut size = self.set(&fragment.node.selection_set.node);
        size.directives = size.directives.saturating_add(count(&fragment.node.directives));
        self.known.insert(name, size);
        size
    }
}

fn count(directives: &[Positioned<Directive>]) -> u64 {
    directives.len() as u64
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    fn refused(document: &str, limits: Settings) -> Option<serde_json::Value> {
        bounded(&parse_query(document).unwrap(), &limits).err().and_then(|error| error.details().cloned())
    }

    #[test]
    fn what_a_fragment_holds_counts_wherever_it_is_spread() {
        let document =
            "{ x: a { ...F } b { c { ...F @skip(if: true) } } } fragment F on T { y: d @include(if: true) }";
        let small = Settings { aliases: 3, directives: 3, depth: 3, selections: 9, ..Settings::default() };
        // The fragment itself is walked by validation, and counted, once more.
        for (limits, what, bound, value) in [
            (Settings { aliases: 3, ..small }, "aliases", 3, 4),
            (Settings { depth: 2, ..small }, "depth", 2, 3),
            (Settings { selections: 7, ..small }, "selections", 7, 8),
        ] {
            let details = serde_json::json!({"limit": what, "bound": bound, "value": value});
            assert_eq!(refused(document, limits), Some(details));
        }
        let enough = Settings { aliases: 4, directives: 4, ..small };
        assert_eq!(refused(document, enough), None);
        assert_eq!(refused(document, Settings { directives: 3, ..enough }).unwrap()["value"], 4);
    }

    #[test]
    fn a_fragment_bomb_of_a_kilobyte_is_counted_without_being_written_out() {
        let mut bomb = "{ ...F0 }".to_owned();
        for level in 0..24 {
            let next = level + 1;
            bomb.push_str(&format!("fragment F{level} on Query{{...F{next} ...F{next}}}"));
        }
        bomb.push_str("fragment F24 on Query{a}");
        assert!(bomb.len() < 1_200, "{}", bomb.len());
        let value = refused(&bomb, Settings::default()).unwrap()["value"].as_u64().unwrap();
        assert!(value > 1 << 24, "{value}");
    }
}
