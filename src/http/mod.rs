//! The door: HTTP in front of the graph. Routes, middleware, content negotiation, bodies, health, metrics, the playground.

mod actor;
mod assets;
mod body;
mod csrf;
mod entrance;
mod error;
mod exchange;
mod graphql;
mod head;
mod health;
mod limit;
mod media;
mod network;
mod oauth;
mod objects;
mod observe;
mod origin;
mod parameters;
mod playground;
mod request_id;
mod room;
mod router;
mod schema;
mod serve;
mod settings;
mod state;
mod tls;
mod wire;

pub mod engine;
pub mod metrics;

pub use axum::Router;
pub use objects::with_objects;
pub use origin::Peer;
pub use playground::Assets;
pub use request_id::RequestId;
pub use router::{operations, router};
pub use serve::serve;
pub use settings::{Cors, Settings};
pub use state::{Door, Draining, Ready};
pub use tls::Settings as TlsSettings;
