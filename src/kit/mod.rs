//! Machinery that has never heard of content.

pub mod breaker;
pub mod clock;
pub mod customer;
pub mod id;
pub mod masked;
pub mod secret;
pub mod slug;
