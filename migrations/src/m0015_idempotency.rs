//! Answers that are kept for whoever sends the same request again.

use sea_orm_migration::prelude::*;

/// Step 15.
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

// `caller` and `fingerprint` are keyed hashes, `answer` is encrypted: it may hold a secret that was shown once. A row without an
// answer is never committed.
const SCRIPT: &str = r"
create table idempotency_key (
  caller bytea not null,
  key text not null,
  fingerprint bytea not null,
  answer bytea,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint idempotency_key_pkey primary key (caller, key)
);
create index idempotency_key_expires_idx on idempotency_key (expires_at);
";
