//! The usual way to serve the nested list (Q3), as a peer to compare with: async-graphql's resolvers, a statement for each level
//! of the answer, and data loaders that gather what the rows of one level ask for.

use std::{collections::HashMap, net::SocketAddr};

use async_graphql::{
    ComplexObject, Context, EmptyMutation, EmptySubscription, Enum, InputObject, Json, Object, Schema,
    SimpleObject,
};
use async_graphql_axum::{GraphQLRequest, GraphQLResponse};
use axum::{Router, extract::State, routing::post};
use chrono::{DateTime, Utc};
use dataloader::{BatchFn, cached::Loader};
use deadpool_postgres::Pool;
use serde_json::Value;
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{Fallible, ceiling};

/// How to serve it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that brandgraph reads too.
    #[arg(long)]
    database_url: String,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9091")]
    listen: SocketAddr,
}

type Graph = Schema<Query, EmptyMutation, EmptySubscription>;

/// Answers `POST /graphql` with Q3's document, until it is ended.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let pool = ceiling::pool(&arguments.database_url).await?;
    let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
    let app = Router::new().route("/graphql", post(answer)).with_state((schema, pool));
    ceiling::listen(arguments.listen, app).await
}

async fn answer(State((schema, pool)): State<(Graph, Pool)>, request: GraphQLRequest) -> GraphQLResponse {
    schema.execute(request.into_inner().data(Loaders::new(&pool)).data(pool)).await.into()
}

/// An entry, and the custom field of it that leads somewhere.
type Place = (Uuid, String);

/// For one request, since they remember what they loaded.
struct Loaders {
    entries: Loader<Place, Vec<Entry>, Entries>,
    assets: Loader<Place, Vec<Asset>, Assets>,
    tags: Loader<Uuid, Vec<Tag>, Tags>,
}

impl Loaders {
    fn new(pool: &Pool) -> Self {
        Self {
            entries: Loader::new(Entries(pool.clone())),
            assets: Loader::new(Assets(pool.clone())),
            tags: Loader::new(Tags(pool.clone())),
        }
    }
}

struct Entries(Pool);
struct Assets(Pool);
struct Tags(Pool);

impl BatchFn<Place, Vec<Entry>> for Entries {
    async fn load(&mut self, places: &[Place]) -> HashMap<Place, Vec<Entry>> {
        let sql = "select r.entry_id, r.field, e.id, e.slug, e.title, e.published_at, e.fields \
            from unnest($1::uuid[], $2::text[]) as i(entry_id, field) \
            join entry_reference r on r.entry_id = i.entry_id and r.field = i.field \
            join entry e on e.id = r.target_entry_id and e.deleted_at is null order by r.entry_id, r.field, r.position";
        led(&self.0, sql, places, Entry::of).await
    }
}

impl BatchFn<Place, Vec<Asset>> for Assets {
    async fn load(&mut self, places: &[Place]) -> HashMap<Place, Vec<Asset>> {
        let sql = "select r.entry_id, r.field, a.url, a.width, a.height, a.alt \
            from unnest($1::uuid[], $2::text[]) as i(entry_id, field) \
            join entry_reference r on r.entry_id = i.entry_id and r.field = i.field \
            join asset a on a.id = r.target_asset_id and a.deleted_at is null order by r.entry_id, r.field, r.position";
        led(&self.0, sql, places, Asset::of).await
    }
}

impl BatchFn<Uuid, Vec<Tag>> for Tags {
    async fn load(&mut self, entries: &[Uuid]) -> HashMap<Uuid, Vec<Tag>> {
        let sql = "select l.entry_id, t.name from entry_tag l join tag t on t.id = l.tag_id \
            where l.entry_id = any($1) order by t.name";
        let mut found: HashMap<_, Vec<_>> = entries.iter().map(|entry| (*entry, Vec::new())).collect();
        for row in rows(&self.0, sql, &[&entries]).await {
            found.entry(row.get("entry_id")).or_default().push(Tag { name: row.get("name") });
        }
        found
    }
}

async fn led<T>(pool: &Pool, sql: &str, places: &[Place], of: fn(&Row) -> T) -> HashMap<Place, Vec<T>> {
    let (entries, fields): (Vec<Uuid>, Vec<&str>) =
        places.iter().map(|(entry, field)| (*entry, field.as_str())).unzip();
    let mut found: HashMap<_, Vec<_>> = places.iter().map(|place| (place.clone(), Vec::new())).collect();
    for row in rows(pool, sql, &[&entries, &fields]).await {
        found.entry((row.get("entry_id"), row.get("field"))).or_default().push(of(&row));
    }
    found
}

/// What a statement finds. A loader has no way to say that something went wrong; then the answers differ, and the run ends.
async fn rows(pool: &Pool, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
    let Ok(client) = pool.get().await else { return Vec::new() };
    let Ok(statement) = client.prepare_cached(sql).await else { return Vec::new() };
    client.query(&statement, parameters).await.unwrap_or_default()
}

