//! What callers have spent of their quotas, by day and month.

use sea_orm_migration::prelude::*;

/// Step 14.
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

// `caller` is the id of an API key or an application; of a user it is a hash that tells nothing of them.
const SCRIPT: &str = r"
create table quota_use (
  caller_kind text not null,
  caller uuid not null,
  period text not null,
  begins_on date not null,
  used bigint not null,
  constraint quota_use_pkey primary key (caller, caller_kind, period, begins_on),
  constraint quota_use_caller_kind_check check (caller_kind in ('user', 'api_key', 'client')),
  constraint quota_use_period_check check (period in ('day', 'month'))
);
create index quota_use_age_idx on quota_use (period, begins_on);
";
