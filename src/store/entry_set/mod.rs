//! Reads and writes many entries at once: a statement for all of them, and one for each thing that hangs on them.

mod load;
mod taken;
mod write;

use std::sync::Arc;

use super::{covered, entry::Row};
use crate::domain::{Result, access::Grant};

pub use load::{Linked, linked, lock, terms};
pub use taken::{Place, holders, place, rows, slug_taken};
pub use write::{Kept, insert, keep_versions, relink, update};

/// What becomes of an entry.
#[derive(Debug, Clone)]
pub struct Change {
    /// As it was found; a new one was not.
    pub before: Option<Row>,
    /// As it is to be.
    pub after: Row,
    /// The key of its type.
    pub type_key: Arc<str>,
}

impl Change {
    /// Whether the custom fields, or what is searched of them, are others than they were.
    fn refilled(&self) -> bool {
        let other =
            |before: &Row| before.fields != self.after.fields || before.search_text != self.after.search_text;
        self.before.as_ref().is_none_or(other)
    }

    /// Passes where one of the roles allows the change.
    ///
    /// # Errors
    /// `FORBIDDEN` naming what is not to be written, `NOT_FOUND` where the entry is in no brand of the grant.
    pub fn granted(&self, grant: &Grant) -> Result<()> {
        let brand = self.after.brand_id;
        grant.covers(brand, "the entry")?;
        if grant.unrestricted_in(brand) {
            return Ok(());
        }
        let before = self.before.as_ref().map(|row| covered::facts(row, &self.type_key));
        grant.covers_change(brand, before.as_ref(), &covered::facts(&self.after, &self.type_key))
    }
}
