//! Our own issuer: tokens that applications exchange their secret for (OAuth 2.0 client credentials), and their check.

use std::{fmt, sync::Arc};

use chrono::TimeDelta;
use futures::FutureExt;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    keys::Keys,
    known::{Held, Known, resolve},
    rejected::{Reason, Rejected},
    token::{self, Span, Unverified},
};
use crate::{
    domain::{
        access::{Actor, BrandScope, Credential, Principal},
        credential::Family,
        node::{Kind, NodeId},
    },
    kit::{clock::Clock, id},
    service::{Services, credential, signing},
};

/// How long a token of an application is good.
pub const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(10);

/// Issues and checks tokens of applications.
pub(super) struct Applications {
    pub(super) issuer: Arc<str>,
    audience: [String; 1],
    leeway_seconds: u32,
    pub(super) keys: Arc<Keys>,
}

impl fmt::Debug for Applications {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Applications").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A token that was issued.
pub struct Issued {
    /// The token.
    pub token: String,
    /// How long it is good. Seconds.
    pub expires_in: i64,
    /// The names of the roles that it is for, with spaces between.
    pub scope: String,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Why an application got no token.
#[derive(Debug)]
pub enum Denied {
    /// It is no application, or this is not its secret: RFC 6749's `invalid_client`.
    Client(Rejected),
    /// It asks for a role that it does not have: RFC 6749's `invalid_scope`.
    Scope,
}

impl Applications {
    pub(super) fn new(
        issuer: &str,
        audience: &str,
        leeway_seconds: u32,
        services: Option<&Services>,
        clock: &Clock,
    ) -> Self {
        let services = services.cloned();
        let fetch = Box::new(move || {
            let services = services.clone();
            async move {
                match services {
                    Some(services) => signing::published(&services).await,
                    None => Ok(Vec::new()),
                }
            }
            .boxed()
        });
        Self {
            issuer: issuer.into(),
            audience: [audience.to_owned()],
            leeway_seconds,
            keys: Keys::of_our_own(issuer.to_owned(), clock.clone(), fetch),
        }
    }

    /// A token for the application of that client id, where this is its secret.
    pub(super) async fn issue(
        &self,
        services: &Services,
        client_id: &str,
        secret: &str,
        scope: Option<&str>,
    ) -> Result<Issued, Denied> {
        let id = Uuid::try_parse(client_id).ok().filter(|id| id.simple().to_string() == client_id);
        // An id that is none is looked up like any other.
        let checked =
            credential::check(services, Family::Application, id.unwrap_or_default(), secret.as_bytes()).await;
        let row = checked.map_err(|error| Denied::Client(error.into()))?;
        let row = row.ok_or_else(|| Denied::Client(Reason::Secret.into()))?;
        let mut wanted: Vec<&str> = Vec::new();
        for word in scope.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            if wanted.contains(&word) {
                continue;
            }
            wanted.push(word);
            if wanted.len() > row.roles.len() {
                return Err(Denied::Scope);
            }
        }
        if wanted.iter().any(|word| !row.roles.iter().any(|role| role == word)) {
            return Err(Denied::Scope);
        }
        let scope = if wanted.is_empty() { row.roles.join(" ") } else { wanted.join(" ") };
        let now = services.clock.now();
        let [audience] = &self.audience;
        let claims = json!({
            "iss": &*self.issuer,
            "aud": audience,
            "sub": client_id,
            "client_id": client_id,
            "iat": now.timestamp(),
            "exp": (now + TOKEN_LIFE).timestamp(),
            "jti": id::new(now).to_string(),
            "scope": scope,
        });
        let signer = signing::signer(services).await.map_err(|error| Denied::Client(error.into()))?;
        Ok(Issued { token: signer.sign(&claims), expires_in: TOKEN_LIFE.num_seconds(), scope })
    }

    /// What a token says that this issuer is named in.
    pub(super) async fn verify(&self, token: Unverified<'_>) -> Result<Known, Rejected> {
        if token.algorithm() != Some(Algorithm::EdDSA) {
            return Err(Reason::Algorithm.into());
        }
        let kid = token.kid().ok_or(Reason::UnknownKey)?.to_owned();
        let published = self.keys.with(Some(&kid), Algorithm::EdDSA).await?;
        let key = published.set.find(Some(&kid), Algorithm::EdDSA).ok_or(Reason::UnknownKey)?;
        let claims = token.verify(&key.decoding, Algorithm::EdDSA)?;
        token::addressed(&claims, &self.audience)?;
        let subject = token::subject(&claims)?;
        let id = Uuid::try_parse(&subject).map_err(|_| Reason::Claims)?;
        let scope = claims.get("scope").and_then(Value::as_str).ok_or(Reason::Claims)?;
        Ok(Known {
            subject: NodeId::new(Kind::Application, id).to_string(),
            credential: Credential::Application(id),
            held: vec![Held {
                roles: scope.split(' ').map(str::to_owned).collect(),
                brands: BrandScope::Only(Vec::new()),
            }],
            strict: false,
            span: Span::of(&claims, self.leeway_seconds)?,
            claims: Arc::new(claims),
            generation: published.generation,
        })
    }
}

/// Who that is, as the application is now: what was taken from it since the token was issued, the token has no more.
///
/// # Errors
/// `Secret` where the application was taken back, or its end has come.
pub(super) async fn actor(services: &Services, id: Uuid, known: &Known) -> Result<Actor, Rejected> {
    let row = credential::find(services, Family::Application, id).await?.ok_or(Reason::Secret)?;
    let wanted = |role: &&String| known.held.iter().any(|held| held.roles.contains(role));
    let mut memberships = Vec::new();
    // Each once, however often the token names it.
    for role in row.roles.iter().filter(wanted) {
        match resolve(Some(services), &Held { roles: vec![role.clone()], brands: row.scope() }).await {
            Err(rejected) if rejected.reason == Reason::Role => {}
            resolved => memberships.extend(resolved?),
        }
    }
    Ok(Actor::User(Principal {
        subject: known.subject.clone(),
        credential: known.credential.clone(),
        memberships: memberships.into(),
        claims: Arc::clone(&known.claims),
    }))
}
