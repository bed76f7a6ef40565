//! What is true whoever asks: content, access, reads and errors, without I/O.

pub mod code;
pub mod error;

pub use code::Code;
pub use error::{Error, Result, Violation};
