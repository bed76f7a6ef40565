//! The secrets of one source, and the header that they become.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret, SecretString};

use super::{connector::Connector, spec::AuthSpec};
use crate::domain::{Error, Result};

/// The secrets of one source by name; they never appear in `Debug`, logs or errors.
#[derive(Debug, Clone, Default)]
pub struct Credentials(BTreeMap<String, SecretString>);

impl FromIterator<(String, SecretString)> for Credentials {
    fn from_iter<I: IntoIterator<Item = (String, SecretString)>>(secrets: I) -> Self {
        Self(secrets.into_iter().collect())
    }
}

impl Credentials {
    fn get(&self, name: &str) -> Result<&str> {
        match self.0.get(name).map(ExposeSecret::expose_secret) {
            Some(secret) if !secret.is_empty() => Ok(secret),
            _ => Err(Error::invalid(
                format!("credentials.{name}"),
                "required",
                format!("the connector needs the credential `{name}`, but the source has none"),
            )),
        }
    }

    /// Puts stars where a secret stands in a text that somebody else wrote.
    #[must_use]
    pub fn redact(&self, text: &str) -> String {
        let secrets = self.0.values().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }

    /// The headers of every request: those of the connector, and the one that proves who is asking.
    ///
    /// # Errors
    /// `INVALID` naming the credential that is missing or the header that is none.
    pub fn headers(&self, connector: &Connector) -> Result<HeaderMap> {
        let mut headers = HeaderMap::new();
        for (name, value) in &connector.headers {
            let path = format!("headers.{name}");
            headers.insert(header_name(name, &path)?, header_value(value, &path)?);
        }
        let proof = match &connector.auth {
            AuthSpec::None => None,
            AuthSpec::Bearer(bearer) => {
                let value = format!("Bearer {}", self.get(&bearer.credential)?);
                Some((AUTHORIZATION, header_value(&value, &format!("credentials.{}", bearer.credential))?))
            }
            AuthSpec::Basic(basic) => {
                let pair = format!("{}:{}", self.get(&basic.username)?, self.get(&basic.password)?);
                Some((
                    AUTHORIZATION,
                    header_value(&format!("Basic {}", STANDARD.encode(pair)), "credentials")?,
                ))
            }
            AuthSpec::Header(header) => {
                let value = format!("{}{}", header.prefix, self.get(&header.credential)?);
                let value = header_value(&value, &format!("credentials.{}", header.credential))?;
                Some((header_name(&header.name, "auth.header.name")?, value))
            }
        };
        if let Some((name, mut value)) = proof {
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(headers)
    }
}

fn header_name(text: &str, path: &str) -> Result<HeaderName> {
    text.parse().map_err(|fault: http::header::InvalidHeaderName| {
        Error::invalid(path, "header", "is no name of a header").with_source(fault)
    })
}

fn header_value(text: &str, path: &str) -> Result<HeaderValue> {
    // Neither message nor source may hold the value: it can be the secret.
    HeaderValue::from_str(text)
        .map_err(|_| Error::invalid(path, "header", "holds a character that no header may hold"))
}
