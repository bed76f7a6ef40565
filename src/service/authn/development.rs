//! The development issuer: tokens signed with the installation's own secret (HS256), for a try, a test, a first run.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{
    known::{Held, Known},
    rejected::{Reason, Rejected},
    token::{self, Span, Unverified},
};
use crate::domain::{
    Error, Result,
    access::{BrandScope, Credential, Role},
};

/// Checks and makes development tokens.
pub(super) struct Development {
    verifying: DecodingKey,
    signing: EncodingKey,
    issuer: Arc<str>,
    audience: [String; 1],
    leeway_seconds: u32,
}

/// What a token made here says.
#[derive(Serialize)]
struct Minted<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    iat: i64,
    exp: i64,
    roles: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    brand: Option<Uuid>,
}

impl Development {
    /// The issuer that signs with a secret.
    pub(super) fn new(secret: &[u8], issuer: &str, audience: &str, leeway_seconds: u32) -> Self {
        Self {
            verifying: DecodingKey::from_secret(secret),
            signing: EncodingKey::from_secret(secret),
            issuer: issuer.into(),
            audience: [audience.to_owned()],
            leeway_seconds,
        }
    }

    /// A token for the subject, for the time given from now on.
    pub(super) fn mint(
        &self,
        subject: &str,
        role: Role,
        brand: Option<Uuid>,
        ttl: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<String> {
        if subject.is_empty() {
            return Err(Error::invalid("subject", "required", "must not be empty"));
        }
        if ttl <= TimeDelta::zero() {
            return Err(Error::invalid("ttl", "minimum", "must be longer than nothing"));
        }
        let expires = now
            .checked_add_signed(ttl)
            .ok_or_else(|| Error::invalid("ttl", "maximum", "is longer than time"))?;
        let [audience] = &self.audience;
        let minted = Minted {
            iss: &self.issuer,
            aud: audience,
            sub: subject,
            iat: now.timestamp(),
            exp: expires.timestamp(),
            roles: [role.name()],
            brand,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &minted, &self.signing).map_err(Error::internal)
    }

    /// What a token says that this issuer is named in.
    pub(super) fn verify(&self, token: Unverified<'_>) -> Result<Known, Rejected> {
        if token.algorithm() != Some(Algorithm::HS256) {
            return Err(Reason::Algorithm.into());
        }
        let claims = token.verify(&self.verifying, Algorithm::HS256)?;
        token::addressed(&claims, &self.audience)?;
        let roles = claims.get("roles").and_then(Value::as_array).ok_or(Reason::Claims)?;
        let roles = roles.iter().map(|role| role.as_str().map(str::to_owned)).collect::<Option<_>>();
        let brands = match claims.get("brand") {
            None => BrandScope::All,
            Some(brand) => {
                let id = brand.as_str().and_then(|text| Uuid::try_parse(text).ok()).ok_or(Reason::Claims)?;
                BrandScope::Only(vec![id])
            }
        };
        Ok(Known {
            subject: token::subject(&claims)?,
            credential: Credential::Token { issuer: Arc::clone(&self.issuer) },
            held: vec![Held { roles: roles.ok_or(Reason::Claims)?, brands }],
            strict: true,
            span: Span::of(&claims, self.leeway_seconds)?,
            claims: Arc::new(claims),
            generation: 0,
        })
    }
}
