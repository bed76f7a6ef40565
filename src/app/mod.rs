//! Configuration, wiring, lifecycle and commands: the one layer that reads the environment.

pub mod config;
pub mod embedded;
pub mod telemetry;
