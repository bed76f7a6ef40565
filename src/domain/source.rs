//! Sources: the platforms that content is pulled from, and what is known about each pull.

use std::collections::HashSet;

use uuid::Uuid;

use super::{Error, Result, record::Failure};

/// The most failures that the record of a run keeps; the count goes on.
pub const MAX_FAILURES: usize = 100;

/// A platform that content is pulled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its key.
    pub id: Uuid,
    /// The brand that its content is for.
    pub brand_id: Uuid,
    /// What commands and settings call it.
    pub name: String,
    /// A preset's name, or the text of a connector file.
    pub connector: String,
    /// Where it is.
    pub base_url: String,
    /// Goes up with every change.
    pub version: i32,
}

/// A source as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSource {
    /// The brand that its content is for.
    pub brand_id: Uuid,
    /// What commands and settings call it.
    pub name: String,
    /// A preset's name, or the text of a connector file.
    pub connector: String,
    /// Where it is.
    pub base_url: String,
}

/// Checks the name of a source: it stands in commands, settings and addresses.
///
/// # Errors
/// `INVALID` for anything but 1 to 63 of `a-z 0-9 - _`, beginning with a letter.
pub fn check_name(name: &str, at: &str) -> Result<()> {
    let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    if first && name.len() <= 63 && name.chars().all(rest) {
        return Ok(());
    }
    Err(Error::invalid(at, "name", "must be 1 to 63 of a-z, 0-9, '-' and '_', beginning with a letter"))
}

/// How far a pull has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunStatus {
    /// It goes on.
    Running,
    /// Everything was taken over.
    Succeeded,
    /// Some items were set aside.
    Partial,
    /// It stopped early.
    Failed,
}

impl RunStatus {
    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// What a pull has done so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunTally {
    /// Items that the platform listed.
    pub seen: u64,
    /// Rows that are new.
    pub created: u64,
    /// Rows that are different now.
    pub updated: u64,
    /// Rows that were as they should be.
    pub unchanged: u64,
    /// Items that were set aside.
    pub failed: u64,
    /// References that wait for what they lead to.
    pub waiting: u64,
    /// The first of the faults for which items were set aside.
    pub failures: Vec<Failure>,
}

impl RunTally {
    /// Takes in what was set aside of one page, of which an item may have several faults; of many faults, the first are kept.
    pub fn set_aside(&mut self, failures: Vec<Failure>) {
        let items: HashSet<_> = failures.iter().map(|fault| (&fault.resource, fault.index)).collect();
        self.failed += items.len() as u64;
        let room = MAX_FAILURES.saturating_sub(self.failures.len());
        self.failures.extend(failures.into_iter().take(room));
    }
}
