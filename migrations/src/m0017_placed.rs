//! References whose ids stand in the fields already, and that wait only for what they lead to.

use sea_orm_migration::prelude::*;

/// Step 17.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, SCRIPT).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const SCRIPT: &str = r"
-- What an export wrote says which entry is meant, and not only which of its translations there may be.
alter table pending_reference add column target_entry_id uuid;
alter table pending_reference add column placed boolean not null default false;
alter table pending_reference drop constraint pending_reference_target_check;
alter table pending_reference add constraint pending_reference_target_check
  check (num_nonnulls(target_translation_id, target_asset_id, target_entry_id) = 1);
create index pending_reference_placed_idx on pending_reference (entry_id) where placed;
";
