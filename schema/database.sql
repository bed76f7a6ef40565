-- The schema of a database with every migration applied. Renewed by `brandgraph contracts --write`.

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

CREATE FUNCTION public.bg_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege';
end $$;

CREATE FUNCTION public.bg_asset_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  if exists (select from entry_reference l join gone on l.target_asset_id = gone.id) then
    raise foreign_key_violation using table = 'entry_reference', constraint = 'entry_reference_target_asset_id_fkey',
      message = 'a row of entry_reference leads to this row of asset';
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_boolean(value jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (jsonb_path_query_first(value, 'strict $?(@.type() == "boolean")'::jsonpath))::boolean;

CREATE FUNCTION public.bg_brand_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  if exists (select from entry l join gone on l.brand_id = gone.id) then
    raise foreign_key_violation using table = 'entry', constraint = 'entry_brand_id_fkey',
      message = 'a row of entry leads to this row of brand';
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_category_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  delete from entry_category l using gone where l.category_id = gone.id;
  return null;
end $$;

CREATE FUNCTION public.bg_content_type_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  if exists (select from entry l join gone on l.content_type_id = gone.id) then
    raise foreign_key_violation using table = 'entry', constraint = 'entry_content_type_id_fkey',
      message = 'a row of entry leads to this row of content_type';
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_category_refers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare of_category_id uuid[]; held bigint;
begin
  select array(select distinct f.category_id from fresh f where f.category_id is not null order by 1)
  into of_category_id;
  if of_category_id <> '{}' then
    perform from unnest(of_category_id) f(id), lateral (select from category t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_category_id) then
      raise foreign_key_violation using table = 'entry_category', constraint = 'entry_category_category_id_fkey',
        message = 'a row of entry_category leads to what is not in category';
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  delete from pending_reference b using gone where b.entry_id = gone.id;
  delete from entry_reference b using gone where b.entry_id = gone.id;
  delete from entry_tag b using gone where b.entry_id = gone.id;
  delete from entry_category b using gone where b.entry_id = gone.id;
  delete from entry_version b using gone where b.entry_id = gone.id;
  if exists (select from entry_reference l join gone on l.target_entry_id = gone.id) then
    raise foreign_key_violation using table = 'entry_reference', constraint = 'entry_reference_target_entry_id_fkey',
      message = 'a row of entry_reference leads to this row of entry';
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_moved() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare of_brand_id uuid[]; of_content_type_id uuid[]; of_source_id uuid[]; held bigint;
begin
  select array_remove(array[new.brand_id], null),
    array_remove(array[new.content_type_id], null),
    array_remove(array[new.source_id], null)
  into of_brand_id, of_content_type_id, of_source_id;
  if of_brand_id <> '{}' then
    perform from unnest(of_brand_id) f(id), lateral (select from brand t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_brand_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_brand_id_fkey',
        message = 'a row of entry leads to what is not in brand';
    end if;
  end if;
  if of_content_type_id <> '{}' then
    perform from unnest(of_content_type_id) f(id), lateral (select from content_type t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_content_type_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_content_type_id_fkey',
        message = 'a row of entry leads to what is not in content_type';
    end if;
  end if;
  if of_source_id <> '{}' then
    perform from unnest(of_source_id) f(id), lateral (select from source t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_source_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_source_id_fkey',
        message = 'a row of entry leads to what is not in source';
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_reference_refers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare of_target_entry_id uuid[]; of_target_asset_id uuid[]; held bigint;
begin
  select array(select distinct f.target_entry_id from fresh f where f.target_entry_id is not null order by 1),
    array(select distinct f.target_asset_id from fresh f where f.target_asset_id is not null order by 1)
  into of_target_entry_id, of_target_asset_id;
  if of_target_entry_id <> '{}' then
    perform from unnest(of_target_entry_id) f(id), lateral (select from entry t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_target_entry_id) then
      raise foreign_key_violation using table = 'entry_reference', constraint = 'entry_reference_target_entry_id_fkey',
        message = 'a row of entry_reference leads to what is not in entry';
    end if;
  end if;
  if of_target_asset_id <> '{}' then
    perform from unnest(of_target_asset_id) f(id), lateral (select from asset t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_target_asset_id) then
      raise foreign_key_violation using table = 'entry_reference', constraint = 'entry_reference_target_asset_id_fkey',
        message = 'a row of entry_reference leads to what is not in asset';
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_refers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare of_brand_id uuid[]; of_content_type_id uuid[]; of_source_id uuid[]; held bigint;
begin
  select array(select distinct f.brand_id from fresh f where f.brand_id is not null order by 1),
    array(select distinct f.content_type_id from fresh f where f.content_type_id is not null order by 1),
    array(select distinct f.source_id from fresh f where f.source_id is not null order by 1)
  into of_brand_id, of_content_type_id, of_source_id;
  if of_brand_id <> '{}' then
    perform from unnest(of_brand_id) f(id), lateral (select from brand t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_brand_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_brand_id_fkey',
        message = 'a row of entry leads to what is not in brand';
    end if;
  end if;
  if of_content_type_id <> '{}' then
    perform from unnest(of_content_type_id) f(id), lateral (select from content_type t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_content_type_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_content_type_id_fkey',
        message = 'a row of entry leads to what is not in content_type';
    end if;
  end if;
  if of_source_id <> '{}' then
    perform from unnest(of_source_id) f(id), lateral (select from source t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_source_id) then
      raise foreign_key_violation using table = 'entry', constraint = 'entry_source_id_fkey',
        message = 'a row of entry leads to what is not in source';
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_entry_tag_refers() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare of_tag_id uuid[]; held bigint;
begin
  select array(select distinct f.tag_id from fresh f where f.tag_id is not null order by 1)
  into of_tag_id;
  if of_tag_id <> '{}' then
    perform from unnest(of_tag_id) f(id), lateral (select from tag t where t.id = f.id for key share) h;
    get diagnostics held = row_count;
    if held < cardinality(of_tag_id) then
      raise foreign_key_violation using table = 'entry_tag', constraint = 'entry_tag_tag_id_fkey',
        message = 'a row of entry_tag leads to what is not in tag';
    end if;
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_id_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise foreign_key_violation using table = tg_table_name, message = 'the id of a row stays what it is';
end $$;

CREATE FUNCTION public.bg_moment(value text) RETURNS timestamp with time zone
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
begin
  if value ~ '^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-](0\d|1[0-5]):?[0-5]\d))?$'
    and left(value, 4) <> '0000' and substr(value, 6, 2) between '01' and '12' and substr(value, 9, 2) between '01' and '31'
    and (substr(value, 9, 2) <= '28' or substr(value, 9, 2)::int
      <= extract(day from make_date(left(value, 4)::int, substr(value, 6, 2)::int, 1) + interval '1 month - 1 day'))
    and substr(value, 12, 2) <= '23' and substr(value, 15, 2) <= '59'
    and (substr(value, 17, 1) <> ':' or substr(value, 18, 2) <= '60')
  then
    return (case when length(value) = 10 then value || 'T00:00:00Z' else value end)::timestamptz;
  end if;
  return null;
end $_$;

CREATE FUNCTION public.bg_number(value jsonb) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (jsonb_path_query_first(value, 'strict $?(@.type() == "number")'::jsonpath))::numeric;

CREATE FUNCTION public.bg_search_config(locale text) RETURNS regconfig
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE split_part(lower(locale), '-'::text, 1) WHEN 'ar'::text THEN 'arabic'::regconfig WHEN 'da'::text THEN 'danish'::regconfig WHEN 'nl'::text THEN 'dutch'::regconfig WHEN 'en'::text THEN 'english'::regconfig WHEN 'fi'::text THEN 'finnish'::regconfig WHEN 'fr'::text THEN 'french'::regconfig WHEN 'de'::text THEN 'german'::regconfig WHEN 'el'::text THEN 'greek'::regconfig WHEN 'hu'::text THEN 'hungarian'::regconfig WHEN 'id'::text THEN 'indonesian'::regconfig WHEN 'ga'::text THEN 'irish'::regconfig WHEN 'it'::text THEN 'italian'::regconfig WHEN 'lt'::text THEN 'lithuanian'::regconfig WHEN 'no'::text THEN 'norwegian'::regconfig WHEN 'nb'::text THEN 'norwegian'::regconfig WHEN 'nn'::text THEN 'norwegian'::regconfig WHEN 'pt'::text THEN 'portuguese'::regconfig WHEN 'ro'::text THEN 'romanian'::regconfig WHEN 'ru'::text THEN 'russian'::regconfig WHEN 'es'::text THEN 'spanish'::regconfig WHEN 'sv'::text THEN 'swedish'::regconfig WHEN 'tr'::text THEN 'turkish'::regconfig ELSE 'simple'::regconfig END;

CREATE FUNCTION public.bg_sees_others() RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
  if current_setting('transaction_isolation') in ('repeatable read', 'serializable') then
    raise feature_not_supported using message = 'rows that others lead to are deleted in transactions that are read committed';
  end if;
end $$;

CREATE FUNCTION public.bg_source_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  if exists (select from entry l join gone on l.source_id = gone.id) then
    raise foreign_key_violation using table = 'entry', constraint = 'entry_source_id_fkey',
      message = 'a row of entry leads to this row of source';
  end if;
  return null;
end $$;

CREATE FUNCTION public.bg_tag_gone() RETURNS trigger
    LANGUAGE plpgsql
    SET enable_seqscan TO 'off'
    AS $$
begin
  perform bg_sees_others();
  delete from entry_tag l using gone where l.tag_id = gone.id;
  return null;
end $$;

CREATE TABLE public.api_key (
    id uuid NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    roles text[] NOT NULL,
    brands uuid[],
    every_brand boolean GENERATED ALWAYS AS ((brands IS NULL)) STORED NOT NULL,
    secret_hash bytea NOT NULL,
    previous_hash bytea,
    previous_until timestamp with time zone,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT api_key_owner_check CHECK (((owner_id IS NULL) OR (brands = ARRAY[owner_id]))),
    CONSTRAINT api_key_previous_check CHECK (((previous_hash IS NULL) = (previous_until IS NULL)))
);

CREATE TABLE public.application (
    id uuid NOT NULL,
    client_id text GENERATED ALWAYS AS (replace((id)::text, '-'::text, ''::text)) STORED NOT NULL,
    owner_id uuid,
    name text NOT NULL,
    roles text[] NOT NULL,
    brands uuid[],
    every_brand boolean GENERATED ALWAYS AS ((brands IS NULL)) STORED NOT NULL,
    secret_hash bytea NOT NULL,
    previous_hash bytea,
    previous_until timestamp with time zone,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT application_owner_check CHECK (((owner_id IS NULL) OR (brands = ARRAY[owner_id]))),
    CONSTRAINT application_previous_check CHECK (((previous_hash IS NULL) = (previous_until IS NULL)))
);

CREATE TABLE public.asset (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    filename text NOT NULL,
    title text,
    alt text,
    media_type text NOT NULL,
    byte_size bigint,
    width integer,
    height integer,
    url text NOT NULL,
    metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
    source_id uuid,
    external_id text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    pulled_digest uuid,
    origin text GENERATED ALWAYS AS (
CASE
    WHEN (source_id IS NULL) THEN 'local'::text
    ELSE 'source'::text
END) STORED NOT NULL,
    object_id uuid,
    sha256 text,
    duration_seconds double precision,
    placeholder text,
    alts jsonb DEFAULT '{}'::jsonb NOT NULL,
    credit text,
    focal_x double precision,
    focal_y double precision,
    rights_from timestamp with time zone,
    rights_until timestamp with time zone,
    territories text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT asset_duration_seconds_check CHECK ((duration_seconds >= (0)::double precision)),
    CONSTRAINT asset_focal_check CHECK (((focal_x IS NULL) = (focal_y IS NULL))),
    CONSTRAINT asset_focal_x_check CHECK (((focal_x >= (0)::double precision) AND (focal_x <= (1)::double precision))),
    CONSTRAINT asset_focal_y_check CHECK (((focal_y >= (0)::double precision) AND (focal_y <= (1)::double precision))),
    CONSTRAINT asset_origin_check CHECK (((source_id IS NULL) = (external_id IS NULL))),
    CONSTRAINT asset_rights_check CHECK ((rights_from < rights_until))
);

CREATE TABLE public.audit_record (
    id uuid NOT NULL,
    brand uuid,
    kind text NOT NULL,
    actor text NOT NULL,
    request_id text,
    detail jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    xid bigint DEFAULT ((pg_current_xact_id())::text)::bigint NOT NULL,
    "position" bigint NOT NULL,
    credential text,
    outcome text DEFAULT 'done'::text NOT NULL,
    reason text,
    node text,
    ip text,
    user_agent text,
    count integer DEFAULT 1 NOT NULL,
    before jsonb,
    after jsonb,
    CONSTRAINT audit_record_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
);

ALTER TABLE public.audit_record ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_record_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_seal (
    sequence bigint NOT NULL,
    xid bigint NOT NULL,
    "position" bigint NOT NULL,
    seal bytea NOT NULL,
    key_id text,
    sealed_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_seal_seal_check CHECK ((octet_length(seal) = 32)),
    CONSTRAINT audit_seal_sequence_check CHECK ((sequence > 0))
);

CREATE TABLE public.brand (
    id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    default_locale text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone
);

CREATE TABLE public.category (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    parent_id uuid,
    slug text NOT NULL,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    path uuid[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT category_path_check CHECK ((path[array_upper(path, 1)] = id))
);

CREATE TABLE public.content_type (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    description text,
    schema jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.content_type_version (
    content_type_id uuid NOT NULL,
    version integer NOT NULL,
    schema jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    actor text NOT NULL
);

CREATE TABLE public.entry (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    content_type_id uuid NOT NULL,
    translation_id uuid NOT NULL,
    slug text NOT NULL,
    locale text NOT NULL,
    title text NOT NULL,
    status text NOT NULL,
    fields jsonb NOT NULL,
    search_text text DEFAULT ''::text NOT NULL,
    search tsvector GENERATED ALWAYS AS ((((setweight(to_tsvector('simple'::regconfig, title), 'A'::"char") || setweight(to_tsvector(public.bg_search_config(locale), title), 'A'::"char")) || setweight(to_tsvector('simple'::regconfig, search_text), 'B'::"char")) || setweight(to_tsvector(public.bg_search_config(locale), search_text), 'B'::"char"))) STORED NOT NULL,
    source_id uuid,
    external_id text,
    version integer DEFAULT 1 NOT NULL,
    published_at timestamp with time zone,
    scheduled_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    deleted_at timestamp with time zone,
    publish_problem jsonb,
    pulled_digest uuid,
    pulled_status uuid,
    origin text GENERATED ALWAYS AS (
CASE
    WHEN (source_id IS NULL) THEN 'local'::text
    ELSE 'source'::text
END) STORED NOT NULL,
    CONSTRAINT entry_origin_check CHECK (((source_id IS NULL) = (external_id IS NULL))),
    CONSTRAINT entry_published_check CHECK (((status <> 'published'::text) OR (published_at IS NOT NULL))),
    CONSTRAINT entry_scheduled_check CHECK (((status = 'scheduled'::text) = (scheduled_at IS NOT NULL))),
    CONSTRAINT entry_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text, 'scheduled'::text])))
)
WITH (toast_tuple_target='4080');
ALTER TABLE ONLY public.entry ALTER COLUMN fields SET COMPRESSION lz4;
ALTER TABLE ONLY public.entry ALTER COLUMN search_text SET COMPRESSION lz4;
ALTER TABLE ONLY public.entry ALTER COLUMN search SET COMPRESSION lz4;

CREATE TABLE public.entry_category (
    entry_id uuid NOT NULL,
    category_id uuid NOT NULL
);

CREATE TABLE public.entry_reference (
    entry_id uuid NOT NULL,
    field text NOT NULL,
    "position" integer NOT NULL,
    target_entry_id uuid,
    target_asset_id uuid,
    CONSTRAINT entry_reference_target_check CHECK (((target_entry_id IS NULL) <> (target_asset_id IS NULL)))
);

CREATE TABLE public.entry_tag (
    entry_id uuid NOT NULL,
    tag_id uuid NOT NULL
);

CREATE TABLE public.entry_version (
    entry_id uuid NOT NULL,
    version integer NOT NULL,
    slug text NOT NULL,
    title text NOT NULL,
    status text NOT NULL,
    fields jsonb NOT NULL,
    tags uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    categories uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    change text NOT NULL,
    actor text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
ALTER TABLE ONLY public.entry_version ALTER COLUMN fields SET COMPRESSION lz4;

CREATE TABLE public.field_index (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    path text NOT NULL,
    kind text NOT NULL,
    purpose text NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    error text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT field_index_kind_check CHECK ((kind = ANY (ARRAY['text'::text, 'number'::text, 'boolean'::text, 'moment'::text, 'list'::text]))),
    CONSTRAINT field_index_purpose_check CHECK ((purpose = ANY (ARRAY['filter'::text, 'sort'::text, 'unique'::text]))),
    CONSTRAINT field_index_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'ready'::text, 'failed'::text])))
);

CREATE TABLE public.idempotency_key (
    caller bytea NOT NULL,
    key text NOT NULL,
    fingerprint bytea NOT NULL,
    answer bytea,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE public.job (
    id uuid NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    dedupe_key text,
    state text DEFAULT 'ready'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    max_attempts integer DEFAULT 8 NOT NULL,
    run_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT job_state_check CHECK ((state = ANY (ARRAY['ready'::text, 'running'::text, 'done'::text, 'buried'::text])))
);

CREATE TABLE public.locale (
    brand_id uuid NOT NULL,
    code text NOT NULL,
    fallback text,
    chain text[] NOT NULL,
    "position" integer NOT NULL
);

CREATE TABLE public.member (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    issuer text NOT NULL,
    subject text NOT NULL,
    role text NOT NULL,
    own_role text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT member_own_role_check CHECK (((own_role IS NULL) OR (own_role = role)))
);

CREATE TABLE public.pending_reference (
    entry_id uuid NOT NULL,
    field text NOT NULL,
    "position" integer NOT NULL,
    many boolean NOT NULL,
    target_translation_id uuid,
    target_asset_id uuid,
    types uuid[],
    target_entry_id uuid,
    placed boolean DEFAULT false NOT NULL,
    CONSTRAINT pending_reference_target_check CHECK ((num_nonnulls(target_translation_id, target_asset_id, target_entry_id) = 1))
);

CREATE TABLE public.quota_use (
    caller_kind text NOT NULL,
    caller uuid NOT NULL,
    period text NOT NULL,
    begins_on date NOT NULL,
    used bigint NOT NULL,
    CONSTRAINT quota_use_caller_kind_check CHECK ((caller_kind = ANY (ARRAY['user'::text, 'api_key'::text, 'client'::text]))),
    CONSTRAINT quota_use_period_check CHECK ((period = ANY (ARRAY['day'::text, 'month'::text])))
);

CREATE TABLE public.role (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    description text,
    permissions text[] NOT NULL,
    restrictions jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT role_restrictions_check CHECK ((jsonb_typeof(restrictions) = 'object'::text))
);

CREATE TABLE public.signing_key (
    id uuid NOT NULL,
    public_key bytea NOT NULL,
    sealed_key bytea NOT NULL,
    signs_from timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE public.source (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    name text NOT NULL,
    connector text NOT NULL,
    base_url text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    connector_name text GENERATED ALWAYS AS (
CASE
    WHEN (connector ~ '^[A-Za-z0-9_-]{1,63}$'::text) THEN connector
    ELSE 'inline'::text
END) STORED NOT NULL
);

CREATE TABLE public.stored_object (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    sha256 text NOT NULL,
    key text NOT NULL,
    byte_size bigint NOT NULL,
    media_type text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT stored_object_byte_size_check CHECK ((byte_size >= 0)),
    CONSTRAINT stored_object_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE public.sync_run (
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    status text NOT NULL,
    seen integer DEFAULT 0 NOT NULL,
    created integer DEFAULT 0 NOT NULL,
    updated integer DEFAULT 0 NOT NULL,
    unchanged integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    error_code text,
    error text,
    failures jsonb DEFAULT '[]'::jsonb NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT sync_run_status_check CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'partial'::text, 'failed'::text])))
);

