//! Batches of new entries with tags, over HTTP, beside the one statement that could write the same rows.

use std::{net::SocketAddr, time::Instant};

use brandgraph::kit::clock::Clock;
use serde_json::{Value, json};
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{
    Fallible,
    generate::product,
    load::{Connection, raw},
    variables,
};

const BATCH: &str = "mutation($input: BatchInput!) { batch(input: $input) { committed failed results { id status error { message } } } }";

/// What is written, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The database that both write to; a brand of its own is made in it.
    #[arg(long)]
    database_url: String,
    /// The GraphQL server.
    #[arg(long, default_value = "127.0.0.1:8080")]
    brandgraph: SocketAddr,
    /// A bearer token of an owner.
    #[arg(long)]
    token: String,
    /// Entries in one request, each with three tags.
    #[arg(long, default_value_t = 100)]
    entries: usize,
    /// Requests of each round.
    #[arg(long, default_value_t = 150)]
    requests: usize,
    /// How often each is measured, in turn.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Requests at once.
    #[arg(long, default_value_t = 4)]
    connections: usize,
}

/// Measures and prints entries per second.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let Arguments { brandgraph, entries, requests, connections, .. } = arguments;
    let client = variables::connect(&arguments.database_url).await?;
    let place = Place::make(brandgraph, &arguments.token).await?;
    let (mut best, mut ceiling) = (0.0_f64, 0.0_f64);
    for round in 0..arguments.rounds {
        let bodies: Vec<Vec<u8>> = (0..requests)
            .map(|number| {
                let body = place.body(entries, &format!("r{round}-{number}"));
                raw(brandgraph, "/graphql", Some(&arguments.token), &body.to_string())
            })
            .collect();
        let begin = Instant::now();
        ask_all(brandgraph, bodies, connections).await?;
        let own = (entries * requests) as f64 / begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        for number in 0..requests {
            place.write(&client, entries, &format!("c{round}-{number}")).await?;
        }
        let plain = (entries * requests) as f64 / begin.elapsed().as_secs_f64();
        crate::print(&format!(
            "round {round}: brandgraph {own:.0} entries/s, one statement {plain:.0} entries/s\n"
        ))?;
        best = best.max(own);
        ceiling = ceiling.max(plain);
    }
    crate::print(&format!(
        "batches of {entries} entries with 3 tags, {connections} at once: {best:.0} entries/s, {:.2} of one statement for each\n",
        best / ceiling.max(f64::EPSILON)
    ))
}

async fn ask_all(address: SocketAddr, bodies: Vec<Vec<u8>>, connections: usize) -> Fallible {
    let bodies = std::rc::Rc::new(std::cell::RefCell::new(bodies));
    let tasks = tokio::task::LocalSet::new();
    let mut running = Vec::new();
    for _ in 0..connections {
        let bodies = std::rc::Rc::clone(&bodies);
        running.push(tasks.spawn_local(async move {
            let mut connection = Connection::open(address).await?;
            loop {
                let Some(body) = bodies.borrow_mut().pop() else { return Fallible::Ok(()) };
                let answer = connection.ask(&body).await?;
                if answer.status != 200 || memchr::memmem::find(answer.body, br#""committed":true"#).is_none()
                {
                    let start = answer.body.get(..answer.body.len().min(800)).unwrap_or_default();
                    return Err(String::from_utf8_lossy(start).into_owned().into());
                }
            }
        }));
    }
    tasks.await;
    for task in running {
        task.await??;
    }
    Ok(())
}

/// Where entries are made.
struct Place {
    brand: String,
    kind: String,
    tags: Vec<String>,
}

impl Place {
    async fn make(address: SocketAddr, token: &str) -> Fallible<Self> {
        let slug = format!("bench-{}", Uuid::new_v4().simple());
        let mut operations = vec![
            json!({"createBrand": {"key": "b", "slug": slug, "name": "Bench", "defaultLocale": "en",
                "locales": [{"code": "en"}]}}),
            json!({"createContentType": {"clientKey": "t", "brandId": "@b", "key": "product", "name": "Product", "schema": product::schema()}}),
        ];
        operations.extend((0..10).map(|tag| {
            json!({"createTag": {"brandId": "@b", "slug": format!("tag-{tag}"), "name": format!("Tag {tag}")}})
        }));
        let body =
            json!({"query": BATCH, "variables": {"input": {"mode": "ATOMIC", "operations": operations}}});
        let mut connection = Connection::open(address).await?;
        let request = raw(address, "/graphql", Some(token), &body.to_string());
        let answer: Value = serde_json::from_slice(connection.ask(&request).await?.body)?;
        let ids = answer.pointer("/data/batch/results").and_then(Value::as_array);
        let ids: Vec<String> =
            ids.into_iter().flatten().filter_map(|one| one.get("id")?.as_str().map(str::to_owned)).collect();
        match ids.as_slice() {
            [brand, kind, tags @ ..] if tags.len() == 10 => {
                Ok(Self { brand: brand.clone(), kind: kind.clone(), tags: tags.to_vec() })
            }
            _ => Err(answer.to_string().into()),
        }
    }

    fn tags_of(&self, number: usize) -> Vec<&String> {
        self.tags.iter().cycle().skip(number % self.tags.len().max(1)).take(3).collect()
    }

    fn body(&self, entries: usize, name: &str) -> Value {
        let operations: Vec<Value> = (0..entries)
            .map(|number| {
                json!({"createEntry": {"contentTypeId": self.kind, "slug": format!("{name}-{number}"),
                    "title": format!("Olive oil {name} {number}"), "fields": product::fields(number), "tags": self.tags_of(number)}})
            })
            .collect();
        json!({"query": BATCH, "variables": {"input": {"mode": "ATOMIC", "operations": operations}}})
    }

    /// The same entries and tags in one statement, which keeps neither a version nor a record.
    async fn write(&self, client: &Client, entries: usize, name: &str) -> Fallible {
        let key = |id: &str| {
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
                id.rsplit_once('_').ok_or("no id")?.1.parse::<Uuid>()?,
            )
        };
        let (brand, kind, now) = (key(&self.brand)?, key(&self.kind)?, Clock::system().now());
        let ids: Vec<Uuid> = (0..entries).map(|_| Uuid::now_v7()).collect();
        let slugs: Vec<String> = (0..entries).map(|number| format!("{name}-{number}")).collect();
        let titles: Vec<String> = (0..entries).map(|number| format!("Olive oil {name} {number}")).collect();
        let fields: Vec<String> = (0..entries).map(|number| product::fields(number).to_string()).collect();
        let (mut from, mut to) = (Vec::new(), Vec::new());
        for (number, id) in ids.iter().enumerate() {
            for tag in self.tags_of(number) {
                from.push(*id);
                to.push(key(tag)?);
            }
        }
        let statement = client
            .prepare(
                "with made as (insert into entry (id, brand_id, content_type_id, translation_id, slug, locale, title, status, fields, \
                 search_text, version, created_at, updated_at) select id, $1, $2, id, slug, 'en', title, 'draft', fields::jsonb, '', 1, $7, $7 \
                 from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as i(id, slug, title, fields)) \
                 insert into entry_tag (entry_id, tag_id) select * from unnest($8::uuid[], $9::uuid[])",
            )
            .await?;
        client
            .execute(&statement, &[&brand, &kind, &ids, &slugs, &titles, &fields, &now, &from, &to])
            .await?;
        Ok(())
    }
}
