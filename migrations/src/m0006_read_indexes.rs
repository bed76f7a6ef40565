//! Indexes for lists over every brand, for slugs by their beginning and for external ids alone.

use sea_orm_migration::prelude::*;

/// Step 6.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, INDEXES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const INDEXES: &str = r"
create index entry_all_created_idx on entry (created_at desc, id desc) where deleted_at is null;
create index entry_all_updated_idx on entry (updated_at desc, id desc) where deleted_at is null;
create index entry_all_published_idx on entry (published_at desc, id desc) where deleted_at is null and status = 'published';
-- Compared byte by byte, so that a beginning is a range; in lower case, since a beginning is looked for whatever the case.
create index entry_slug_prefix_idx on entry (lower(slug) text_pattern_ops) where deleted_at is null;
create index entry_external_idx on entry (external_id) where external_id is not null;
";
