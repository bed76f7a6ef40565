//! Every query on both servers, alternately, and a table of what came out.

use std::{fmt::Write as _, net::SocketAddr, path::PathBuf, rc::Rc};

use crate::{
    Fallible, compare, deep,
    load::{self, Outcome, Target, fixed, requests},
    process::{Memory, memory},
    query::Query,
    variables,
};

/// Where everything is.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) servers: Servers,
    /// Only these queries.
    #[arg(long, value_delimiter = ',')]
    query: Vec<Query>,
    /// How often each server is measured for each query, in turn.
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    /// The process that serves GraphQL, to read its memory.
    #[arg(long)]
    pid: Option<u32>,
    /// What is known about the run, put above the table.
    #[arg(long)]
    note: Vec<String>,
    /// Where to write the table, besides the standard output.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Who is measured and how hard.
#[derive(Debug, clap::Args)]
pub(crate) struct Servers {
    /// The database that both servers read.
    #[arg(long)]
    pub(crate) database_url: String,
    /// The ceilings' server.
    #[arg(long, default_value = "127.0.0.1:9090")]
    pub(crate) ceiling: SocketAddr,
    /// The server that answers Q3 in the usual way, to be measured beside it.
    #[arg(long)]
    pub(crate) resolvers: Option<SocketAddr>,
    /// The GraphQL server; without it only the ceilings are measured.
    #[arg(long)]
    pub(crate) brandgraph: Option<SocketAddr>,
    /// A bearer token for the GraphQL server.
    #[arg(long)]
    pub(crate) token: Option<String>,
    /// Connections at once.
    #[arg(long, default_value_t = 16)]
    pub(crate) connections: usize,
    /// Seconds of each measurement, after one of warming up.
    #[arg(long, default_value_t = 8.0)]
    pub(crate) seconds: f64,
}

#[derive(Debug)]
struct Row {
    query: Query,
    fixed: Outcome,
    ceiling: Outcome,
    brandgraph: Option<Outcome>,
    resolvers: Option<Outcome>,
}

/// Measures and reports.
pub(crate) async fn run(arguments: Arguments) -> Fallible {
    let servers = &arguments.servers;
    let before = arguments.pid.map(memory).transpose()?;
    let client = variables::connect(&servers.database_url).await?;
    let queries = if arguments.query.is_empty() { Query::ALL.to_vec() } else { arguments.query.clone() };
    let mut rows = Vec::new();
    for query in queries {
        rows.push(row(servers, query, &variables::draw(&client, query).await?, arguments.rounds).await?);
    }
    let after = arguments.pid.map(memory).transpose()?;
    let report = report(&arguments, &rows, before.zip(after))?;
    if let Some(path) = &arguments.out {
        std::fs::write(path, &report)?;
    }
    crate::print(&report)
}

/// Ready requests for both servers, checked to be answered alike.
pub(crate) async fn prepare(
    servers: &Servers,
    query: Query,
    sets: &[serde_json::Value],
) -> Fallible<(Rc<Vec<Vec<u8>>>, Option<Rc<Vec<Vec<u8>>>>)> {
    let ceiling = requests(Target::Ceiling, query, servers.ceiling, None, sets);
    let Some(address) = servers.brandgraph else { return Ok((Rc::new(ceiling), None)) };
    let token = servers.token.as_deref();
    let brandgraph = match query {
        Query::Q5 => {
            let cursors = deep::cursors(address, token).await?;
            requests(Target::Brandgraph, query, address, token, &cursors)
        }
        _ => requests(Target::Brandgraph, query, address, token, sets),
    };
    compare::same_answers(query, (servers.ceiling, &ceiling), (address, &brandgraph), 100).await?;
    Ok((Rc::new(ceiling), Some(Rc::new(brandgraph))))
}

