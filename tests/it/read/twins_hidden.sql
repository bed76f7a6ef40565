-- What is hidden of what is in sight: fields, what is searched, where it comes from, what it is related to.
update entry_version set fields = fields || '{"price": 77}';
update entry set fields = fields || '{"price": 99, "related": ["x"]}', search_text = 'secret shoes chairs 99', scheduled_at = case when status = 'scheduled' then scheduled_at end,
  publish_problem = '{"code": "INVALID", "message": "price 99 is too low"}';
update entry set external_id = 'y-' || external_id where external_id is not null;
delete from entry_reference where field = 'related' and position = 0;
