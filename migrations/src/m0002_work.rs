//! What happens beside content: the record of every change, and durable jobs.

use sea_orm_migration::prelude::*;

/// Step 2.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, EVENT).await?;
        crate::run(manager, JOB).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

const EVENT: &str = r"
create table event (
  id uuid primary key,
  brand_id uuid,
  kind text not null,
  subject_id uuid not null,
  actor text not null,
  request_id text,
  detail jsonb not null,
  created_at timestamptz not null
);
create index event_feed_idx on event (brand_id, id);
create index event_subject_idx on event (subject_id, id);
";

const JOB: &str = r"
create table job (
  id uuid primary key,
  kind text not null,
  payload jsonb not null,
  dedupe_key text,
  state text not null default 'ready' check (state in ('ready', 'running', 'done', 'buried')),
  attempts integer not null default 0,
  max_attempts integer not null default 8,
  run_at timestamptz not null,
  locked_until timestamptz,
  last_error text,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index job_due_idx on job (run_at, id) where state in ('ready', 'running');
create unique index job_dedupe_key on job (kind, dedupe_key) where state = 'ready';
";
