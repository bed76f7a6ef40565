//! `brandgraph serve`: HTTP and background jobs in one process.

use clap::Args;

use super::{
    super::{
        failure::Failure,
        lifecycle::{self, Work},
    },
    Context,
};

#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  brandgraph serve
  DATABASE_URL=postgres://… BRANDGRAPH__AUTH__SECRET_FILE=/run/secrets/auth brandgraph serve --no-worker")]
pub(super) struct Arguments {
    /// Answer requests only; run `brandgraph work` beside it
    #[arg(long)]
    no_worker: bool,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    let work = if arguments.no_worker { Work::Elsewhere } else { Work::Also };
    lifecycle::serve(&context.config, &context.environment, work).await
}
