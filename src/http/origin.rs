//! Where a request comes from, as far as the server can see.

use std::{net::IpAddr, sync::Arc};

use axum::extract::ConnectInfo;
use http::{header::USER_AGENT, request::Parts};

use crate::domain::audit::MAX_USER_AGENT;

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub std::net::SocketAddr);

/// The client's address: the other end of the connection, as [`serve`](super::serve) noted it. None where there is no connection,
/// as in a test. Whoever stands behind a proxy is that proxy.
pub(super) fn client(head: &Parts) -> Option<IpAddr> {
    head.extensions.get::<ConnectInfo<Peer>>().map(|ConnectInfo(Peer(at))| at.ip().to_canonical())
}

/// What the client calls itself, cut to what is kept, with everything that is no visible text left out.
pub(super) fn user_agent(head: &Parts) -> Option<Arc<str>> {
    let given = String::from_utf8_lossy(head.headers.get(USER_AGENT)?.as_bytes());
    let kept: String = given.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
    Some(kept).filter(|text| !text.is_empty()).map(Into::into)
}
