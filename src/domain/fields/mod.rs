//! Custom fields: declared by a JSON Schema for each content type, addressed by paths, checked before they are stored.

mod path;

pub use path::{FieldPath, Kind};
