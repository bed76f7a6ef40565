//! What is true whoever asks: content, access, reads and errors, without I/O.

pub mod about;
pub mod access;
pub mod asset;
pub mod audit;
pub mod batch;
pub mod brand;
pub mod catalog;
pub mod change;
pub mod code;
pub mod content_type;
pub mod credential;
pub mod entry;
pub mod error;
pub mod event;
pub mod fields;
pub mod idempotency;
pub mod limits;
pub mod moment;
pub mod node;
pub mod quota;
pub mod read;
pub mod record;
pub mod role;
pub mod source;
pub mod taxonomy;
pub mod text;
pub mod upload;
pub mod variant;

pub use code::Code;
pub use error::{Error, Limited, Result, Violation};
