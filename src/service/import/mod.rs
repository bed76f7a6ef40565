//! Brings a file of records in, one JSON object per line: streamed, in batches, and the same file twice changes nothing.

mod catalog;
mod line;
mod run;
mod seen;
mod source;

pub use run::run;

use crate::service::bulk::Outcome;

/// How many records are written in one transaction.
const BATCH: usize = 1_000;
/// How many batches are written at once: one waits for the database while another one's records are checked.
const WRITERS: usize = 2;

/// A line that was set aside, and why; the others went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The line, from 1.
    pub line: u64,
    /// Where in the line the fault is; empty for the line as a whole.
    pub path: String,
    /// What kind of fault, in constant `snake_case`.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the file that were read.
    pub bytes: u64,
    /// Lines that were dealt with.
    pub lines: u64,
}

/// What an import tells while it runs.
#[derive(Debug)]
pub enum Notice<'a> {
    /// It is so far.
    Progress(Progress),
    /// A line was set aside.
    SetAside(&'a SetAside),
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Lines that held something.
    pub lines: u64,
    /// Lines whose row is new.
    pub created: u64,
    /// Lines whose row is different now.
    pub updated: u64,
    /// Lines whose row was as it should be.
    pub unchanged: u64,
    /// References to what is not there: they are filled in when it comes.
    pub waiting: u64,
    /// Lines that were set aside.
    pub set_aside: u64,
}

impl Report {
    fn add(&mut self, outcome: &Outcome) {
        self.created += outcome.created;
        self.updated += outcome.updated;
        self.unchanged += outcome.unchanged;
    }

    fn count(&mut self, changes: impl IntoIterator<Item = catalog::Change>) {
        for change in changes {
            match change {
                catalog::Change::Created => self.created += 1,
                catalog::Change::Updated => self.updated += 1,
                catalog::Change::Unchanged => self.unchanged += 1,
            }
        }
    }
}
