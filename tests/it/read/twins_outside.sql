-- The other brand, deleted rows, pulls.
update entry set title = 'Other ' || title, fields = '{"color": "red", "market": "ch", "price": 1}', search_text = 'shoes secret chairs', status = 'published',
  published_at = '2026-01-09' where brand_id = '00000000-0000-0000-0000-0000000000b0';
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, published_at, created_at, updated_at)
  select ('00000000-0000-0000-0000-00000000b7' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-0000-0000-0000000000b0',
    '00000000-0000-0000-0000-00000000b001', gen_random_uuid(), 'article-0' || n, 'en', 'Running shoes', 'published', '{"color": "red", "market": "ch"}',
    '2026-03-01'::timestamptz + n * interval '1 day', '2026-02-01', '2026-02-01' from generate_series(1, 9) n;
insert into tag (id, brand_id, slug, name, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000b101', '00000000-0000-0000-0000-0000000000b0', 'tag-1', 'Zen tag', '2026-01-01', '2026-01-01');
insert into content_type (id, brand_id, key, name, schema, created_at, updated_at) values
  ('00000000-0000-0000-0000-00000000b002', '00000000-0000-0000-0000-0000000000b0', 'author', 'Author', '{}', '2026-01-01', '2026-01-01');
update brand set name = 'Zen once more' where slug = 'zen';
insert into locale (brand_id, code, fallback, chain, position) values
  ('00000000-0000-0000-0000-0000000000b0', 'de', 'en', '{de,en}', 1);
update entry set title = 'Gone shoes', slug = 'article-00', fields = '{"color": "red", "market": "ch"}', search_text = 'secret' where slug = 'gone';
insert into sync_run (id, source_id, status, started_at) values
  ('00000000-0000-0000-0000-00000000ac12', '00000000-0000-0000-0000-00000000ac01', 'failed', '2026-01-06');
update entry_version set title = 'Never', fields = '{}' where entry_id in (select id from entry where brand_id = '00000000-0000-0000-0000-0000000000b0');
