//! The states of an entry and the one table of how it gets from one to another.

use chrono::{DateTime, Utc};

use crate::domain::{Code, Error, Result};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Being written; not public.
    Draft,
    /// Public.
    Published,
    /// Put away; not public.
    Archived,
    /// Public from a moment to come.
    Scheduled,
}

impl Status {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Published, Self::Archived, Self::Scheduled];

    /// The name in the database and in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
            Self::Archived => "archived",
            Self::Scheduled => "scheduled",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// Make it public now.
    Publish,
    /// Take it back to the desk: from the public, from the schedule, from the archive.
    Unpublish,
    /// Make it public at a moment.
    Schedule(DateTime<Utc>),
    /// Put it away.
    Archive,
}

impl Transition {
    /// Where this leads from a status; none where the entry is there already.
    ///
    /// # Errors
    /// `CONFLICT` where there is no way, with `{status, allowed}`.
    pub fn from(self, status: Status) -> Result<Option<Status>> {
        use Status::{Archived, Draft, Published, Scheduled};
        Ok(match (self, status) {
            (Self::Publish, Draft | Scheduled) => Some(Published),
            (Self::Unpublish, Published | Scheduled | Archived) => Some(Draft),
            (Self::Schedule(_), Draft | Scheduled) => Some(Scheduled),
            (Self::Archive, Draft | Published | Scheduled) => Some(Archived),
            (Self::Publish, Published) | (Self::Unpublish, Draft) | (Self::Archive, Archived) => None,
            (Self::Publish, Archived) | (Self::Schedule(_), Published | Archived) => {
                return Err(self.refuse(status));
            }
        })
    }

    /// How the history names it.
    #[must_use]
    pub const fn change(self) -> &'static str {
        match self {
            Self::Publish => "published",
            Self::Unpublish => "unpublished",
            Self::Schedule(_) => "scheduled",
            Self::Archive => "archived",
        }
    }

    fn refuse(self, status: Status) -> Error {
        let (what, allowed) = match self {
            Self::Publish => ("published", ["draft", "scheduled"].as_slice()),
            Self::Unpublish => ("unpublished", ["published", "scheduled", "archived"].as_slice()),
            Self::Schedule(_) => ("scheduled", ["draft", "scheduled"].as_slice()),
            Self::Archive => ("archived", ["draft", "published", "scheduled"].as_slice()),
        };
        let message = format!("an entry that is {} cannot be {what}; unpublish it first", status.name());
        Error::new(Code::Conflict, message)
            .with_details(serde_json::json!({"status": status.name(), "allowed": allowed}))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_transitions() {
        let schedule = Transition::Schedule(DateTime::UNIX_EPOCH);
        let ways = [Transition::Publish, Transition::Unpublish, schedule, Transition::Archive];
        let table: Vec<String> = Status::ALL
            .into_iter()
            .map(|from| {
                let to = ways.map(|way| match way.from(from) {
                    Ok(Some(to)) => to.name(),
                    Ok(None) => "same",
                    Err(_) => "no",
                });
                format!("{}: {}", from.name(), to.join(" "))
            })
            .collect();
        assert_eq!(
            table,
            [
                "draft: published same scheduled archived",
                "published: same draft no archived",
                "archived: no draft no same",
                "scheduled: published draft scheduled archived",
            ]
        );
    }
}
