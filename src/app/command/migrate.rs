//! `brandgraph migrate up|status`: the schema of the database, by hand.

use clap::{Args, Subcommand};

use super::{
    super::{
        backend::{self, Sharing},
        failure::Failure,
    },
    Context, say,
};
use crate::store;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  DATABASE_URL=postgres://… brandgraph migrate status")]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Apply every pending step; several processes that do this at once wait for one another
    #[command(after_help = "Example:\n  brandgraph migrate up")]
    Up,
    /// List the steps and whether each was applied; exit code 1 where one is pending
    #[command(after_help = "Example:\n  brandgraph migrate status || brandgraph migrate up")]
    Status,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let (db, postgres) = backend::connect(&context.config, &context.environment, Sharing::Beside).await?;
    let done = match arguments.what {
        What::Up => store::migrate(&db).await.map_err(Failure::from),
        What::Status => Ok(()),
    };
    let steps = store::status(&db).await.map_err(Failure::from);
    db.close().await;
    backend::stop(postgres).await;
    done?;
    let steps = steps?;
    for step in &steps {
        say(format_args!("{}  {}", if step.applied { "applied" } else { "pending" }, step.name));
    }
    match steps.iter().filter(|step| !step.applied).count() {
        0 => Ok(()),
        pending => Err(Failure::Failed(format!("{pending} of {} steps are pending", steps.len()))),
    }
}
