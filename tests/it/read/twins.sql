-- Markets, labels, a secret price in the text that is searched, one source for all that came from outside.
update entry set fields = fields || jsonb_build_object('market', (array['ch', 'de', 'fr'])[substr(slug, 9, 2)::int % 3 + 1],
    'labels', case substr(slug, 9, 2)::int % 4 when 0 then '["open", "new"]'::jsonb else '["old"]'::jsonb end)
  where slug ~ '^article-\d\d$';
update entry set fields = fields || '{"color": "red", "market": "ch", "price": 30}' where slug = 'article-02-fr';
update entry set fields = fields || '{"color": "red", "market": "ch", "price": 31}' where slug = 'article-02-ca';
update entry set fields = fields || '{"price": 5, "secret": 1}' where slug in ('ann', 'bob');
update entry set fields = fields || '{"size": [{"height": 7, "width": 2}]}' where slug in ('article-05', 'article-12');
update entry set status = 'archived' where slug = 'article-13';
update entry set status = 'scheduled', scheduled_at = '2027-01-01' where slug = 'article-19';
update entry set publish_problem = '{"code": "INVALID", "message": "price 3 is too low"}' where slug = 'article-03';
insert into entry_version (entry_id, version, slug, title, status, fields, change, actor, created_at)
  select id, 1, slug, 'Once ' || title, case when slug = 'article-06' then 'archived' else status end,
    fields || jsonb_build_object('market', case when slug = 'article-08' then 'de' else coalesce(fields->>'market', 'ch') end),
    'created', 'user:ann', '2026-02-01'
  from entry where id not in (select entry_id from entry_version);
insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, published_at, created_at, updated_at)
  select ('00000000-0000-0000-0000-00000000a8' || lpad(n::text, 2, '0'))::uuid, '00000000-0000-0000-0000-0000000000a0',
    '00000000-0000-0000-0000-00000000a001', ('00000000-0000-0000-0000-00000000a5' || lpad(n::text, 2, '0'))::uuid, 'fr-' || n, 'fr',
    'Chaussures ' || n, case n % 2 when 0 then 'published' else 'draft' end,
    jsonb_build_object('color', 'red', 'market', case when n < 9 then 'fr' else 'de' end, 'price', n),
    case n % 2 when 0 then '2026-05-01'::timestamptz end, '2026-02-03', '2026-02-03' from generate_series(4, 14) n;
-- A translation that is public, of an entry that is not.
update entry set status = 'published', published_at = '2026-05-01' where slug = 'fr-5';
-- Whoever is in sight refers to entries that are not, some of which have a translation that is.
insert into entry_reference (entry_id, field, position, target_entry_id)
  select e.id, 'related', 20 + t.place, t.id from entry e, (select id, row_number() over (order by slug) as place from entry
    where slug ~ '^article-0[4-9]$') t where e.slug ~ '^article-\d\d$' and e.id <> t.id;
-- A word that only German finds by another form of it.
update entry set search_text = search_text || ' lauf' where slug in ('article-02', 'article-06', 'article-10', 'article-12', 'article-16');
