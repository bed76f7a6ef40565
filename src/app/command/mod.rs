//! The command line: what can be asked for, and who does it.

mod audit;
mod caller;
mod connector;
mod contracts;
mod doctor;
mod export;
mod import;
mod import_aside;
mod import_files;
mod migrate;
mod serve;
mod sync;
mod token;
mod whole;
mod work;

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use super::{
    config::{Config, Environment},
    failure::Failure,
    lifecycle, say, telemetry,
};

/// One fast, typed GraphQL graph over brand content, local and from any CMP.
#[derive(Debug, Parser)]
#[command(name = "brandgraph", version, after_help = EXAMPLES)]
struct Cli {
    /// The configuration file; without it `brandgraph.toml` is read where it exists.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXAMPLES: &str = "Examples:
  brandgraph                      serve on 127.0.0.1:8080 with a private PostgreSQL in ./data
  DATABASE_URL=postgres://… brandgraph serve
  BRANDGRAPH__HTTP__LISTEN=127.0.0.1:9000 brandgraph

Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests and run background jobs (what happens without a command)
    Serve(serve::Arguments),
    /// Run background jobs only, beside servers with --no-worker
    Work(work::Arguments),
    /// Bring the database to this version's schema, or show what is missing
    Migrate(migrate::Arguments),
    /// Bring a file of records in
    Import(import::Arguments),
    /// Write a brand out, as a file that `import` reads
    Export(export::Arguments),
    /// Verify the sealed record of what was done, or write it out
    Audit(audit::Arguments),
    /// Make bearer tokens
    Token(token::Arguments),
    /// Check a connector file, or try it on a platform
    Connector(connector::Arguments),
    /// Pull a source into the graph
    Sync(sync::Arguments),
    /// Compare the files in schema/ with the code
    Contracts(contracts::Arguments),
    /// Check the configuration, the database and its programs
    Doctor(doctor::Arguments),
}

/// What a command works with.
#[derive(Debug)]
struct Context {
    config: Config,
    environment: Environment,
}

/// Reads the command line and does what it says.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "brandgraph: {failure}");
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let environment = Environment::of_process();
    let config = Config::load(cli.config.as_deref(), &environment)?;
    telemetry::start(&config.log).map_err(Failure::Usage)?;
    let context = Context { config, environment };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::because("starting the runtime", &error))?;
    runtime.block_on(async {
        match cli.command {
            None => serve::run(&context, serve::Arguments::default()).await,
            Some(Command::Serve(arguments)) => serve::run(&context, arguments).await,
            Some(Command::Work(arguments)) => work::run(&context, arguments).await,
            Some(Command::Migrate(arguments)) => migrate::run(&context, arguments).await,
            Some(Command::Import(arguments)) => import::run(&context, arguments).await,
            Some(Command::Export(arguments)) => export::run(&context, arguments).await,
            Some(Command::Audit(arguments)) => audit::run(&context, arguments).await,
            Some(Command::Token(arguments)) => token::run(&context, arguments).await,
            Some(Command::Connector(arguments)) => connector::run(&context, arguments).await,
            Some(Command::Sync(arguments)) => sync::run(&context, arguments).await,
            Some(Command::Contracts(arguments)) => contracts::run(&context, arguments).await,
            Some(Command::Doctor(arguments)) => doctor::run(&context, arguments).await,
        }
    })
}

/// Does something, unless the process is asked to stop: then what it was at is dropped, with what it had begun to write, and
/// the process ends. A second signal ends it at once.
async fn unless_stopped<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let stopped = lifecycle::stop_signal()?;
    let done = tokio::select! {
        done = work => Some(done),
        () = stopped => None,
    };
    match done {
        Some(done) => done,
        None => {
            say(format_args!("stopped before it was done"));
            // The database may be busy with what nobody waits for any more; one of ours is stopped by its supervisor.
            std::process::exit(130)
        }
    }
}
