//! Fragments that spread themselves, named before the executor would only count how deep they go.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, ServerError,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// The refusal of the first circle of fragments, where there is one. Each fragment is walked once.
pub(super) fn find(document: &ExecutableDocument) -> Option<ServerError> {
    let mut search = Search { document, way: Vec::new(), done: HashSet::new() };
    // In the order of their places, so that the same document is always told the same.
    let mut fragments: Vec<_> = document.fragments.iter().collect();
    fragments.sort_unstable_by_key(|(_, fragment)| (fragment.pos.line, fragment.pos.column));
    fragments.into_iter().find_map(|(name, _)| search.fragment(name))
}

struct Search<'d> {
    document: &'d ExecutableDocument,
    /// The fragments that are open, from the outermost in.
    way: Vec<&'d Name>,
    done: HashSet<&'d Name>,
}

impl<'d> Search<'d> {
    fn fragment(&mut self, name: &'d Name) -> Option<ServerError> {
        let document = self.document;
        let fragment = document.fragments.get(name).filter(|_| !self.done.contains(name))?;
        self.way.push(name);
        let found = self.set(&fragment.node.selection_set.node);
        self.way.pop();
        self.done.insert(name);
        found
    }

    fn set(&mut self, set: &'d SelectionSet) -> Option<ServerError> {
        set.items.iter().find_map(|item| match &item.node {
            Selection::Field(field) => self.set(&field.node.selection_set.node),
            Selection::InlineFragment(inline) => self.set(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                match self.way.iter().position(|open| *open == name) {
                    Some(from) => Some(refusal(name, self.way.get(from + 1..).unwrap_or_default(), item.pos)),
                    None => self.fragment(name),
                }
            }
        })
    }
}

fn refusal(name: &Name, via: &[&Name], at: Pos) -> ServerError {
    let names: Vec<String> = via.iter().map(|name| format!("\"{name}\"")).collect();
    let by_way = if names.is_empty() { String::new() } else { format!(" by way of {}", names.join(", ")) };
    ServerError::new(format!("the fragment \"{name}\" spreads itself{by_way}"), Some(at))
}
