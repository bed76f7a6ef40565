//! `brandgraph doctor`: what an operator would check by hand, checked.

use clap::Args;

use super::{
    super::{
        backend::{self, Sharing},
        failure::{Failure, chain},
        lifecycle,
    },
    Context, say,
};
use crate::store;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  brandgraph doctor --config /etc/brandgraph.toml")]
pub(super) struct Arguments {}

/// Prints one line per check, and fails where one of them does. Values of secrets are never printed.
pub(super) async fn run(context: &Context, _: Arguments) -> Result<(), Failure> {
    say(format_args!("ok      version {}", env!("CARGO_PKG_VERSION")));
    // It was read before any command ran, and a wrong one ends the program there.
    let config = &context.config;
    if let Err(failure) = lifecycle::check(config) {
        say(format_args!("FAILED  configuration: {failure}"));
        return Err(failure);
    }
    say("ok      configuration");
    let database = if config.embedded_mode() {
        format!("embedded, in {}", config.embedded.folder.display())
    } else {
        "named by the configuration".to_owned()
    };
    let (db, postgres) = match backend::connect(config, &context.environment, Sharing::Beside).await {
        Ok(connected) => connected,
        Err(failure) => {
            say(format_args!("FAILED  database ({database}): {failure}"));
            return Err(Failure::Failed("the database does not answer".to_owned()));
        }
    };
    let major = postgres.as_ref().map(|it| format!(", PostgreSQL {}", it.major())).unwrap_or_default();
    say(format_args!("ok      database ({database}{major})"));
    let steps = store::status(&db).await;
    db.close().await;
    backend::stop(postgres).await;
    match steps {
        Ok(steps) => match steps.iter().filter(|step| !step.applied).count() {
            0 => say(format_args!("ok      schema: {} steps", steps.len())),
            pending => {
                say(format_args!(
                    "note    schema: {pending} of {} steps are pending; serving applies them",
                    steps.len()
                ));
            }
        },
        Err(error) => {
            say(format_args!("FAILED  schema: {}", chain(&error)));
            return Err(Failure::Failed("the schema cannot be read".to_owned()));
        }
    }
    Ok(())
}
