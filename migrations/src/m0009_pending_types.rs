//! What a reference that waits may lead to, and what a source shows of its connector.

use sea_orm_migration::prelude::*;

/// Step 9.
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
-- The content types that the schema allowed when the reference came; any where there are none.
alter table pending_reference add column types uuid[];

-- A connector is the name of a preset, or the text of a file, which is nobody's but its operator's.
alter table source add column connector_name text not null generated always as (
  case when connector ~ '^[A-Za-z0-9_-]{1,63}$' then connector else 'inline' end) stored;
";
