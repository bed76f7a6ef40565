//! One query on one server, for profiling.

use std::rc::Rc;

use crate::{
    Fallible, load,
    load::Target,
    query::Query,
    suite::{Servers, prepare},
    variables,
};

/// What to ask whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    servers: Servers,
    /// Who is asked.
    #[arg(long)]
    target: Target,
    /// What is asked.
    #[arg(long)]
    query: Query,
}

/// Measures and prints one line.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let (servers, query) = (&arguments.servers, arguments.query);
    let client = variables::connect(&servers.database_url).await?;
    let sets = variables::draw(&client, query).await?;
    let (ceiling, brandgraph) = prepare(servers, query, &sets).await?;
    let (address, requests) = match arguments.target {
        Target::Ceiling => (servers.ceiling, ceiling),
        Target::Brandgraph => servers.brandgraph.zip(brandgraph).ok_or("--brandgraph says where it is")?,
    };
    let outcome = load::run(address, Rc::clone(&requests), servers.connections, servers.seconds).await?;
    crate::print(&format!(
        "{} {:.0}/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes\n",
        query.name(),
        outcome.rate(),
        outcome.percentile(0.5),
        outcome.percentile(0.99),
        outcome.body()
    ))
}
