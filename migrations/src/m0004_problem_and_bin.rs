//! Why a scheduled entry was not published when its time came, and how the bin is looked through by age.

use sea_orm_migration::prelude::*;

/// Step 4.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, PROBLEM).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const PROBLEM: &str = r"
alter table entry add column publish_problem jsonb;
-- The bin is looked through by age.
create index entry_bin_idx on entry (deleted_at) where deleted_at is not null;
";
