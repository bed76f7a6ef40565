-- Whatever is not in sight by type, locale, status or row.
create temporary table unseen as
  select id from entry where not (content_type_id = '00000000-0000-0000-0000-00000000a001' and locale in ('en', 'fr') and status in ('draft', 'published')
    and fields->>'market' in ('ch', 'fr') and (fields->>'color' in ('red', 'green') or fields->'labels' ? 'open'));
update entry set title = 'Hidden shoes', search_text = 'secret shoes', created_at = '2026-01-01', version = 7, publish_problem = '{"code": "OTHER"}'
  where id in (select id from unseen);
update entry set slug = 'hidden-' || slug where id in (select id from unseen) and slug in ('ann', 'article-13', 'article-02-ca', 'article-07');
update entry set fields = fields || '{"color": "yellow", "size": {"height": 1}}' where id in (select id from unseen);
update entry set deleted_at = '2026-09-01' where slug in ('article-01', 'fr-9', 'article-04') and id in (select id from unseen);
insert into entry_tag (entry_id, tag_id) select e.id, t.id from entry e, tag t
  where e.id in (select id from unseen) and t.brand_id = e.brand_id on conflict do nothing;
delete from entry where slug = 'hidden-article-02-ca';
delete from entry_category where entry_id in (select id from unseen);
delete from entry_reference where target_entry_id in (select id from unseen);
update content_type set name = 'Somebody', schema = '{"type": "object"}' where key = 'author' and brand_id = '00000000-0000-0000-0000-0000000000a0';
delete from entry_version where entry_id in (select id from unseen);
-- What was once not in sight, of entries that are.
update entry_version set title = 'Never', slug = 'never' where status = 'archived' or fields->>'market' = 'de';
drop table unseen;
