//! Where a request comes from: the peer of its connection or what a trusted proxy says of it, and what the client calls itself.

use std::{
    collections::HashSet,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
};

use http::{HeaderMap, HeaderName, HeaderValue, header::USER_AGENT, request::Parts};

use super::{network::Network, request_id::RequestId};
use crate::{
    domain::{Result, access::Actor, audit::MAX_USER_AGENT},
    service::Caller,
};

/// The header in which each proxy adds the address that it was asked from.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The other end of a request's connection; the listener puts it among the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// How many peers the log names that are not believed: whoever sends the header at will fills no log.
const TOLD_PEERS: usize = 100;

/// The proxies that are believed.
#[derive(Debug, Clone, Default)]
pub(super) struct Proxies {
    trusted: Vec<Network>,
    /// Those that are not, and that the log has named.
    told: Arc<Mutex<HashSet<IpAddr>>>,
}

impl Proxies {
    /// Reads the setting `http.trusted_proxies`.
    ///
    /// # Errors
    /// `INVALID` for what is no address and no network.
    pub(super) fn parse(texts: &[String]) -> Result<Self> {
        let trusted = texts.iter().map(|text| Network::parse(text, "http.trusted_proxies"));
        Ok(Self { trusted: trusted.collect::<Result<_>>()?, told: Arc::default() })
    }

    /// The address of whoever asks; nothing where there is no connection.
    pub(super) fn client(&self, head: &Parts) -> Option<IpAddr> {
        let Peer(peer) = head.extensions.get::<Peer>()?;
        let peer = peer.ip().to_canonical();
        if self.trusts(peer) {
            return Some(self.behind(peer, &head.headers));
        }
        if head.headers.contains_key(FORWARDED_FOR) && self.first_of(peer) {
            tracing::warn!(
                %peer,
                "X-Forwarded-For is not believed: the peer is not in http.trusted_proxies, and counts as the client"
            );
        }
        Some(peer)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    /// Whether the log has yet to name a peer that says whom it asks for and is not believed.
    fn first_of(&self, peer: IpAddr) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.len() < TOLD_PEERS && told.insert(peer)
    }

    /// The nearest address that no trusted proxy has. What stands further out, anybody can have written.
    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        // As bytes: a line that vanished for one byte of its client's would leave what the client wrote before it.
        let lines: Vec<&[u8]> = headers.get_all(FORWARDED_FOR).iter().map(HeaderValue::as_bytes).collect();
        let mut nearest = peer;
        for part in lines.iter().rev().flat_map(|line| line.rsplit(|&byte| byte == b',')) {
            let Some(address) = std::str::from_utf8(part).ok().and_then(|text| parse(text.trim())) else {
                break;
            };
            nearest = address;
            if !self.trusts(address) {
                break;
            }
        }
        nearest
    }
}

/// An address with or without a port, an IPv6 address with or without brackets.
fn parse(text: &str) -> Option<IpAddr> {
    let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = inside.parse().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// Whoever sent the request, as long as it is not known who that is.
pub(super) fn stranger(proxies: &Proxies, head: &Parts, id: &RequestId) -> Caller {
    Caller {
        actor: Actor::Anonymous,
        request_id: Some(id.as_str().to_owned()),
        from: proxies.client(head),
        user_agent: user_agent(head),
    }
}

/// What the client calls itself, cut to what is kept, with everything that is no visible text left out.
pub(super) fn user_agent(head: &Parts) -> Option<Arc<str>> {
    let given = String::from_utf8_lossy(head.headers.get(USER_AGENT)?.as_bytes());
    let kept: String = given.chars().filter(|c| !c.is_control()).take(MAX_USER_AGENT).collect();
    Some(kept).filter(|text| !text.is_empty()).map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client<V: AsRef<[u8]>>(trusted: &[&str], peer: &str, forwarded: &[V]) -> String {
        let proxies = Proxies::parse(&trusted.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        let mut request = http::Request::new(());
        for value in forwarded {
            request.headers_mut().append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_ref()).unwrap());
        }
        request.extensions_mut().insert(Peer(SocketAddr::new(peer.parse().unwrap(), 4711)));
        proxies.unwrap().client(&request.into_parts().0).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let proxies = ["10.0.0.0/8", "fd00::/8"];
        assert_eq!(client(&[], "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client(&proxies, "203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(client(&proxies, "10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(client(&proxies, "::ffff:10.1.2.3", &["198.51.100.1"]), "198.51.100.1");
        // What the client wrote itself stands to the left of what the proxies added.
        assert_eq!(client(&proxies, "10.1.2.3", &["1.2.3.4, 198.51.100.1:99, 10.9.9.9"]), "198.51.100.1");
        assert_eq!(client(&proxies, "fd00::1", &["1.2.3.4", "[2001:db8::1]:80, 10.9.9.9"]), "2001:db8::1");
        assert_eq!(client(&proxies, "10.1.2.3", &["nonsense, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(client::<&str>(&proxies, "10.1.2.3", &[]), "10.1.2.3");
    }

    #[test]
    fn a_peer_that_is_not_believed_is_named_once() {
        let proxies = Proxies::default();
        let mut request = http::Request::new(());
        request.headers_mut().insert(FORWARDED_FOR, HeaderValue::from_static("198.51.100.1"));
        request.extensions_mut().insert(Peer(SocketAddr::from(([203, 0, 113, 7], 4711))));
        let head = request.into_parts().0;
        assert_eq!(proxies.client(&head), proxies.client(&head));
        let peer = |last: u8| IpAddr::from([203, 0, 113, last]);
        assert!(!proxies.first_of(peer(7)) && proxies.first_of(peer(8)) && !proxies.first_of(peer(8)));
        let many = (0..=255).filter(|last| proxies.first_of(IpAddr::from([192, 0, 2, *last]))).count();
        assert_eq!(many, TOLD_PEERS - 2);
    }

    #[test]
    fn what_is_no_text_hides_nothing_that_a_proxy_added() {
        let forwarded = |lines: &[&[u8]]| client(&["10.0.0.0/8"], "10.1.2.3", lines);
        assert_eq!(forwarded(&[b"6.6.6.6", b"\xff, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(forwarded(&[b"6.6.6.6", b"\xff, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(forwarded(&[b"6.6.6.6", b"\xff"]), "10.1.2.3");
        assert_eq!(forwarded(&[b"6.6.6.6", b""]), "10.1.2.3");
    }
}
