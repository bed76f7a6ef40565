//! A read as a value: what is wanted, from which rows, in which order, which page; and the caller's right to it.

mod authorize;
mod cursor;
mod filter;
mod meaning;
mod order;
mod plan;
mod touched;
mod ways;

pub use super::limits::LIMITS;
pub use authorize::{Authorized, authorize};
pub use cursor::{Codec, Fingerprint, Position};
pub use filter::{Comparison, Literal, Operand, Predicate, RelatedTo, Search, SearchMode};
pub use order::{Direction, Nulls, OrderKey};
pub use plan::{
    Bucket, Connection, CountPart, EdgePart, Facet, FacetPart, Link, List, One, PageInfoPart, Part, Plan,
    Rows, Selection, Value, Window,
};
