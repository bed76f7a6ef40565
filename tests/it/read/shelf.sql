insert into brand (id, slug, name, default_locale, created_at, updated_at) values
  ('00000000-0000-0000-0000-0000000000a0', 'acme', 'Acme', 'en', '2026-01-01', '2026-01-01'),
  ('00000000-0000-0000-0000-0000000000b0', 'zen', 'Zen', 'en', '2026-01-02', '2026-01-02');
insert into locale (brand_id, code, fallback, chain, position) values
  ('00000000-0000-0000-0000-0000000000a0', 'en', null, '{en}', 0),
  ('00000000-0000-0000-0000-0000000000a0', 'fr', 'en', '{fr,en}', 1),
  ('00000000-0000-0000-0000-0000000000a0', 'fr-CA', 'fr', '{fr-CA,fr,en}', 2),
  ('00000000-0000-0000-0000-0000000000b0', 'en', null, '{en}', 0);
insert into content_type (id, brand_id, key, name, schema, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000a001', '00000000-0000-0000-0000-0000000000a0', 'article', 'Article', '{}', '2026-01-01', '2026-01-01'),
  ('00000000-0000-0000-0000-00000000a002', '00000000-0000-0000-0000-0000000000a0', 'author', 'Author', '{}', '2026-01-01', '2026-01-01'),
  ('00000000-0000-0000-0000-00000000b001', '00000000-0000-0000-0000-0000000000b0', 'article', 'Article', '{}', '2026-01-01', '2026-01-01');
insert into source (id, brand_id, name, connector, base_url, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000ac01', '00000000-0000-0000-0000-0000000000a0', 'press', 'directus', 'http://127.0.0.1:1', '2026-01-01', '2026-01-01');
insert into sync_run (id, source_id, status, started_at) values
  ('00000000-0000-0000-0000-00000000ac11', '00000000-0000-0000-0000-00000000ac01', 'succeeded', '2026-01-05');
insert into tag (id, brand_id, slug, name, created_at, updated_at)
  select ('00000000-0000-0000-0000-00000000a1' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-0000-0000-0000000000a0',
    'tag-' || n, 'Tag ' || n, '2026-01-01', '2026-01-01' from generate_series(0, 4) n;
insert into category (id, brand_id, parent_id, slug, name, path, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000a201', '00000000-0000-0000-0000-0000000000a0', null, 'shop', 'Shop',
    '{00000000-0000-0000-0000-00000000a201}', '2026-01-01', '2026-01-01'),
  ('00000000-0000-0000-0000-00000000a202', '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a201', 'shoes', 'Shoes',
    '{00000000-0000-0000-0000-00000000a201,00000000-0000-0000-0000-00000000a202}', '2026-01-01', '2026-01-01'),
  ('00000000-0000-0000-0000-00000000a203', '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a202', 'boots', 'Boots',
    '{00000000-0000-0000-0000-00000000a201,00000000-0000-0000-0000-00000000a202,00000000-0000-0000-0000-00000000a203}', '2026-01-01', '2026-01-01');
insert into asset (id, brand_id, filename, media_type, width, url, created_at, updated_at)
  select ('00000000-0000-0000-0000-00000000a3' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-0000-0000-0000000000a0',
    'picture-' || n || '.jpg', 'image/jpeg', 100 * n, 'https://media.example/' || n, '2026-01-01', '2026-01-01'
  from generate_series(1, 3) n;
-- Authors: ann and bob.
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, published_at, created_at, updated_at)
  select id, '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a002', id, slug, 'en', title, status, '{}',
    '2026-01-01', '2026-01-01', '2026-01-01'
  from (values ('00000000-0000-0000-0000-00000000a401'::uuid, 'ann', 'Ann', 'published'),
    ('00000000-0000-0000-0000-00000000a402', 'bob', 'Bob', 'draft')) a (id, slug, title, status);
-- Articles 01 to 20: even ones published on a day of their own, odd ones drafts without one; every third blue, others red
-- but for those divisible by seven, which have no colour; prices 1 to 20, as text for 20.
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, search_text, published_at, created_at, updated_at)
  select id, '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a001', id, 'article-' || lpad(n::text, 2, '0'), 'en',
    case n % 4 when 0 then 'Running shoes' when 1 then 'Winter boots' when 2 then 'Garden chairs' else 'Coffee cups' end || ' ' || n,
    case n % 2 when 0 then 'published' else 'draft' end,
    jsonb_strip_nulls(jsonb_build_object('color', case when n % 7 = 0 then null when n % 3 = 0 then 'blue' else 'red' end,
      'price', case n when 20 then '"twenty"'::jsonb else to_jsonb(n) end, 'sale', n % 5 = 0, 'sizes', jsonb_build_array(n, n + 1),
      'size', jsonb_build_object('height', n * 10), 'released', '2026-02-' || lpad(n::text, 2, '0') || 'T00:00:00Z')),
    'About item number ' || n, case n % 2 when 0 then '2026-03-01'::timestamptz + n * interval '1 day' end,
    '2026-02-01'::timestamptz + (n / 4) * interval '1 hour', '2026-02-01'
  from (select n, ('00000000-0000-0000-0000-00000000a5' || lpad(n::text, 2, '0'))::uuid as id from generate_series(1, 20) n) a;
update entry set source_id = '00000000-0000-0000-0000-00000000ac01', external_id = 'x-5' where slug = 'article-05';
-- Translations: article-02 in fr (published) and fr-CA (draft).
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, published_at, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000a601', '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a001',
    '00000000-0000-0000-0000-00000000a502', 'article-02-fr', 'fr', 'Chaises de jardin', 'published', '{}', '2026-04-01', '2026-02-02', '2026-02-02'),
  ('00000000-0000-0000-0000-00000000a602', '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a001',
    '00000000-0000-0000-0000-00000000a502', 'article-02-ca', 'fr-CA', 'Chaises de jardin', 'draft', '{}', null, '2026-02-02', '2026-02-02');
-- A deleted one, and two of the other brand.
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, published_at, created_at, updated_at, deleted_at) values
  ('00000000-0000-0000-0000-00000000a701', '00000000-0000-0000-0000-0000000000a0', '00000000-0000-0000-0000-00000000a001',
    '00000000-0000-0000-0000-00000000a701', 'gone', 'en', 'Gone', 'published', '{}', '2026-01-01', '2026-01-01', '2026-01-01', '2026-01-02'),
  ('00000000-0000-0000-0000-00000000b501', '00000000-0000-0000-0000-0000000000b0', '00000000-0000-0000-0000-00000000b001',
    '00000000-0000-0000-0000-00000000b501', 'zen-1', 'en', 'Zen running', 'published', '{}', '2026-01-01', '2026-01-01', '2026-01-01', null),
  ('00000000-0000-0000-0000-00000000b502', '00000000-0000-0000-0000-0000000000b0', '00000000-0000-0000-0000-00000000b001',
    '00000000-0000-0000-0000-00000000b502', 'zen-2', 'en', 'Zen draft', 'draft', '{}', null, '2026-01-02', '2026-01-02', null);
