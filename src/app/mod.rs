//! Configuration, wiring, lifecycle and commands: the one layer that reads the environment.

pub mod backend;
pub mod build;
pub mod command;
pub mod config;
pub mod contracts;
pub mod demo;
pub mod embedded;
pub mod failure;
pub mod files;
mod first_run;
mod identity;
pub mod lifecycle;
mod secret;
pub mod telemetry;

/// Prints one line of what was asked for. A reader that has gone away (`| head`) is no failure of ours.
fn say(line: impl std::fmt::Display) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{line}");
}
