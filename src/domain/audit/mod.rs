//! The record of what was done and what was refused: what one record says, and how a change is told.

mod difference;
mod record;
mod refusal;

pub use difference::{LIMITS as DIFFERENCE, Limits as DifferenceLimits, difference};
pub use record::{MAX_USER_AGENT, Outcome, Record};
pub use refusal::{Reason, Refusal};
