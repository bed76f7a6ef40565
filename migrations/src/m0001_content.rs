//! The content model: brands, content types, entries with their history, taxonomy, assets and sources.

use sea_orm_migration::prelude::*;

/// Step 1.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for script in [FUNCTIONS, BRAND, TYPE, SOURCE, TAXONOMY, ASSET, ENTRY, LINKS] {
            crate::run(manager, script).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        crate::forward_only()
    }
}

// The functions give NULL where the JSON value has another type, so that a comparison never fails on one odd row and an
// expression index can be built over any content.
const FUNCTIONS: &str = r"
create extension if not exists pg_trgm;

create function bg_number(value jsonb) returns numeric
language sql immutable parallel safe strict
return case when jsonb_typeof(value) = 'number' then value::numeric end;

create function bg_boolean(value jsonb) returns boolean
language sql immutable parallel safe strict
return case when jsonb_typeof(value) = 'boolean' then value::boolean end;

-- RFC 3339 text to a moment. Immutable because only texts with a zone are taken.
create function bg_moment(value text) returns timestamptz
language plpgsql immutable parallel safe strict as $$
begin
  if value ~ '^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)$' then
    return value::timestamptz;
  elsif value ~ '^\d{4}-\d\d-\d\d$' then
    return (value || 'T00:00:00Z')::timestamptz;
  end if;
  return null;
exception when others then
  return null;
end $$;

-- The text search configuration of a BCP 47 tag's language; 'simple' where PostgreSQL has no dictionary for it.
create function bg_search_config(locale text) returns regconfig
language sql immutable parallel safe strict
return case split_part(lower(locale), '-', 1)
  when 'ar' then 'arabic' when 'da' then 'danish' when 'nl' then 'dutch' when 'en' then 'english'
  when 'fi' then 'finnish' when 'fr' then 'french' when 'de' then 'german' when 'el' then 'greek'
  when 'hu' then 'hungarian' when 'id' then 'indonesian' when 'ga' then 'irish' when 'it' then 'italian'
  when 'lt' then 'lithuanian' when 'no' then 'norwegian' when 'nb' then 'norwegian' when 'nn' then 'norwegian'
  when 'pt' then 'portuguese' when 'ro' then 'romanian' when 'ru' then 'russian' when 'es' then 'spanish'
  when 'sv' then 'swedish' when 'tr' then 'turkish' else 'simple' end::regconfig;
";

const BRAND: &str = r"
create table brand (
  id uuid primary key,
  slug text not null,
  name text not null,
  default_locale text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  constraint brand_slug_key unique (slug)
);

-- chain: the locales to look in, best first, itself included (derived from the fallbacks when the brand is saved).
create table locale (
  brand_id uuid not null references brand on delete cascade,
  code text not null,
  fallback text,
  chain text[] not null,
  position integer not null,
  primary key (brand_id, code)
);
";

const TYPE: &str = r"
create table content_type (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  key text not null,
  name text not null,
  description text,
  schema jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint content_type_key_key unique (brand_id, key)
);

create table content_type_version (
  content_type_id uuid not null references content_type on delete cascade,
  version integer not null,
  schema jsonb not null,
  created_at timestamptz not null,
  actor text not null,
  primary key (content_type_id, version)
);

-- One row for each custom path of a brand that asked for an index; a worker builds it without blocking writes.
create table field_index (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  path text not null,
  kind text not null check (kind in ('text', 'number', 'boolean', 'moment', 'list')),
  purpose text not null check (purpose in ('filter', 'sort', 'unique')),
  name text not null,
  state text not null check (state in ('pending', 'ready', 'failed')),
  error text,
  created_at timestamptz not null,
  constraint field_index_path_key unique (brand_id, path, kind, purpose)
);
";

const SOURCE: &str = r"
create table source (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  name text not null,
  connector text not null,
  base_url text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint source_name_key unique (name)
);

create table sync_run (
  id uuid primary key,
  source_id uuid not null references source on delete cascade,
  status text not null check (status in ('running', 'succeeded', 'partial', 'failed')),
  seen integer not null default 0,
  created integer not null default 0,
  updated integer not null default 0,
  unchanged integer not null default 0,
  failed integer not null default 0,
  error_code text,
  error text,
  failures jsonb not null default '[]',
  started_at timestamptz not null,
  finished_at timestamptz
);
create index sync_run_source_idx on sync_run (source_id, started_at desc, id desc);
";

const TAXONOMY: &str = r"
create table tag (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  slug text not null,
  name text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint tag_slug_key unique (brand_id, slug)
);