CREATE TABLE public.tag (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL
);

CREATE TABLE public.upload (
    id uuid NOT NULL,
    brand_id uuid NOT NULL,
    state text NOT NULL,
    filename text NOT NULL,
    media_type text NOT NULL,
    byte_size bigint NOT NULL,
    sha256 text NOT NULL,
    draft jsonb NOT NULL,
    key text NOT NULL,
    session text,
    part_size bigint,
    part_count integer,
    problem_code text,
    problem text,
    asset_id uuid,
    version integer DEFAULT 1 NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    claim text,
    joining_until timestamp with time zone,
    CONSTRAINT upload_byte_size_check CHECK ((byte_size > 0)),
    CONSTRAINT upload_part_count_check CHECK (((part_count >= 1) AND (part_count <= 10000))),
    CONSTRAINT upload_part_size_check CHECK ((part_size > 0)),
    CONSTRAINT upload_parts_check CHECK (((part_size IS NULL) = (part_count IS NULL))),
    CONSTRAINT upload_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT upload_state_check CHECK ((state = ANY (ARRAY['pending'::text, 'verifying'::text, 'ready'::text, 'quarantined'::text, 'failed'::text, 'expired'::text])))
);

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.application
    ADD CONSTRAINT application_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_origin_key UNIQUE (source_id, external_id);

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_record
    ADD CONSTRAINT audit_record_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_record_key UNIQUE (xid, "position");

