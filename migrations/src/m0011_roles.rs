//! Roles of a brand's own, and who holds which role there.

use sea_orm_migration::prelude::*;

/// Step 11.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, ROLES).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// A member's role is built in, or the brand's own: then its name stands a second time, as the key.
const ROLES: &str = r"
create table role (
  id uuid primary key,
  brand_id uuid not null references brand,
  name text not null,
  description text,
  permissions text[] not null,
  restrictions jsonb not null default '{}',
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint role_name_key unique (brand_id, name),
  constraint role_restrictions_check check (jsonb_typeof(restrictions) = 'object')
);
create table member (
  id uuid primary key,
  brand_id uuid not null references brand,
  issuer text not null,
  subject text not null,
  role text not null,
  own_role text,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint member_role_key unique (brand_id, issuer, subject, role),
  constraint member_own_role_fkey foreign key (brand_id, own_role) references role (brand_id, name),
  constraint member_own_role_check check (own_role is null or own_role = role)
);
create index member_subject on member (issuer, subject);
";
