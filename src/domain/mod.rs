//! What is true whoever asks: content, access, reads and errors, without I/O.

pub mod access;
pub mod catalog;
pub mod code;
pub mod error;
pub mod event;
pub mod fields;
pub mod node;
pub mod read;

pub use code::Code;
pub use error::{Error, Result, Violation};