ALTER TABLE ONLY public.brand
    ADD CONSTRAINT brand_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.brand
    ADD CONSTRAINT brand_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_slug_key UNIQUE NULLS NOT DISTINCT (brand_id, parent_id, slug);

ALTER TABLE ONLY public.content_type
    ADD CONSTRAINT content_type_key_key UNIQUE (brand_id, key);

ALTER TABLE ONLY public.content_type
    ADD CONSTRAINT content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.content_type_version
    ADD CONSTRAINT content_type_version_pkey PRIMARY KEY (content_type_id, version);

ALTER TABLE ONLY public.entry_category
    ADD CONSTRAINT entry_category_pkey PRIMARY KEY (entry_id, category_id);

ALTER TABLE ONLY public.entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.entry_reference
    ADD CONSTRAINT entry_reference_pkey PRIMARY KEY (entry_id, field, "position");

ALTER TABLE ONLY public.entry_tag
    ADD CONSTRAINT entry_tag_pkey PRIMARY KEY (entry_id, tag_id);

ALTER TABLE ONLY public.entry_version
    ADD CONSTRAINT entry_version_pkey PRIMARY KEY (entry_id, version);

ALTER TABLE ONLY public.field_index
    ADD CONSTRAINT field_index_path_key UNIQUE (brand_id, path, kind, purpose);

