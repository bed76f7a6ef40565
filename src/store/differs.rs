//! Whether a change says anything that a row does not hold already: a change of nothing makes no version.

use sea_orm::{ActiveModelTrait, ActiveValue, EntityTrait, Iterable, ModelTrait};

/// Whether one of the columns that are set is set to another value than the row's.
pub(super) fn differs<M, A>(row: &M, next: &A) -> bool
where
    M: ModelTrait,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    <M::Entity as EntityTrait>::Column::iter().any(|column| match next.get(column) {
        ActiveValue::Set(value) => value != row.get(column),
        ActiveValue::Unchanged(_) | ActiveValue::NotSet => false,
    })
}
