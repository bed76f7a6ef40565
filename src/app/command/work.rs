//! `brandgraph work`: background jobs without a door.

use clap::Args;

use super::{
    super::{failure::Failure, lifecycle},
    Context,
};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  DATABASE_URL=postgres://… brandgraph work")]
pub(super) struct Arguments {}

pub(super) async fn run(context: &Context, _: Arguments) -> Result<(), Failure> {
    lifecycle::work(&context.config, &context.environment).await
}
