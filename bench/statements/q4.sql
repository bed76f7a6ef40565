with page as materialized (
  select e.id, e.slug, e.title, e.published_at
  from entry e
  where e.brand_id = (select id from brand where slug = $1 and deleted_at is null) and e.deleted_at is null and e.status = 'published'
    and e.published_at < $2 and left(e.fields ->> 'color', 500) = $3
  order by e.published_at desc, e.id desc
  limit 21
)
select json_build_object('entries', json_build_object(
  'edges', coalesce((
    select json_agg(json_build_object('cursor', p.published_at::text || '|' || p.id, 'node', json_build_object(
      'id', 'entry_' || p.id, 'slug', p.slug, 'title', p.title, 'publishedAt', p.published_at)))
    from (select * from page limit 20) p), '[]'),
  'pageInfo', (select json_build_object('hasNextPage', count(*) > 20, 'endCursor', min(published_at)::text) from page)
))::text