#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
struct Entry {
    #[graphql(skip)]
    key: Uuid,
    slug: String,
    title: String,
    published_at: Option<DateTime<Utc>>,
    #[graphql(skip)]
    fields: Value,
}

impl Entry {
    fn of(row: &Row) -> Self {
        let (key, published_at) = (row.get("id"), row.get("published_at"));
        Self { key, slug: row.get("slug"), title: row.get("title"), published_at, fields: row.get("fields") }
    }
}

#[ComplexObject]
impl Entry {
    async fn id(&self) -> String {
        format!("entry_{}", self.key)
    }

    async fn field(&self, path: String) -> Option<Json<Value>> {
        self.fields.get(path).cloned().map(Json)
    }

    async fn reference(&self, context: &Context<'_>, field: String) -> async_graphql::Result<Option<Entry>> {
        Ok(context.data::<Loaders>()?.entries.load((self.key, field)).await.into_iter().next())
    }

    async fn references(
        &self,
        context: &Context<'_>,
        field: String,
        first: usize,
    ) -> async_graphql::Result<Related> {
        let mut nodes = context.data::<Loaders>()?.entries.load((self.key, field)).await;
        nodes.truncate(first);
        Ok(Related { nodes })
    }

    async fn asset(&self, context: &Context<'_>, field: String) -> async_graphql::Result<Option<Asset>> {
        Ok(context.data::<Loaders>()?.assets.load((self.key, field)).await.into_iter().next())
    }

    async fn tags(&self, context: &Context<'_>) -> async_graphql::Result<Vec<Tag>> {
        Ok(context.data::<Loaders>()?.tags.load(self.key).await)
    }
}

#[derive(Debug, Clone, SimpleObject)]
struct Asset {
    url: String,
    width: Option<i32>,
    height: Option<i32>,
    alt: Option<String>,
}

impl Asset {
    fn of(row: &Row) -> Self {
        Self { url: row.get("url"), width: row.get("width"), height: row.get("height"), alt: row.get("alt") }
    }
}

#[derive(Debug, Clone, SimpleObject)]
struct Tag {
    name: String,
}

#[derive(Debug, SimpleObject)]
struct Related {
    nodes: Vec<Entry>,
}

#[derive(Debug, SimpleObject)]
struct Page {
    edges: Vec<Edge>,
    page_info: PageInfo,
}

#[derive(Debug, SimpleObject)]
struct Edge {
    cursor: String,
    node: Entry,
}

#[derive(Debug, SimpleObject)]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

// What the document says of order and filter is taken as said: this answers one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Field {
    PublishedAt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Direction {
    Desc,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum Status {
    Published,
}

#[derive(Debug, InputObject)]
struct Order {
    field: Field,
    direction: Direction,
}

#[derive(Debug, InputObject)]
struct Filter {
    brand: BrandFilter,
    status: StatusIs,
    published_at: Before,
}

#[derive(Debug, InputObject)]
struct BrandFilter {
    slug: TextIs,
}

#[derive(Debug, InputObject)]
struct TextIs {
    eq: String,
}

#[derive(Debug, InputObject)]
struct StatusIs {
    eq: Status,
}

#[derive(Debug, InputObject)]
struct Before {
    lt: DateTime<Utc>,
}

struct Query;

#[Object]
impl Query {
    async fn entries(
        &self,
        context: &Context<'_>,
        first: i64,
        order_by: Vec<Order>,
        filter: Filter,
    ) -> async_graphql::Result<Page> {
        let newest = order_by
            .iter()
            .all(|order| (order.field, order.direction) == (Field::PublishedAt, Direction::Desc));
        if !newest || filter.status.eq != Status::Published {
            return Err("this answers Q3 alone".into());
        }
        let sql = "select e.id, e.slug, e.title, e.published_at, e.fields from entry e \
            where e.brand_id = (select id from brand where slug = $1 and deleted_at is null) and e.deleted_at is null \
            and e.status = 'published' and e.published_at < $2 order by e.published_at desc, e.id desc limit $3";
        let most = first + 1;
        let found =
            rows(context.data::<Pool>()?, sql, &[&filter.brand.slug.eq, &filter.published_at.lt, &most])
                .await;
        let has_next_page = found.len() as i64 > first;
        let nodes = found.iter().map(Entry::of).take(first as usize);
        let edges: Vec<Edge> = nodes
            .map(|node| Edge {
                cursor: format!("{}|{}", node.published_at.unwrap_or_default().to_rfc3339(), node.key),
                node,
            })
            .collect();
        let end_cursor = edges.last().map(|edge| edge.cursor.clone());
        Ok(Page { edges, page_info: PageInfo { has_next_page, end_cursor } })
    }
}
