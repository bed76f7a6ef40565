//! Who sent a request: checks a bearer token (a JWT signed with HS256) and makes tokens for people and tests.

use std::{fmt, sync::Arc};

use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::verified::Verified;
use crate::{
    domain::{
        Code, Error, Result,
        access::{Actor, BrandScope, Credential, Principal, Role},
    },
    kit::clock::Clock,
};

/// The shortest secret, in bytes: as long as the output of the hash (RFC 7518, 3.2).
pub const MIN_SECRET_BYTES: usize = 32;

/// The section `auth` of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What tokens are signed with: at least 32 bytes. Required, except where the database is embedded.
    pub secret: Option<SecretString>,
    /// The issuer that a token must name (`iss`).
    pub issuer: String,
    /// The audience that a token must name (`aud`).
    pub audience: String,
    /// How far the clocks of issuer and server may differ, in seconds.
    pub leeway_seconds: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            secret: None,
            issuer: "brandgraph".to_owned(),
            audience: "brandgraph".to_owned(),
            leeway_seconds: 30,
        }
    }
}

/// Checks and makes tokens.
pub struct Authn {
    verifying: DecodingKey,
    signing: EncodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
    leeway: f64,
    clock: Clock,
    verified: Verified<Arc<Known>>,
}

/// What a verified token says, read once.
#[derive(Debug)]
struct Known {
    claims: Claims,
    roles: Vec<Role>,
}

/// What a token says. Times are seconds since 1970 (RFC 7519's `NumericDate`, which may have a fraction).
#[derive(Debug, Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    nbf: Option<f64>,
    roles: Vec<String>,
    brand: Option<Uuid>,
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

impl Settings {
    /// What is wrong with a secret that is given; that there must be one is [`Authn::new`]'s to say.
    ///
    /// # Errors
    /// `INVALID` naming `auth.secret`.
    pub fn check(&self) -> Result<()> {
        self.secret.as_ref().map_or(Ok(()), |secret| long_enough(secret.expose_secret().as_bytes()))
    }
}

fn long_enough(secret: &[u8]) -> Result<()> {
    if secret.len() >= MIN_SECRET_BYTES {
        return Ok(());
    }
    let message = format!("must have at least {MIN_SECRET_BYTES} bytes, but has {}", secret.len());
    Err(Error::invalid("auth.secret", "min_length", message))
}

impl fmt::Debug for Authn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authn")
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

impl Authn {
    /// A checker with these settings.
    ///
    /// # Errors
    /// `INVALID` naming `auth.secret` where it is missing or too short.
    pub fn new(settings: &Settings, clock: Clock) -> Result<Self> {
        let secret =
            settings.secret.as_ref().map(|secret| secret.expose_secret().as_bytes()).unwrap_or_default();
        long_enough(secret)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library compares with the system's clock; ours is a parameter.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            verifying: DecodingKey::from_secret(secret),
            signing: EncodingKey::from_secret(secret),
            validation,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            leeway: f64::from(settings.leeway_seconds),
            clock,
            verified: Verified::new()?,
        })
    }

    /// Who sent the request with this `Authorization` header. A token names its brand by id: it
    /// follows a brand that is renamed, and never reaches another one that takes the slug.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for anything but a bearer token that is signed, addressed and in time.
    pub fn authenticate(&self, authorization: &[u8]) -> Result<Actor> {
        let token = bearer(authorization)?;
        let known = self.verified.get_or_verify(token, || self.verify(token).map(Arc::new))?;
        // Asked every time: a token that was good is not so for ever.
        self.in_time(&known.claims)?;
        let brands = known.claims.brand.map_or(BrandScope::All, |id| BrandScope::Only(vec![id]));
        Ok(Actor::User(Principal {
            subject: known.claims.sub.clone(),
            credential: Credential::Token { issuer: self.issuer.as_str().into() },
            memberships: known.roles.iter().map(|role| role.within(brands.clone())).collect(),
            claims: Arc::default(),
        }))
    }

    /// A token for the subject, for the time given from now on.
    ///
    /// # Errors
    /// `INVALID` for an empty subject or a time that is not positive.
    pub fn mint(&self, subject: &str, role: Role, brand: Option<Uuid>, ttl: TimeDelta) -> Result<String> {
        if subject.is_empty() {
            return Err(Error::invalid("subject", "required", "must not be empty"));
        }
        if ttl <= TimeDelta::zero() {
            return Err(Error::invalid("ttl", "minimum", "must be longer than nothing"));
        }
        let now = self.clock.now();
        let expires = now
            .checked_add_signed(ttl)
            .ok_or_else(|| Error::invalid("ttl", "maximum", "is longer than time"))?;
        let minted = Minted {
            iss: &self.issuer,
            aud: &self.audience,
            sub: subject,
            iat: now.timestamp(),
            exp: expires.timestamp(),
            roles: [role.name()],
            brand,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &minted, &self.signing).map_err(Error::internal)
    }

    /// What no time changes: the signature and what the token says.
    fn verify(&self, token: &[u8]) -> Result<Known> {
        // One message for every defect but age: what exactly is wrong with a forged token is the forger's problem.
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation)
            .map_err(|error| refused("the token is not valid here").with_source(error))?
            .claims;
        self.in_time(&claims)?;
        if claims.sub.is_empty() {
            return Err(refused("the token names no subject"));
        }
        let roles = claims.roles.iter().map(|name| role(name)).collect::<Result<Vec<_>>>()?;
        Ok(Known { claims, roles })
    }

    fn in_time(&self, claims: &Claims) -> Result<()> {
        let now = seconds(self.clock.now().timestamp());
        if claims.exp + self.leeway <= now {
            return Err(refused("the token has expired"));
        }
        if claims.nbf.is_some_and(|nbf| nbf - self.leeway > now) {
            return Err(refused("the token is not valid yet"));
        }
        Ok(())
    }
}

/// The token in `Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(authorization: &[u8]) -> Result<&[u8]> {
    let wanted = || refused("the Authorization header must be: Bearer, a space, a token");
    let space = authorization.iter().position(|byte| *byte == b' ').ok_or_else(wanted)?;
    let (scheme, rest) = authorization.split_at(space);
    let token = rest.trim_ascii();
    if !scheme.eq_ignore_ascii_case(b"Bearer") || token.is_empty() {
        return Err(wanted());
    }
    Ok(token)
}

fn role(name: &str) -> Result<Role> {
    Role::find(name).ok_or_else(|| refused("the token names a role that does not exist"))
}

fn refused(message: &str) -> Error {
    Error::new(Code::Unauthenticated, message)
}

/// Exact up to the year 285 million.
#[expect(clippy::cast_precision_loss, reason = "a timestamp is far below 2^53")]
fn seconds(timestamp: i64) -> f64 {
    timestamp as f64
}
