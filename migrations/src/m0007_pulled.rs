//! What a platform said last of each entry and asset, so that a pull writes what has changed there and nothing else.

use sea_orm_migration::prelude::*;

/// Step 7.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, PULLED).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const PULLED: &str = r"
-- Digests of the record as it came last: of all of it, and of its status alone.
alter table entry add column pulled_digest uuid, add column pulled_status uuid;
alter table asset add column pulled_digest uuid;
";