ALTER TABLE ONLY public.field_index
    ADD CONSTRAINT field_index_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (caller, key);

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.locale
    ADD CONSTRAINT locale_pkey PRIMARY KEY (brand_id, code);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_role_key UNIQUE (brand_id, issuer, subject, role);

ALTER TABLE ONLY public.pending_reference
    ADD CONSTRAINT pending_reference_pkey PRIMARY KEY (entry_id, field, "position");

ALTER TABLE ONLY public.quota_use
    ADD CONSTRAINT quota_use_pkey PRIMARY KEY (caller, caller_kind, period, begins_on);

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_name_key UNIQUE (brand_id, name);

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_name_key UNIQUE (name);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.stored_object
    ADD CONSTRAINT stored_object_bytes_key UNIQUE (brand_id, sha256);

ALTER TABLE ONLY public.stored_object
    ADD CONSTRAINT stored_object_key_key UNIQUE (key);

ALTER TABLE ONLY public.stored_object
    ADD CONSTRAINT stored_object_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sync_run
    ADD CONSTRAINT sync_run_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_slug_key UNIQUE (brand_id, slug);

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_key_key UNIQUE (key);

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

CREATE INDEX api_key_feed_idx ON public.api_key USING btree (created_at, id);

CREATE INDEX api_key_owner_idx ON public.api_key USING btree (owner_id, created_at, id);

