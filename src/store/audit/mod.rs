//! The record of what was done and refused: written here, changed nowhere.

mod append;

pub use append::{Author, append};
