//! One OpenID Connect issuer: proves its tokens with the keys it publishes and says what their claims come to here.

use std::sync::Arc;

use futures::FutureExt;

use super::{
    discovery,
    keys::Keys,
    known::Known,
    rejected::{Reason, Rejected},
    rules::Rules,
    token::{self, Span, Unverified},
};
use crate::{domain::access::Credential, kit::clock::Clock};

/// An issuer whose tokens are taken.
#[derive(Debug)]
pub(super) struct Issuer {
    rules: Rules,
    name: Arc<str>,
    pub(super) keys: Arc<Keys>,
}

impl Issuer {
    /// An issuer; it is asked for its keys when its first token comes.
    pub(super) fn new(rules: Rules, http: &reqwest::Client, clock: &Clock) -> Self {
        let (http, address) = (http.clone(), rules.issuer.clone());
        let fetch = Box::new(move || {
            let (http, address) = (http.clone(), address.clone());
            async move { discovery::keys(&http, &address).await }.boxed()
        });
        let keys = Keys::new(rules.issuer.clone(), rules.max_stale, clock.clone(), fetch);
        Self { name: rules.issuer.as_str().into(), rules, keys }
    }

    /// The `iss` of its tokens.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a token says that this issuer is named in.
    pub(super) async fn verify(&self, token: Unverified<'_>) -> Result<Known, Rejected> {
        // The issuer's list first, then the key's own kind: the token has a wish, no say.
        let algorithm =
            token.algorithm().filter(|it| self.rules.algorithms.contains(it)).ok_or(Reason::Algorithm)?;
        let kid = token.kid().map(str::to_owned);
        let published = self.keys.with(kid.as_deref(), algorithm).await?;
        let key = published.set.find(kid.as_deref(), algorithm).ok_or(Reason::UnknownKey)?;
        let claims = token.verify(&key.decoding, algorithm)?;
        token::addressed(&claims, &self.rules.audiences)?;
        Ok(Known {
            subject: token::subject(&claims)?,
            credential: Credential::Token { issuer: Arc::clone(&self.name) },
            held: self.rules.held(&claims)?,
            strict: false,
            span: Span::of(&claims, self.rules.leeway_seconds)?,
            claims: Arc::new(claims),
            generation: published.generation,
        })
    }
}
