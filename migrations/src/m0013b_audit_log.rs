//! Records are read as a log: they stay in sight when their brand is deleted, so that their brand is a column of another name.

use sea_orm_migration::prelude::*;

/// Step 13b.
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
alter table audit_record rename column brand_id to brand;
";
