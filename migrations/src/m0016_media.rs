//! Files of brands: objects in a store, the uploads that bring them, and what more is known of an asset.

use sea_orm_migration::prelude::*;

/// Step 16.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for script in [OBJECT, ASSET, UPLOAD] {
            crate::run(manager, script).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// The same bytes are one object in a brand, and two objects in two brands: nobody learns what another brand has.
const OBJECT: &str = r"
create table stored_object (
  id uuid primary key,
  brand_id uuid not null references brand on delete restrict,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  key text not null,
  byte_size bigint not null check (byte_size >= 0),
  media_type text not null,
  created_at timestamptz not null,
  constraint stored_object_bytes_key unique (brand_id, sha256),
  constraint stored_object_key_key unique (key)
);
";

const ASSET: &str = r"
alter table asset
  add column object_id uuid references stored_object on delete restrict,
  add column sha256 text,
  add column duration_seconds double precision check (duration_seconds >= 0),
  add column placeholder text,
  add column alts jsonb not null default '{}',
  add column credit text,
  add column focal_x double precision check (focal_x between 0 and 1),
  add column focal_y double precision check (focal_y between 0 and 1),
  add column rights_from timestamptz,
  add column rights_until timestamptz,
  add column territories text[] not null default '{}',
  add constraint asset_focal_check check ((focal_x is null) = (focal_y is null)),
  add constraint asset_rights_check check (rights_from < rights_until);
create index asset_object_idx on asset (object_id) where object_id is not null;
";

const UPLOAD: &str = r"
create table upload (
  id uuid primary key,
  brand_id uuid not null references brand on delete restrict,
  state text not null check (state in ('pending', 'verifying', 'ready', 'quarantined', 'failed', 'expired')),
  filename text not null,
  media_type text not null,
  byte_size bigint not null check (byte_size > 0),
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  draft jsonb not null,
  key text not null,
  session text,
  part_size bigint check (part_size > 0),
  part_count integer check (part_count between 1 and 10000),
  problem_code text,
  problem text,
  asset_id uuid references asset on delete set null,
  version integer not null default 1,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint upload_key_key unique (key),
  constraint upload_parts_check check ((part_size is null) = (part_count is null))
);
create index upload_feed_idx on upload (brand_id, created_at desc, id desc);
create index upload_asset_idx on upload (asset_id) where asset_id is not null;
create index upload_expiry_idx on upload (expires_at) where state = 'pending';
";
