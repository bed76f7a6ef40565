//! References that wait for what they refer to: a platform lists its items in an order of its own.

use sea_orm_migration::prelude::*;

/// Step 3.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, PENDING).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const PENDING: &str = r"
-- Ids are derived from where an item comes from, so what is waited for is known before it is there.
create table pending_reference (
  entry_id uuid not null references entry on delete cascade,
  field text not null,
  position integer not null,
  many boolean not null,
  target_translation_id uuid,
  target_asset_id uuid,
  primary key (entry_id, field, position),
  constraint pending_reference_target_check check ((target_translation_id is null) <> (target_asset_id is null))
);
create index pending_reference_entry_idx on pending_reference (target_translation_id) where target_translation_id is not null;
create index pending_reference_asset_idx on pending_reference (target_asset_id) where target_asset_id is not null;
";
