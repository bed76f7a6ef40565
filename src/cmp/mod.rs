//! Content management platforms over REST: the only layer that knows what a platform sends.
//!
//! A connector file ([`spec`]) is compiled ([`connector`]); a [`pull`] asks for page after page ([`page`]) through a
//! bounded [`client`], and [`map`] turns the items of each into records.

mod address;
pub mod cassette;
pub mod client;
pub mod connector;
pub mod credentials;
mod declared;
mod jq;
pub mod map;
pub mod page;
pub mod preset;
pub mod pull;
mod retry;
pub mod spec;
pub mod yaml;

pub use client::Settings;
pub use connector::Connector;
pub use credentials::Credentials;
pub use pull::{NewPull, Page, Pull};
