//! Credentials that are made here: API keys, applications, and the keys that tokens of applications are signed with.

use sea_orm_migration::prelude::*;

/// Step 10.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for script in [API_KEY, APPLICATION, SIGNING_KEY] {
            crate::run(manager, script).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// Of a secret there is a keyed hash only. `owner_id` is the one brand it is for; none where it is for several or all, and then
// `brands` says which.
const API_KEY: &str = r"
create table api_key (
  id uuid primary key,
  owner_id uuid constraint api_key_owner_id_fkey references brand,
  name text not null,
  roles text[] not null,
  brands uuid[],
  every_brand boolean not null generated always as (brands is null) stored,
  secret_hash bytea not null,
  previous_hash bytea,
  previous_until timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint api_key_owner_check check (owner_id is null or brands = array[owner_id]),
  constraint api_key_previous_check check ((previous_hash is null) = (previous_until is null))
);
create index api_key_feed_idx on api_key (created_at, id);
create index api_key_owner_idx on api_key (owner_id, created_at, id);
";

const APPLICATION: &str = r"
create table application (
  id uuid primary key,
  client_id text not null generated always as (replace(id::text, '-', '')) stored,
  owner_id uuid constraint application_owner_id_fkey references brand,
  name text not null,
  roles text[] not null,
  brands uuid[],
  every_brand boolean not null generated always as (brands is null) stored,
  secret_hash bytea not null,
  previous_hash bytea,
  previous_until timestamptz,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint application_owner_check check (owner_id is null or brands = array[owner_id]),
  constraint application_previous_check check ((previous_hash is null) = (previous_until is null))
);
create index application_feed_idx on application (created_at, id);
create index application_owner_idx on application (owner_id, created_at, id);
";

const SIGNING_KEY: &str = r"
create table signing_key (
  id uuid primary key,
  public_key bytea not null,
  sealed_key bytea not null,
  signs_from timestamptz not null,
  created_at timestamptz not null
);
create unique index signing_key_order_key on signing_key (signs_from);
";
