-- Of entries that are in sight: headlines, a part of a field, tags, and when they were published.
update entry set title = 'Masked shoes ' || substr(title, 1, 3), published_at = published_at + interval '100 days';
update entry_version set title = 'Masked ' || title,
  fields = case when jsonb_typeof(fields->'size') = 'object' then jsonb_set(fields, '{size,height}', '1') else fields end;
update entry set fields = jsonb_set(fields, '{size,height}', '1') where jsonb_typeof(fields->'size') = 'object';
update entry set fields = jsonb_set(fields, '{size}', '[{"height": 1}]') where jsonb_typeof(fields->'size') = 'array';
delete from entry_tag where entry_id in (select entry_id from entry_tag order by entry_id, tag_id limit 9);
