//! Which rows the lines of an import have said already, so that a key which comes again is told wherever it stands.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{
    domain::Error,
    service::bulk::{Destination, Item},
};

/// The rows, and the lines that said them: 25 bytes each, in a table of which up to a half is free.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<Uuid, u64>);

impl Seen {
    /// The items whose row no line before them has said, and the lines of the others. One that says no row goes on: it is set
    /// aside for what it says instead. Asked in the order of lines, before anything is written at the same time as anything
    /// else, so that it is always the later line that is told.
    pub(super) fn first(
        &mut self,
        destination: &Destination,
        items: Vec<Item>,
    ) -> (Vec<Item>, Vec<(u64, Error)>) {
        let (mut first, mut again) = (Vec::with_capacity(items.len()), Vec::new());
        for item in items {
            let said = destination.row_of(&item.record).map(|id| *self.0.entry(id).or_insert(item.index));
            match said {
                Some(line) if line != item.index => {
                    let message = format!("came already in line {line}");
                    again.push((item.index, Error::invalid("key", "duplicate", message)));
                }
                _ => first.push(item),
            }
        }
        (first, again)
    }
}
