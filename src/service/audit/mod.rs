//! The record of what was refused, beside that of what was done, which `Unit` writes; the seals of both; their export.

mod export;
mod guesses;
mod line;
pub mod metrics;
mod refusals;
mod sealing;
mod settings;
mod verify;

pub use export::export;
pub use guesses::unseen;
pub use refusals::{Refusals, flush, refused, run};
pub use sealing::{keep_sealing, seal_due};
pub use settings::Settings;
pub use verify::{Range, Report, verify, verify_file};
