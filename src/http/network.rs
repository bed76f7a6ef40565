//! A range of addresses, as operators write it: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.

use std::net::IpAddr;

use crate::domain::{Error, Result};

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    /// Reads a network; `setting` says where it was written.
    ///
    /// # Errors
    /// `INVALID` for what is none.
    pub(super) fn parse(text: &str, setting: &'static str) -> Result<Self> {
        let refusal = || {
            let message = format!("{text:?} is no network: write 10.0.0.0/8, 2001:db8::/32 or an address");
            Error::invalid(setting, "network", message)
        };
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| refusal())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse).map_err(|_| refusal())?;
        if bits > most { Err(refusal()) } else { Ok(Self { address, bits }) }
    }

    /// Whether the address is inside.
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - self.bits).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - self.bits).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_the_network_whose_bits_they_share() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("192.0.2.128/25", "::ffff:192.0.2.200", "192.0.2.127"),
            ("2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"),
            ("0.0.0.0/0", "203.0.113.9", "2001:db8::1"),
            ("::/0", "2001:db8::1", "203.0.113.9"),
        ] {
            let parsed = Network::parse(network, "x").unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!parsed.contains(outside.parse().unwrap()), "{outside} in {network}");
        }
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/x", "proxy", "::/129", "10.0.0.0/-1"] {
            assert!(Network::parse(wrong, "x").is_err(), "{wrong}");
        }
    }
}
