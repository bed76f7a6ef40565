select json_build_object('entry', (
  select json_build_object('id', 'entry_' || e.id, 'slug', e.slug, 'title', e.title, 'status', upper(e.status), 'locale', e.locale,
    'publishedAt', e.published_at, 'updatedAt', e.updated_at, 'version', e.version, 'fields', e.fields)
  from entry e
  where e.id = $1 and e.deleted_at is null
))::text
