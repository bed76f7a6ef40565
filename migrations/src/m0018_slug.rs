//! One index for slugs: the unique one, with the slug before the content type.

use sea_orm_migration::prelude::*;

/// Step 18.
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
-- What is unique does not depend on the order of its columns, and in this one the index also finds a slug of any type. The
-- new one comes first, so that no two entries get one slug in between.
create unique index entry_slug_new_key on entry (brand_id, slug, content_type_id, locale) where deleted_at is null;
drop index entry_slug_key;
drop index entry_slug_idx;
alter index entry_slug_new_key rename to entry_slug_key;
";