CREATE INDEX application_feed_idx ON public.application USING btree (created_at, id);

CREATE INDEX application_owner_idx ON public.application USING btree (owner_id, created_at, id);

CREATE INDEX asset_feed_idx ON public.asset USING btree (brand_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX asset_filename_idx ON public.asset USING btree (brand_id, filename, id) WHERE (deleted_at IS NULL);

CREATE INDEX asset_object_idx ON public.asset USING btree (object_id) WHERE (object_id IS NOT NULL);

CREATE INDEX audit_record_brand_idx ON public.audit_record USING btree (brand, created_at DESC, id DESC);

CREATE INDEX audit_record_feed_idx ON public.audit_record USING btree (created_at DESC, id DESC);

CREATE INDEX audit_record_node_idx ON public.audit_record USING btree (node, created_at DESC);

CREATE UNIQUE INDEX audit_record_order_key ON public.audit_record USING btree (xid, "position");

CREATE INDEX category_parent_idx ON public.category USING btree (parent_id, "position", id);

CREATE INDEX category_path_idx ON public.category USING gin (path);

CREATE INDEX entry_all_created_idx ON public.entry USING btree (created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX entry_all_published_idx ON public.entry USING btree (published_at DESC, id DESC) WHERE ((deleted_at IS NULL) AND (status = 'published'::text));

CREATE INDEX entry_all_updated_idx ON public.entry USING btree (updated_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX entry_bin_idx ON public.entry USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE INDEX entry_category_category_idx ON public.entry_category USING btree (category_id, entry_id);

CREATE INDEX entry_created_idx ON public.entry USING btree (brand_id, created_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX entry_external_idx ON public.entry USING btree (external_id) WHERE (external_id IS NOT NULL);

CREATE INDEX entry_fields_idx ON public.entry USING gin (fields jsonb_path_ops);

CREATE INDEX entry_published_idx ON public.entry USING btree (brand_id, published_at DESC, id DESC) WHERE ((deleted_at IS NULL) AND (status = 'published'::text));

CREATE INDEX entry_reference_asset_idx ON public.entry_reference USING btree (target_asset_id, field) WHERE (target_asset_id IS NOT NULL);

CREATE INDEX entry_reference_entry_idx ON public.entry_reference USING btree (target_entry_id, field) WHERE (target_entry_id IS NOT NULL);

CREATE INDEX entry_scheduled_idx ON public.entry USING btree (scheduled_at) WHERE ((status = 'scheduled'::text) AND (deleted_at IS NULL));

CREATE INDEX entry_search_idx ON public.entry USING gin (search);

CREATE UNIQUE INDEX entry_slug_key ON public.entry USING btree (brand_id, slug, content_type_id, locale) WHERE (deleted_at IS NULL);

CREATE INDEX entry_slug_prefix_idx ON public.entry USING btree (lower(slug) text_pattern_ops) WHERE (deleted_at IS NULL);

CREATE INDEX entry_source_idx ON public.entry USING btree (source_id, external_id) WHERE (source_id IS NOT NULL);

CREATE INDEX entry_tag_tag_idx ON public.entry_tag USING btree (tag_id, entry_id);

CREATE INDEX entry_title_idx ON public.entry USING btree (brand_id, title, id) WHERE (deleted_at IS NULL);

CREATE INDEX entry_title_trgm_idx ON public.entry USING gin (title public.gin_trgm_ops);

CREATE UNIQUE INDEX entry_translation_key ON public.entry USING btree (translation_id, locale) WHERE (deleted_at IS NULL);

CREATE INDEX entry_type_idx ON public.entry USING btree (content_type_id);

CREATE INDEX entry_type_published_idx ON public.entry USING btree (brand_id, content_type_id, published_at DESC, id DESC) WHERE ((deleted_at IS NULL) AND (status = 'published'::text));

CREATE INDEX entry_updated_idx ON public.entry USING btree (brand_id, updated_at DESC, id DESC) WHERE (deleted_at IS NULL);

CREATE INDEX idempotency_key_expires_idx ON public.idempotency_key USING btree (expires_at);

CREATE UNIQUE INDEX job_dedupe_key ON public.job USING btree (kind, dedupe_key) WHERE (state = 'ready'::text);

CREATE INDEX job_due_idx ON public.job USING btree (run_at, id) WHERE (state = ANY (ARRAY['ready'::text, 'running'::text]));

CREATE INDEX member_subject ON public.member USING btree (issuer, subject);

CREATE INDEX pending_reference_asset_idx ON public.pending_reference USING btree (target_asset_id) WHERE (target_asset_id IS NOT NULL);

CREATE INDEX pending_reference_entry_idx ON public.pending_reference USING btree (target_translation_id) WHERE (target_translation_id IS NOT NULL);

CREATE INDEX pending_reference_placed_idx ON public.pending_reference USING btree (entry_id) WHERE placed;

CREATE INDEX quota_use_age_idx ON public.quota_use USING btree (period, begins_on);

CREATE UNIQUE INDEX signing_key_order_key ON public.signing_key USING btree (signs_from);

CREATE INDEX sync_run_source_idx ON public.sync_run USING btree (source_id, started_at DESC, id DESC);

CREATE INDEX upload_asset_idx ON public.upload USING btree (asset_id) WHERE (asset_id IS NOT NULL);

CREATE INDEX upload_expiry_idx ON public.upload USING btree (expires_at) WHERE (state = 'pending'::text);

CREATE INDEX upload_feed_idx ON public.upload USING btree (brand_id, created_at DESC, id DESC);

CREATE INDEX upload_verifying_idx ON public.upload USING btree (updated_at) WHERE (state = 'verifying'::text);

CREATE TRIGGER asset_gone AFTER DELETE ON public.asset REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_asset_gone();

CREATE TRIGGER asset_id_stays AFTER UPDATE OF id ON public.asset FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER audit_record_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_record FOR EACH STATEMENT EXECUTE FUNCTION public.bg_append_only();

CREATE TRIGGER audit_seal_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_seal FOR EACH STATEMENT EXECUTE FUNCTION public.bg_append_only();

CREATE TRIGGER brand_gone AFTER DELETE ON public.brand REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_brand_gone();

CREATE TRIGGER brand_id_stays AFTER UPDATE OF id ON public.brand FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER category_gone AFTER DELETE ON public.category REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_category_gone();

CREATE TRIGGER category_id_stays AFTER UPDATE OF id ON public.category FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER content_type_gone AFTER DELETE ON public.content_type REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_content_type_gone();

CREATE TRIGGER content_type_id_stays AFTER UPDATE OF id ON public.content_type FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER entry_category_moved AFTER UPDATE ON public.entry_category REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_category_refers();

CREATE TRIGGER entry_category_refers AFTER INSERT ON public.entry_category REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_category_refers();

CREATE TRIGGER entry_gone AFTER DELETE ON public.entry REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_gone();

CREATE TRIGGER entry_id_stays AFTER UPDATE OF id ON public.entry FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER entry_moved AFTER UPDATE OF brand_id, content_type_id, source_id ON public.entry FOR EACH ROW WHEN (((old.brand_id IS DISTINCT FROM new.brand_id) OR (old.content_type_id IS DISTINCT FROM new.content_type_id) OR (old.source_id IS DISTINCT FROM new.source_id))) EXECUTE FUNCTION public.bg_entry_moved();

CREATE TRIGGER entry_reference_moved AFTER UPDATE ON public.entry_reference REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_reference_refers();

CREATE TRIGGER entry_reference_refers AFTER INSERT ON public.entry_reference REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_reference_refers();

CREATE TRIGGER entry_refers AFTER INSERT ON public.entry REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_refers();

CREATE TRIGGER entry_tag_moved AFTER UPDATE ON public.entry_tag REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_tag_refers();

CREATE TRIGGER entry_tag_refers AFTER INSERT ON public.entry_tag REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION public.bg_entry_tag_refers();

CREATE TRIGGER source_gone AFTER DELETE ON public.source REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_source_gone();

CREATE TRIGGER source_id_stays AFTER UPDATE OF id ON public.source FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

CREATE TRIGGER tag_gone AFTER DELETE ON public.tag REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION public.bg_tag_gone();

CREATE TRIGGER tag_id_stays AFTER UPDATE OF id ON public.tag FOR EACH ROW WHEN ((old.id IS DISTINCT FROM new.id)) EXECUTE FUNCTION public.bg_id_stays();

ALTER TABLE ONLY public.api_key
    ADD CONSTRAINT api_key_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.brand(id);

ALTER TABLE ONLY public.application
    ADD CONSTRAINT application_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES public.brand(id);

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_object_id_fkey FOREIGN KEY (object_id) REFERENCES public.stored_object(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.asset
    ADD CONSTRAINT asset_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.category
    ADD CONSTRAINT category_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.category(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.content_type
    ADD CONSTRAINT content_type_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.content_type_version
    ADD CONSTRAINT content_type_version_content_type_id_fkey FOREIGN KEY (content_type_id) REFERENCES public.content_type(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.field_index
    ADD CONSTRAINT field_index_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.locale
    ADD CONSTRAINT locale_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_own_role_fkey FOREIGN KEY (brand_id, own_role) REFERENCES public.role(brand_id, name);

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id);

ALTER TABLE ONLY public.source
    ADD CONSTRAINT source_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.stored_object
    ADD CONSTRAINT stored_object_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE RESTRICT;

ALTER TABLE ONLY public.sync_run
    ADD CONSTRAINT sync_run_source_id_fkey FOREIGN KEY (source_id) REFERENCES public.source(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.tag
    ADD CONSTRAINT tag_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_asset_id_fkey FOREIGN KEY (asset_id) REFERENCES public.asset(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.upload
    ADD CONSTRAINT upload_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES public.brand(id) ON DELETE RESTRICT;
