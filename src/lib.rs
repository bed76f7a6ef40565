//! brandgraph: one fast, typed GraphQL graph over brand content, local and from any content management platform.

pub mod app;
pub mod cache;
pub mod cmp;
pub mod domain;
pub mod graphql;
pub mod http;
pub mod kit;
pub mod objects;
pub mod queue;
pub mod service;
pub mod store;
pub mod worker;
