//! The graph: schema, selection, execution and errors. The only layer that knows async-graphql.

mod access;
mod asset;
mod brand;
mod change;
mod coerce;
mod content_type;
pub mod context;
mod cost;
mod credential;
mod cycle;
mod direct;
mod document;
mod engine;
mod entry;
pub mod error;
mod gather;
mod measure;
mod merge;
mod message;
pub mod mutation;
pub mod needs;
mod nesting;
mod once;
pub mod persisted;
pub mod planned;
mod query;
mod read;
mod receipt;
mod register;
pub mod scalar;
mod select;
mod taxonomy;
mod types;
mod viewer;

pub use engine::Engine;
pub use message::{Begun, Context, Operation, Outcome, Reply, Request};
