-- Of entries that are in sight: addresses, where they stand, when they were changed, categories, history, all custom fields.
update entry set slug = 'renamed-' || slug, updated_at = updated_at + interval '3 days', fields = fields || '{"color": "red", "price": 12}';
update entry set status = case status when 'draft' then 'archived' else 'draft' end where status in ('draft', 'archived');
update entry set publish_problem = '{"code": "OTHER"}', search_text = 'secret chairs';
delete from entry_category;
delete from entry_version;
