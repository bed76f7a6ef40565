//! The record of changes becomes the audit record: who, from where, before and after; nobody changes it, and seals tell if somebody did.

use sea_orm_migration::prelude::*;

/// Step 13.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for script in [RECORD, SEAL, APPEND_ONLY] {
            crate::run(manager, script).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// `xid` is the transaction that wrote a record, `position` its place among those of one transaction. Together they are an order in
// which no record appears before another that was there already, once the transactions before it are over.
const RECORD: &str = r"
alter table event rename to audit_record;
alter table audit_record rename constraint event_pkey to audit_record_pkey;
drop index event_feed_idx;
drop index event_subject_idx;

alter table audit_record
  add column xid bigint not null default (pg_current_xact_id()::text::bigint),
  add column position bigint not null generated always as identity,
  add column credential text,
  add column outcome text not null default 'done' check (outcome in ('done', 'refused')),
  add column reason text,
  add column node text,
  add column ip text,
  add column user_agent text,
  add column count integer not null default 1,
  add column before jsonb,
  add column after jsonb;
update audit_record set node =
  case split_part(kind, '.', 1) when 'content_type' then 'type' else split_part(kind, '.', 1) end || '_' || subject_id;
alter table audit_record drop column subject_id;

create unique index audit_record_order_key on audit_record (xid, position);
create index audit_record_feed_idx on audit_record (created_at desc, id desc);
create index audit_record_brand_idx on audit_record (brand_id, created_at desc, id desc);
create index audit_record_node_idx on audit_record (node, created_at desc);
";

// A seal is of another table, so that a record is never touched again. It has no foreign key: records that were archived leave
// their seals behind.
const SEAL: &str = r"
create table audit_seal (
  sequence bigint primary key check (sequence > 0),
  xid bigint not null,
  position bigint not null,
  seal bytea not null check (octet_length(seal) = 32),
  key_id text,
  sealed_at timestamptz not null,
  constraint audit_seal_record_key unique (xid, position)
);
";

const APPEND_ONLY: &str = r"
create function bg_append_only() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

create trigger audit_record_append_only before update or delete or truncate on audit_record
for each statement execute function bg_append_only();
create trigger audit_seal_append_only before update or delete or truncate on audit_seal
for each statement execute function bg_append_only();

revoke update, delete, truncate on audit_record, audit_seal from public;
";
