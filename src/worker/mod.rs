//! What background jobs do, and the loop that does them.

mod handle;
mod runner;

pub use handle::KINDS;
pub use runner::{Settings, run, run_due};