async fn row(servers: &Servers, query: Query, sets: &[serde_json::Value], rounds: u32) -> Fallible<Row> {
    let (asked, graphql) = prepare(servers, query, sets).await?;
    let mut ceiling = Outcome::default();
    let mut brandgraph = servers.brandgraph.map(|_| Outcome::default());
    let peer = servers.resolvers.filter(|_| query == Query::Q3);
    let usual = peer.map(|address| Rc::new(requests(Target::Brandgraph, query, address, None, sets)));
    if let (Some(address), Some(usual)) = (peer, &usual) {
        compare::same_answers(query, (servers.ceiling, &asked), (address, usual), 100).await?;
    }
    let mut resolvers = peer.map(|_| Outcome::default());
    for _ in 0..rounds {
        let run = load::run(servers.ceiling, Rc::clone(&asked), servers.connections, servers.seconds).await?;
        ceiling = ceiling.join(run);
        if let (Some(address), Some(requests), Some(sum)) = (servers.brandgraph, &graphql, brandgraph.take())
        {
            let run = load::run(address, Rc::clone(requests), servers.connections, servers.seconds).await?;
            brandgraph = Some(sum.join(run));
        }
        if let (Some(address), Some(usual), Some(sum)) = (peer, &usual, resolvers.take()) {
            let run = load::run(address, Rc::clone(usual), servers.connections, servers.seconds).await?;
            resolvers = Some(sum.join(run));
        }
    }
    let body = fixed(servers.ceiling, ceiling.body());
    let fixed = load::run(servers.ceiling, Rc::new(vec![body]), servers.connections, 2.0).await?;
    crate::print(&format!(
        "{} {:>8.0} {:>8.0} ({})\n",
        query.name(),
        ceiling.rate(),
        brandgraph.as_ref().map_or(0.0, Outcome::rate),
        query.about()
    ))?;
    Ok(Row { query, fixed, ceiling, brandgraph, resolvers })
}

fn report(arguments: &Arguments, rows: &[Row], memory: Option<(Memory, Memory)>) -> Fallible<String> {
    let mut out = String::from(
        "# What one run measured\n\nWritten by `scripts/bench`; only ratios within one run count.\n\n",
    );
    for note in &arguments.note {
        writeln!(out, "- {note}")?;
    }
    writeln!(
        out,
        "- {} connections, {} s × {} rounds for each server and query, in turn",
        arguments.servers.connections, arguments.servers.seconds, arguments.rounds
    )?;
    if let Some((before, after)) = memory {
        writeln!(
            out,
            "- memory of brandgraph: {:.0} MiB idle, {:.0} MiB at its peak",
            before.resident, after.peak
        )?;
    }
    if let (Some(list), Some(deep)) = (rate(rows, Query::Q2), rate(rows, Query::Q5)) {
        writeln!(out, "- Q2 ÷ Q5 (how much slower the deep page is): {:.2}", list / deep)?;
    }
    for row in rows {
        if let (Some(own), Some(usual)) = (&row.brandgraph, &row.resolvers) {
            writeln!(
                out,
                "- {} by async-graphql's resolvers and data loaders: {:.0}/s (p50/p99 {} ms); brandgraph answers {:.2} times as many",
                row.query.name(),
                usual.rate(),
                percentiles(usual),
                own.rate() / usual.rate()
            )?;
        }
    }
    out.push_str("\n| query | static ceiling/s | one-statement ceiling/s | brandgraph/s | ratio | ceiling p50/p99 ms | brandgraph p50/p99 ms | body bytes |\n|---|--:|--:|--:|--:|--:|--:|--:|\n");
    for row in rows {
        let (name, about) = (row.query.name(), row.query.about());
        let (fixed, ceiling) = (row.fixed.rate(), row.ceiling.rate());
        write!(out, "| {name} {about} | {fixed:.0} | {ceiling:.0} |")?;
        match &row.brandgraph {
            Some(own) => write!(out, " {:.0} | {:.2} |", own.rate(), own.rate() / ceiling)?,
            None => write!(out, " - | - |")?,
        }
        write!(out, " {} |", percentiles(&row.ceiling))?;
        write!(out, " {} |", row.brandgraph.as_ref().map_or_else(|| "-".to_owned(), percentiles))?;
        writeln!(out, " {} |", row.brandgraph.as_ref().unwrap_or(&row.ceiling).body())?;
    }
    Ok(out)
}

fn rate(rows: &[Row], query: Query) -> Option<f64> {
    rows.iter().find(|row| row.query == query)?.brandgraph.as_ref().map(Outcome::rate)
}

fn percentiles(outcome: &Outcome) -> String {
    format!("{:.1} / {:.1}", outcome.percentile(0.5), outcome.percentile(0.99))
}
