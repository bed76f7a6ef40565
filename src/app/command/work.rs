//! `brandgraph work`: background jobs without a door.

use std::net::SocketAddr;

use clap::Args;

use super::{
    super::{failure::Failure, lifecycle},
    Context,
};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  DATABASE_URL=postgres://… brandgraph work --listen 127.0.0.1:9465")]
pub(super) struct Arguments {
    /// Answer `/health/live`, `/health/ready` and `/metrics` at this address.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

pub(super) async fn run(context: &Context, arguments: Arguments) -> Result<(), Failure> {
    // It holds all that a worker does: too much to be copied from frame to frame.
    Box::pin(lifecycle::work(&context.config, &context.environment, arguments.listen)).await
}
