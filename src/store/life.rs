//! Rows that are there, and rows that were put in the bin.

use sea_orm::{ColumnTrait, Condition};

/// Which of the rows that can be deleted and restored are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Those that are there.
    Live,
    /// Those that were deleted and can be restored.
    Deleted,
}

impl Life {
    /// The condition on the column that says when a row was deleted.
    pub(super) fn condition(self, deleted_at: impl ColumnTrait) -> Condition {
        Condition::all().add(match self {
            Self::Live => deleted_at.is_null(),
            Self::Deleted => deleted_at.is_not_null(),
        })
    }
}