-- path: the ids from the root down to the category itself, so that 'with descendants' is one containment test.
create table category (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  parent_id uuid references category on delete restrict,
  slug text not null,
  name text not null,
  position integer not null default 0,
  path uuid[] not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint category_slug_key unique nulls not distinct (brand_id, parent_id, slug),
  constraint category_path_check check (path[array_upper(path, 1)] = id)
);
create index category_parent_idx on category (parent_id, position, id);
create index category_path_idx on category using gin (path);
";

const ASSET: &str = r"
create table asset (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  filename text not null,
  title text,
  alt text,
  media_type text not null,
  byte_size bigint,
  width integer,
  height integer,
  url text not null,
  metadata jsonb not null default '{}',
  source_id uuid references source on delete restrict,
  external_id text,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  constraint asset_origin_check check ((source_id is null) = (external_id is null)),
  constraint asset_origin_key unique (source_id, external_id)
);
create index asset_feed_idx on asset (brand_id, created_at desc, id desc) where deleted_at is null;
create index asset_filename_idx on asset (brand_id, filename, id) where deleted_at is null;
";

const ENTRY: &str = r"
create table entry (
  id uuid primary key,
  brand_id uuid not null references brand on delete cascade,
  content_type_id uuid not null references content_type on delete restrict,
  translation_id uuid not null,
  slug text not null,
  locale text not null,
  title text not null,
  status text not null check (status in ('draft', 'published', 'archived', 'scheduled')),
  fields jsonb not null,
  search_text text not null default '',
  search tsvector not null generated always as (
    setweight(to_tsvector('simple', title), 'A') || setweight(to_tsvector(bg_search_config(locale), title), 'A')
    || setweight(to_tsvector('simple', search_text), 'B') || setweight(to_tsvector(bg_search_config(locale), search_text), 'B')
  ) stored,
  source_id uuid references source on delete restrict,
  external_id text,
  version integer not null default 1,
  published_at timestamptz,
  scheduled_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  constraint entry_published_check check (status <> 'published' or published_at is not null),
  constraint entry_scheduled_check check ((status = 'scheduled') = (scheduled_at is not null)),
  constraint entry_origin_check check ((source_id is null) = (external_id is null))
);
create unique index entry_slug_key on entry (brand_id, content_type_id, locale, slug) where deleted_at is null;
create unique index entry_translation_key on entry (translation_id, locale) where deleted_at is null;
create index entry_published_idx on entry (brand_id, published_at desc, id desc) where deleted_at is null and status = 'published';
create index entry_type_published_idx on entry (brand_id, content_type_id, published_at desc, id desc) where deleted_at is null and status = 'published';
create index entry_created_idx on entry (brand_id, created_at desc, id desc) where deleted_at is null;
create index entry_updated_idx on entry (brand_id, updated_at desc, id desc) where deleted_at is null;
create index entry_title_idx on entry (brand_id, title, id) where deleted_at is null;
create index entry_slug_idx on entry (brand_id, slug) where deleted_at is null;
create index entry_type_idx on entry (content_type_id);
create index entry_source_idx on entry (source_id, external_id) where source_id is not null;
create index entry_scheduled_idx on entry (scheduled_at) where status = 'scheduled' and deleted_at is null;
create index entry_search_idx on entry using gin (search);
create index entry_title_trgm_idx on entry using gin (title gin_trgm_ops);
create index entry_fields_idx on entry using gin (fields jsonb_path_ops);

create table entry_version (
  entry_id uuid not null references entry on delete cascade,
  version integer not null,
  slug text not null,
  title text not null,
  status text not null,
  fields jsonb not null,
  tags uuid[] not null default '{}',
  categories uuid[] not null default '{}',
  change text not null,
  actor text not null,
  created_at timestamptz not null,
  primary key (entry_id, version)
);
";

const LINKS: &str = r"
create table entry_tag (
  entry_id uuid not null references entry on delete cascade,
  tag_id uuid not null references tag on delete cascade,
  primary key (entry_id, tag_id)
);
create index entry_tag_tag_idx on entry_tag (tag_id, entry_id);

create table entry_category (
  entry_id uuid not null references entry on delete cascade,
  category_id uuid not null references category on delete cascade,
  primary key (entry_id, category_id)
);
create index entry_category_category_idx on entry_category (category_id, entry_id);

-- What the custom fields of an entry refer to, one row for each reference, kept with the entry.
create table entry_reference (
  entry_id uuid not null references entry on delete cascade,
  field text not null,
  position integer not null,
  target_entry_id uuid references entry on delete restrict,
  target_asset_id uuid references asset on delete restrict,
  primary key (entry_id, field, position),
  constraint entry_reference_target_check check ((target_entry_id is null) <> (target_asset_id is null))
);
create index entry_reference_entry_idx on entry_reference (target_entry_id, field) where target_entry_id is not null;
create index entry_reference_asset_idx on entry_reference (target_asset_id, field) where target_asset_id is not null;
";
