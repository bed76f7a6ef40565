//! Custom fields: declared by a JSON Schema for each content type, addressed by paths, checked before they are stored.

mod annotation;
mod bounds;
mod content;
mod custom;
mod document;
mod index;
pub mod limits;
mod path;
mod pattern;
mod schema;
mod violation;
mod walk;

pub use content::{Target, Unique};
pub use custom::{CustomField, Reference};
pub use index::{FieldIndex, Purpose, indexes};
pub use path::{COMPARED, FieldPath, Kind};
pub use schema::Schema;
