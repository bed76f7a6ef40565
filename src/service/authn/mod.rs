//! Who sent a request: checks what its `Authorization` header holds, whoever issued it.

mod applications;
mod development;
mod discovery;
mod issuer;
mod jwk;
mod key;
mod keys;
mod known;
mod rejected;
mod rules;
mod settings;
mod token;
mod verified;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;

use self::{
    applications::Applications, development::Development, issuer::Issuer, known::Known, token::Unverified,
    verified::Verified,
};
use super::{Services, signing};
use crate::{
    domain::{
        Error, Result,
        access::{Actor, Credential, Role},
    },
    kit::clock::Clock,
};

pub use applications::{Denied, Issued, TOKEN_LIFE};
pub use keys::{FETCHES, MAX_AGE, MIN_INTERVAL};
pub use rejected::{AUTHENTICATIONS, Reason, Rejected};
pub use rules::{IssuerSettings, RoleSettings};
pub use settings::{MIN_SECRET_BYTES, Settings};
pub use token::MAX_TOKEN_BYTES;

/// Checks credentials, and makes development tokens.
pub struct Authn {
    development: Option<Development>,
    development_name: String,
    applications: Applications,
    issuers: Vec<Issuer>,
    clock: Clock,
    services: Option<Services>,
    verified: Verified<Arc<Proven>>,
    published: Mutex<Option<Published>>,
}

/// Our public keys, and when they were looked up.
type Published = (DateTime<Utc>, Arc<Vec<serde_json::Value>>);

/// For how long our public keys are not looked up again: a key is published a day before it signs.
const KEYS_KEPT: TimeDelta = TimeDelta::seconds(10);

/// What was proven, and by whose keys.
#[derive(Debug)]
struct Proven {
    known: Known,
    /// The development issuer has none, since its key does not change.
    issuer: Option<Place>,
}

/// Whose keys prove a token.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Our own.
    Ours,
    /// Those of the issuer at that place of the configuration.
    Issuer(usize),
}

impl fmt::Debug for Authn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authn").field("issuers", &self.issuers).finish_non_exhaustive()
    }
}

impl Authn {
    /// A checker with these settings. Without services it knows the built-in roles only.
    ///
    /// # Errors
    /// `INVALID` naming what is wrong with the settings; `auth.secret` must be there.
    pub fn new(settings: &Settings, clock: Clock, services: Option<Services>) -> Result<Self> {
        let secret = settings.secret.as_ref().map(SecretString::expose_secret).unwrap_or_default();
        settings::long_enough(secret.as_bytes())?;
        let http = discovery::client()?;
        let rules = settings.rules()?;
        Ok(Self {
            development: settings.development.unwrap_or(false).then(|| {
                let (issuer, audience) = (&settings.issuer, &settings.audience);
                Development::new(secret.as_bytes(), issuer, audience, settings.leeway_seconds)
            }),
            development_name: settings.issuer.clone(),
            applications: Applications::new(
                &settings.public_url()?,
                &settings.audience,
                settings.leeway_seconds,
                services.as_ref(),
                &clock,
            ),
            issuers: rules.into_iter().map(|rules| Issuer::new(rules, &http, &clock)).collect(),
            clock,
            services,
            verified: Verified::new()?,
            published: Mutex::default(),
        })
    }

    /// Who sent the request with this `Authorization` header. A token that names a brand names it by id: it follows a brand that
    /// is renamed, and never reaches another one that takes the slug.
    ///
    /// # Errors
    /// `UNAUTHENTICATED` for anything but a credential that is proven, addressed and in time; `UNAVAILABLE` where it cannot be
    /// checked just now.
    pub async fn authenticate(&self, authorization: &[u8]) -> Result<Actor, Rejected> {
        let attempt = self.attempt(authorization).await;
        rejected::count(&attempt);
        attempt
    }

    /// Who sent the request with this `X-API-Key` header.
    ///
    /// # Errors
    /// As [`Self::authenticate`].
    pub async fn authenticate_key(&self, given: &[u8]) -> Result<Actor, Rejected> {
        let attempt = if key::looks_like_one(given) {
            self.attempt_with(given).await
        } else {
            Err(Rejected::malformed("what is in the X-Api-Key header is not an API key"))
        };
        rejected::count(&attempt);
        attempt
    }

    /// Counts a request that gave its credentials in a way that nobody can tell which are meant.
    #[must_use]
    pub fn ambiguous(&self) -> Rejected {
        let rejected = Rejected::malformed(
            "credentials were sent more than once: one Authorization header or one X-Api-Key header is enough",
        );
        rejected::count_refused(&rejected);
        rejected
    }

