//! Who looks at a file that was sent, and until when the store may be putting its parts together.

use sea_orm_migration::prelude::*;

/// Step 19.
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
-- Whoever looks writes down its claim; who lost it refuses nothing any more.
alter table upload add column claim text;
-- Until then, parts that are gone may be on their way into the object.
alter table upload add column joining_until timestamptz;
create index upload_verifying_idx on upload (updated_at) where state = 'verifying';
";
