//! `brandgraph contracts [--write]`: the files in `schema/` beside the code.

use std::path::{Path, PathBuf};

use clap::Args;
use uuid::Uuid;

use super::{
    super::{
        backend::{Backend, Sharing},
        build,
        config::Config,
        contracts::{self, Contract, Drift},
        failure::Failure,
        identity,
    },
    Context, say,
};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  brandgraph contracts\n  brandgraph contracts --write")]
pub(super) struct Arguments {
    /// Write the files that differ
    #[arg(long)]
    write: bool,
    /// The folder of the files
    #[arg(long, value_name = "FOLDER", default_value = "schema")]
    folder: PathBuf,
}

/// Fails where a file differs and may not be written.
pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let mut all = contracts::of_code()?;
    all.extend(of_fresh_database(context).await?);
    let mut differ = 0;
    for contract in &all {
        let path = arguments.folder.join(contract.file);
        let because = |error| Failure::because(path.display(), &error);
        match contract.drift(&arguments.folder).map_err(because)? {
            None => say(format_args!("same     {}", path.display())),
            Some(_) if arguments.write => {
                contract.write(&arguments.folder).map_err(because)?;
                say(format_args!("written  {}", path.display()));
            }
            Some(drift) => {
                differ += 1;
                let where_ = match drift {
                    Drift::Missing => "does not exist".to_owned(),
                    Drift::FromLine(line) => format!("from line {line}"),
                };
                say(format_args!("DIFFERS  {}: {where_}", path.display()));
            }
        }
    }
    match differ {
        0 => Ok(()),
        _ => Err(Failure::Failed(format!("{differ} files differ from the code; renew them with --write"))),
    }
}

/// What follows from a migrated database, made for this alone so that no configured one is touched.
async fn of_fresh_database(context: &Context) -> Result<Vec<Contract>, Failure> {
    let environment = &context.environment;
    let pg_dump =
        contracts::pg_dump(environment.find("PATH").map(AsRef::as_ref), &context.config.embedded.folder)
            .map_err(|error| Failure::Failed(error.to_string()))?;
    let mut config = Config::default();
    config.embedded.folder =
        environment.temporary().join(format!("brandgraph-contracts-{}", Uuid::new_v4().simple()));
    let backend = Backend::open(&config, environment, Sharing::Alone).await?;
    let contracts = of_backend(&backend, &config, &pg_dump);
    backend.close().await;
    let _ = std::fs::remove_dir_all(&config.embedded.folder);
    contracts
}

fn of_backend(backend: &Backend, config: &Config, pg_dump: &Path) -> Result<Vec<Contract>, Failure> {
    let address = backend.address().unwrap_or_default();
    let database = contracts::of_database(pg_dump, &address);
    let engine = build::engine(&identity::settings(config)?, &backend.services)?;
    Ok(vec![contracts::of_graph(engine.sdl()), database.map_err(|error| Failure::Failed(error.to_string()))?])
}
