//! What an OpenID Connect issuer publishes about itself: its document and its keys, asked for within bounds.

use std::{fmt, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::rules::{loopback, trusted_address};
use crate::domain::{Code, Error, Result};

/// The largest document that is read. Bytes.
const MAX_BYTES: usize = 256 * 1024;
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(3);
/// How long one answer may take, the connection included.
const ANSWER: Duration = Duration::from_secs(5);

/// Where the document is, below the issuer.
const DOCUMENT: &str = "/.well-known/openid-configuration";

#[derive(serde::Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

#[derive(serde::Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

/// The client that asks: it is sent nowhere else, since where keys come from is what the trust rests on.
///
/// # Errors
/// `INTERNAL` where TLS cannot be set up.
pub(super) fn client() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .user_agent(concat!("brandgraph/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(Error::internal)
}

/// The keys that an issuer publishes now.
///
/// # Errors
/// `UPSTREAM_UNAVAILABLE`, saying what came instead.
pub(super) async fn keys(client: &reqwest::Client, issuer: &str) -> Result<Vec<Value>> {
    let address = format!("{}{DOCUMENT}", issuer.trim_end_matches('/'));
    let url = trusted_address(&address).map_err(|why| wrong(&address, why))?;
    let document: Document = get(client, url.clone()).await?;
    if document.issuer != issuer {
        return Err(wrong(&address, format_args!("is of the issuer {:?}", document.issuer)));
    }
    let url = keys_address(&url, &document.jwks_uri).map_err(|why| {
        wrong(&address, format_args!("names the keys {:?}, which {why}", document.jwks_uri))
    })?;
    let keys: Keys = get(client, url).await?;
    Ok(keys.keys)
}

/// Where the keys are. What others say has this server ask nobody on its own machine.
fn keys_address(issuer: &Url, named: &str) -> Result<Url, &'static str> {
    let url = trusted_address(named)?;
    if loopback(&url) && !loopback(issuer) {
        return Err("is a loopback address, and the issuer's own is not");
    }
    Ok(url)
}

async fn get<T: DeserializeOwned>(client: &reqwest::Client, url: Url) -> Result<T> {
    let broken = |error: reqwest::Error| wrong(&url, "did not answer").with_source(error);
    let mut response = client.get(url.clone()).send().await.map_err(broken)?;
    if response.status() != http::StatusCode::OK {
        return Err(wrong(&url, format_args!("answered {}", response.status())));
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MAX_BYTES {
            return Err(wrong(&url, format_args!("is larger than {MAX_BYTES} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body)
        .map_err(|error| wrong(&url, "is not as such a document must be").with_source(error))
}

fn wrong(what: impl fmt::Display, why: impl fmt::Display) -> Error {
    Error::new(Code::UpstreamUnavailable, format!("{what} {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_issuer_on_this_machine_has_its_keys_there() {
        let [far, near] =
            ["https://issuer.example", "http://127.0.0.1:9"].map(|text| Url::parse(text).unwrap());
        for named in [
            "http://127.0.0.1:8080/keys",
            "http://localhost/keys",
            "https://localhost/keys",
            "https://a.localhost/keys",
            "https://[::1]/keys",
            "https://[::ffff:127.0.0.1]/keys",
        ] {
            assert!(keys_address(&far, named).is_err(), "{named}");
        }
        assert!(keys_address(&near, "http://127.0.0.1:8080/keys").is_ok());
        assert!(keys_address(&far, "https://keys.example/all").is_ok());
        assert!(keys_address(&near, "http://keys.example/all").is_err());
    }
}
