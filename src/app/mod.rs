//! Configuration, wiring, lifecycle and commands: the one layer that reads the environment.

pub mod backend;
pub mod command;
pub mod config;
pub mod contracts;
pub mod embedded;
pub mod failure;
mod identity;
mod secret;
pub mod telemetry;
