//! What every change has in common: only what is given changes, and against the version that the caller has seen.

use uuid::Uuid;

use super::{Code, Error, Result};

/// A part that a change may leave alone, empty or set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It was not given.
    #[default]
    Keep,
    /// It was given as null.
    Clear,
    /// It was given.
    Set(T),
}

impl<T> Patch<T> {
    /// What is to be stored, where something is to be stored.
    pub fn into_option(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }
}

/// A row that was changed, and the version it has now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changed {
    /// The row.
    pub id: Uuid,
    /// Its version after the change.
    pub version: i32,
}

/// Passes where the caller saw the current version, or did not say which one it saw.
///
/// # Errors
/// `CONFLICT` with `{expected, current}`.
pub fn check_version(expected: Option<i32>, current: i32) -> Result<()> {
    match expected {
        Some(expected) if expected != current => Err(Error::new(
            Code::Conflict,
            format!(
                "this was changed meanwhile: version {expected} was expected, the current one is {current}"
            ),
        )
        .with_details(serde_json::json!({"expected": expected, "current": current}))),
        _ => Ok(()),
    }
}

/// The same for a caller who does not see which version is the current one.
///
/// # Errors
/// `CONFLICT` with `{expected}`.
pub fn check_version_unseen(expected: Option<i32>, current: i32) -> Result<()> {
    match expected {
        Some(expected) if expected != current => {
            let message = format!("this was changed meanwhile: version {expected} is not the current one");
            let details = serde_json::json!({"expected": expected});
            Err(Error::new(Code::Conflict, message).with_details(details))
        }
        _ => Ok(()),
    }
}

/// Refuses ids that are given twice or more often than a bound allows.
///
/// # Errors
/// `INVALID` naming the second of two, `LIMIT_EXCEEDED` for too many.
pub fn distinct(ids: Vec<Uuid>, most: u32, at: &'static str) -> Result<Vec<Uuid>> {
    let count = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    if count > u64::from(most) {
        return Err(Error::limit(at, most, count));
    }
    let mut seen = std::collections::HashSet::with_capacity(ids.len());
    match ids.iter().position(|id| !seen.insert(*id)) {
        Some(index) => Err(Error::invalid(format!("{at}/{index}"), "duplicate", "is given twice")),
        None => Ok(ids),
    }
}
