with page as materialized (
  select e.id, e.slug, e.title, e.published_at, ts_rank_cd(e.search, (select websearch_to_tsquery('simple', $2) || websearch_to_tsquery('english', $2) || websearch_to_tsquery('german', $2))) as relevance
  from entry e
  where e.brand_id = (select id from brand where slug = $1 and deleted_at is null) and e.deleted_at is null and e.status = 'published'
    and e.search @@ (select websearch_to_tsquery('simple', $2) || websearch_to_tsquery('english', $2) || websearch_to_tsquery('german', $2))
  order by relevance desc, e.id desc
  limit 21
)
select json_build_object('entries', json_build_object(
  'edges', coalesce((
    select json_agg(json_build_object('cursor', p.relevance::text || '|' || p.id, 'node', json_build_object(
      'id', 'entry_' || p.id, 'slug', p.slug, 'title', p.title, 'publishedAt', p.published_at)))
    from (select * from page limit 20) p), '[]'),
  'pageInfo', (select json_build_object('hasNextPage', count(*) > 20, 'endCursor', min(relevance)::text) from page)
))::text
