//! Reads, from a GraphQL document to the database and back.

mod access;
mod anything;
mod cursors;
mod edges;
mod every_scalar;
mod facets;
mod filters;
mod locales;
mod masked;
mod mended;
mod names;
mod nodes;
mod orders;
mod questions;
mod refusals;
mod restricted;
mod search;
mod shelf;
mod statements;
mod twins;
mod variables;