    /// A development token for the subject, for the time given from now on.
    ///
    /// # Errors
    /// `INVALID` for an empty subject or a time that is not positive, and where such tokens are not taken.
    pub fn mint(&self, subject: &str, role: Role, brand: Option<Uuid>, ttl: TimeDelta) -> Result<String> {
        let development = self.development.as_ref().ok_or_else(|| {
            let message = "development tokens are not taken here; set it to true, or make an API key";
            Error::invalid("auth.development", "disabled", message)
        })?;
        development.mint(subject, role, brand, ttl, self.clock.now())
    }

    /// A token for the application of that client id, where this is its secret: RFC 6749's client credentials. `scope` are names of
    /// its roles with spaces between; all of them where it is left out.
    ///
    /// # Errors
    /// Why it is denied.
    pub async fn issue(&self, client_id: &str, secret: &str, scope: Option<&str>) -> Result<Issued, Denied> {
        let issued = match &self.services {
            Some(services) => self.applications.issue(services, client_id, secret, scope).await,
            None => Err(Denied::Client(Reason::Secret.into())),
        };
        match &issued {
            Ok(_) => rejected::count(&Ok(())),
            Err(Denied::Client(rejected)) => rejected::count_refused(rejected),
            Err(Denied::Scope) => {}
        }
        issued
    }

    /// The `iss` of the tokens of applications: this server's address, as its clients know it.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.applications.issuer
    }

    /// The public keys that tokens of applications are proven with.
    ///
    /// # Errors
    /// `UNAVAILABLE` where the database cannot be reached.
    pub async fn published_keys(&self) -> Result<Arc<Vec<serde_json::Value>>> {
        let Some(services) = &self.services else { return Ok(Arc::default()) };
        let now = self.clock.now();
        let known = self.published.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((looked_at, keys)) = known
            && now < looked_at + KEYS_KEPT
        {
            return Ok(keys);
        }
        let keys = Arc::new(signing::published(services).await?);
        // None at all is what there is before the first token: not for long.
        if !keys.is_empty() {
            *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&keys)));
        }
        Ok(keys)
    }

    async fn attempt(&self, authorization: &[u8]) -> Result<Actor, Rejected> {
        self.attempt_with(bearer(authorization)?).await
    }

    async fn attempt_with(&self, token: &[u8]) -> Result<Actor, Rejected> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Reason::TooLarge.into());
        }
        if key::looks_like_one(token) {
            let services = self.services.as_ref().ok_or(Reason::Secret)?;
            return key::actor(services, token).await;
        }
        let proven = match self.verified.find(token).filter(|proven| self.still(proven)) {
            Some(proven) => proven,
            None => {
                let proven = Arc::new(self.prove(token).await?);
                // Not remembered where it is out of its time: nobody would ask again.
                proven.known.span.holds(self.clock.now())?;
                self.verified.remember(token, Arc::clone(&proven));
                proven
            }
        };
        // Asked every time: a token that was good is not so for ever.
        proven.known.span.holds(self.clock.now())?;
        match (&proven.known.credential, &self.services) {
            (Credential::Application(id), Some(services)) => {
                applications::actor(services, *id, &proven.known).await
            }
            (_, services) => proven.known.actor(services.as_ref()).await,
        }
    }

    /// Whether what was proven once still is: an issuer may have withdrawn the key.
    fn still(&self, proven: &Proven) -> bool {
        let keys = match proven.issuer {
            None => return true,
            Some(Place::Ours) => Some(&self.applications.keys),
            Some(Place::Issuer(place)) => self.issuers.get(place).map(|issuer| &issuer.keys),
        };
        keys.is_some_and(|keys| keys.still(proven.known.generation))
    }

    async fn prove(&self, token: &[u8]) -> Result<Proven, Rejected> {
        let token = Unverified::parse(token).map_err(|rejected| match rejected.reason {
            Reason::Malformed => Rejected::malformed("the token is neither a JSON Web Token nor an API key"),
            _ => rejected,
        })?;
        let name = token.issuer()?;
        if name == self.development_name {
            let development = self.development.as_ref().ok_or(Reason::Development)?;
            return Ok(Proven { known: development.verify(token)?, issuer: None });
        }
        if name == &*self.applications.issuer {
            let known = self.applications.verify(token).await?;
            return Ok(Proven { known, issuer: Some(Place::Ours) });
        }
        let found = self.issuers.iter().enumerate().find(|(_, issuer)| issuer.name() == name);
        let (place, issuer) = found.ok_or(Reason::UnknownIssuer)?;
        Ok(Proven { known: issuer.verify(token).await?, issuer: Some(Place::Issuer(place)) })
    }
}

/// The token in `Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(authorization: &[u8]) -> Result<&[u8], Rejected> {
    let space = authorization.iter().position(|byte| *byte == b' ').ok_or(Reason::Malformed)?;
    let (scheme, rest) = authorization.split_at(space);
    let token = rest.trim_ascii();
    if !scheme.eq_ignore_ascii_case(b"Bearer") || token.is_empty() {
        return Err(Reason::Malformed.into());
    }
    Ok(token)
}
