//! The record of what was done and refused: written and sealed here, changed nowhere.

mod append;
pub mod chain;

pub use append::{Author, append};
