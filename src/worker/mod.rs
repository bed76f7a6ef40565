//! What background jobs do, and the loop that does them.

mod handle;
mod metrics;
mod runner;

pub use handle::KINDS;
pub use metrics::describe;
pub use runner::{Settings, run, run_due};
