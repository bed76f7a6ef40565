with page as materialized (
  select e.id, e.slug, e.title, e.published_at, e.fields
  from entry e
  where e.brand_id = (select id from brand where slug = $1 and deleted_at is null) and e.deleted_at is null and e.status = 'published'
    and e.published_at < $2
  order by e.published_at desc, e.id desc
  limit 21
)
select json_build_object('entries', json_build_object(
  'edges', coalesce((
    select json_agg(json_build_object('cursor', p.published_at::text || '|' || p.id, 'node', json_build_object(
      'id', 'entry_' || p.id, 'slug', p.slug, 'title', p.title, 'publishedAt', p.published_at, 'summary', p.fields -> 'summary', 'price', p.fields -> 'price',
      'author', (
        select json_build_object('title', a.title)
        from entry_reference r join entry a on a.id = r.target_entry_id and a.deleted_at is null
        where r.entry_id = p.id and r.field = 'author' order by r.position limit 1),
      'hero', (
        select json_build_object('url', a.url, 'width', a.width, 'height', a.height, 'alt', a.alt)
        from entry_reference r join asset a on a.id = r.target_asset_id and a.deleted_at is null
        where r.entry_id = p.id and r.field = 'hero' order by r.position limit 1),
      'tags', coalesce((
        select json_agg(json_build_object('name', t.name) order by t.name)
        from entry_tag et join tag t on t.id = et.tag_id where et.entry_id = p.id), '[]'),
      'related', json_build_object('nodes', coalesce((
        select json_agg(json_build_object('title', x.title, 'hero', (
          select json_build_object('url', a.url)
          from entry_reference r join asset a on a.id = r.target_asset_id and a.deleted_at is null
          where r.entry_id = x.id and r.field = 'hero' order by r.position limit 1)))
        from (
          select a.id, a.title
          from entry_reference r join entry a on a.id = r.target_entry_id and a.deleted_at is null
          where r.entry_id = p.id and r.field = 'related' order by r.position limit 3) x), '[]')))))
    from (select * from page limit 20) p), '[]'),
  'pageInfo', (select json_build_object('hasNextPage', count(*) > 20, 'endCursor', min(published_at)::text) from page)
))::text
