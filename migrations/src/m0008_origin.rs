//! Where content comes from, as a column: a list can then be filtered by it without a right to see the sources.

use sea_orm_migration::prelude::*;

/// Step 8.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, ORIGIN).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const ORIGIN: &str = r"
alter table entry add column origin text not null
  generated always as (case when source_id is null then 'local' else 'source' end) stored;
alter table asset add column origin text not null
  generated always as (case when source_id is null then 'local' else 'source' end) stored;
";
