//! The record of what was refused, beside that of what was done, which `Unit` writes.

pub mod metrics;
mod refusals;

pub use refusals::{Refusals, flush, refused, run};
