//! The record of what was done and what was refused: what one record says, how a change is told, how records are sealed.

mod chain;
mod difference;
mod record;
mod refusal;
mod seal;

pub use chain::{Fault, Link, Walk};
pub use difference::{LIMITS as DIFFERENCE, Limits as DifferenceLimits, difference};
pub use record::{MAX_USER_AGENT, Outcome, Record};
pub use refusal::{Reason, Refusal};
pub use seal::{COLUMNS, NO_SEAL, Seal, SealKey, SealKeys, Sealable, hex, seal, unhex};