insert into entry_tag (entry_id, tag_id)
  select e.id, t.id from entry e join tag t on t.slug = 'tag-' || (substr(e.slug, 9, 2)::int % 5) where e.slug ~ '^article-\d\d$';
insert into entry_category (entry_id, category_id) values
  ('00000000-0000-0000-0000-00000000a501', '00000000-0000-0000-0000-00000000a201'),
  ('00000000-0000-0000-0000-00000000a502', '00000000-0000-0000-0000-00000000a202'),
  ('00000000-0000-0000-0000-00000000a503', '00000000-0000-0000-0000-00000000a203');
-- Every article has an author (ann for even ones, bob for odd ones), two pictures and two related articles.
insert into entry_reference (entry_id, field, position, target_entry_id)
  select e.id, 'author', 0, case when substr(e.slug, 9, 2)::int % 2 = 0 then '00000000-0000-0000-0000-00000000a401'::uuid
    else '00000000-0000-0000-0000-00000000a402' end from entry e where e.slug ~ '^article-\d\d$';
insert into entry_reference (entry_id, field, position, target_asset_id)
  select e.id, 'pictures', p, ('00000000-0000-0000-0000-00000000a30' || (3 - p))::uuid from entry e, generate_series(0, 1) p where e.slug ~ '^article-\d\d$';
insert into entry_reference (entry_id, field, position, target_entry_id)
  select e.id, 'related', p, ('00000000-0000-0000-0000-00000000a5' || lpad(((substr(e.slug, 9, 2)::int + p) % 20 + 1)::text, 2, '0'))::uuid
  from entry e, generate_series(0, 1) p where e.slug ~ '^article-\d\d$';
insert into entry_version (entry_id, version, slug, title, status, fields, change, actor, created_at) values
  ('00000000-0000-0000-0000-00000000a502', 1, 'article-02', 'Old chairs', 'draft', '{}', 'created', 'user:ann', '2026-02-01'),
  ('00000000-0000-0000-0000-00000000a502', 2, 'article-02', 'Garden chairs 2', 'published', '{}', 'published', 'user:ann', '2026-03-01');
