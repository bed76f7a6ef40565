//! Measures brandgraph beside its ceilings: data, servers, load and tables.

mod authentication;
mod batch;
mod ceiling;
mod compare;
mod deep;
mod generate;
mod issuer;
mod limits;
mod load;
mod process;
mod query;
mod random;
mod resolvers;
mod signing;
mod single;
mod suite;
mod variables;
mod words;

use std::io::Write;

use clap::{Parser, Subcommand};

/// What a command returns; a failure is for a person to read.
type Fallible<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Data, ceilings and load for measuring brandgraph.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write believable content as NDJSON: `brandgraph-bench generate --entries 1000 --assets 200 data.ndjson`.
    Generate(generate::Arguments),
    /// Serve the ceilings: `brandgraph-bench ceiling --database-url postgres://…`.
    Ceiling(ceiling::Arguments),
    /// Serve Q3 in the usual way: `brandgraph-bench resolvers --database-url postgres://…`.
    Resolvers(resolvers::Arguments),
    /// Put load on one server: `brandgraph-bench run --target ceiling --query Q3 --database-url postgres://…`.
    Run(single::Arguments),
    /// Measure what the check of a credential takes: `brandgraph-bench authentication`.
    Authentication(authentication::Arguments),
    /// Measure batches of new entries: `brandgraph-bench batch --database-url postgres://… --token …`.
    Batch(batch::Arguments),
    /// Measure what limits add to the heaviest query: `brandgraph-bench limits`.
    Limits(limits::Arguments),
    /// Measure what the signing of an upload takes: `brandgraph-bench signing`.
    Signing(signing::Arguments),
    /// Measure every query on both servers; `scripts/bench` does it all.
    Suite(suite::Arguments),
}

fn main() -> Fallible {
    match Cli::parse().command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Ceiling(arguments) => many_threads()?.block_on(ceiling::run(arguments)),
        Command::Resolvers(arguments) => many_threads()?.block_on(resolvers::run(arguments)),
        // One thread for the load: what it takes is missing to the servers.
        Command::Run(arguments) => single_thread()?.block_on(single::run(arguments)),
        Command::Authentication(arguments) => single_thread()?.block_on(authentication::run(arguments)),
        Command::Batch(arguments) => single_thread()?.block_on(batch::run(arguments)),
        Command::Limits(arguments) => single_thread()?.block_on(limits::run(arguments)),
        Command::Signing(arguments) => single_thread()?.block_on(signing::run(arguments)),
        Command::Suite(arguments) => single_thread()?.block_on(suite::run(arguments)),
    }
}

fn many_threads() -> Fallible<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn single_thread() -> Fallible<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// Prints at once, also into a pipe.
fn print(text: &str) -> Fallible {
    let mut out = std::io::stdout();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}
