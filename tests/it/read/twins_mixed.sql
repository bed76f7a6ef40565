-- Authors that are not public; the price of articles, but not that of authors; drafts of the other brand.
update entry set title = 'Hidden shoes', search_text = 'secret', fields = '{"price": 6, "color": "red"}', version = 7 where slug = 'bob';
update entry set fields = fields || '{"price": 99}', search_text = 'secret shoes chairs 99', publish_problem = '{"code": "OTHER"}'
  where content_type_id = '00000000-0000-0000-0000-00000000a001';
update entry_version v set fields = v.fields || '{"price": 77}' from entry e
  where e.id = v.entry_id and e.content_type_id = '00000000-0000-0000-0000-00000000a001';
update entry_version v set title = 'Never' from entry e where e.id = v.entry_id
  and (e.brand_id = '00000000-0000-0000-0000-0000000000b0' or e.content_type_id = '00000000-0000-0000-0000-00000000a002');
delete from entry_reference where field = 'related' and position = 0 and entry_id in (select id from entry where content_type_id = '00000000-0000-0000-0000-00000000a001');
update entry set title = 'Hidden shoes', fields = '{"price": 1}' where slug = 'zen-2';
insert into sync_run (id, source_id, status, started_at) values
  ('00000000-0000-0000-0000-00000000ac12', '00000000-0000-0000-0000-00000000ac01', 'failed', '2026-01-06');
