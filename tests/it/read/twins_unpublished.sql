update entry set title = 'Hidden shoes ' || title, fields = '{"color": "green", "price": 1}', search_text = 'secret shoes', created_at = '2026-01-01',
  updated_at = '2026-09-01', version = 9, publish_problem = '{"code": "OTHER"}'
  where brand_id = '00000000-0000-0000-0000-0000000000a0' and status <> 'published';
update entry set status = 'draft', scheduled_at = null where brand_id = '00000000-0000-0000-0000-0000000000a0' and status in ('archived', 'scheduled');
update entry set slug = 'hidden-' || slug where slug in ('article-01', 'article-11', 'bob');
update entry set deleted_at = '2026-09-01' where slug in ('article-05', 'article-15', 'fr-7');
insert into entry_tag (entry_id, tag_id) select e.id, t.id from entry e, tag t
  where e.status <> 'published' and t.brand_id = e.brand_id on conflict do nothing;
insert into entry_category (entry_id, category_id) select e.id, c.id from entry e, category c
  where e.status <> 'published' and c.brand_id = e.brand_id on conflict do nothing;
delete from entry_reference r using entry e where r.entry_id = e.id and e.status <> 'published' and r.field = 'pictures' and r.position = 0;
update entry_version set title = 'Never', fields = '{"a": 1}';
-- What refers to nothing that is seen, and a translation that is nearer and not seen.
delete from entry_reference where target_entry_id in (select id from entry where status <> 'published');
delete from entry where slug = 'article-02-ca';
