//! The keys that tokens of applications are signed with (EdDSA): made, published ahead, replaced in time, removed when done.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Caller, Services, Unit};
use crate::{
    domain::{Code, Error, Result, change::Changed, event::Event},
    kit::id,
    queue::NewJob,
    store::{self, signing_key::Row},
};

/// The job that replaces keys in time; it has no payload.
pub const ROTATE: &str = "signing_key.rotate";

/// How long a key signs.
pub const PERIOD: TimeDelta = TimeDelta::days(30);
/// How long a key is published before it signs, so that whoever keeps the published keys has it by then.
pub const PUBLISHED_AHEAD: TimeDelta = TimeDelta::days(1);
/// How long a key that signs no more is still published: longer than its last token is good, whatever clocks say.
pub const KEPT_AFTER: TimeDelta = TimeDelta::hours(1);
/// How often it is looked whether a key is to be made or removed.
const AGAIN: TimeDelta = TimeDelta::hours(1);

/// A key that can sign.
pub(super) struct Signer {
    kid: String,
    pair: Ed25519KeyPair,
}

impl Signer {
    /// A JWT of these claims (RFC 9068).
    pub(super) fn sign(&self, claims: &Value) -> String {
        let head = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.kid});
        let signed = [&head, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = BASE64_URL_SAFE_NO_PAD.encode(self.pair.sign(signed.as_bytes()).as_ref());
        format!("{signed}.{signature}")
    }
}

/// The public keys, as they are published (RFC 7517, RFC 8037).
///
/// # Errors
/// As the database refuses.
pub async fn published(services: &Services) -> Result<Vec<Value>> {
    let keys = store::signing_key::load(&services.db).await?;
    Ok(keys
        .iter()
        .map(|key| {
            let x = BASE64_URL_SAFE_NO_PAD.encode(&key.public_key);
            json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.id.to_string(), "x": x})
        })
        .collect())
}

/// The key that signs now; it is made where there is none.
///
/// # Errors
/// As the database refuses.
pub(super) async fn signer(services: &Services) -> Result<Signer> {
    for _ in 0..2 {
        let keys = store::signing_key::load(&services.db).await?;
        if let Some(signer) = newest(services, &keys, services.clock.now()) {
            return Ok(signer);
        }
        rotate(services, &Caller::system("signing")).await?;
    }
    Err(Error::new(Code::Unavailable, "there is no key to sign with"))
}

/// The newest key whose time has come and that can be opened: one that was sealed with another `auth.secret` cannot.
fn newest(services: &Services, keys: &[Row], now: DateTime<Utc>) -> Option<Signer> {
    keys.iter().rev().filter(|key| key.signs_from <= now).find_map(|key| open(services, key))
}

fn open(services: &Services, key: &Row) -> Option<Signer> {
    let private = services.vault.sealing.open(&key.sealed_key, key.id.as_bytes()).ok()?;
    Some(Signer { kid: key.id.to_string(), pair: Ed25519KeyPair::from_pkcs8(&private).ok()? })
}

/// Makes the next key where it is time, removes those whose last token is over, and enqueues the next look.
///
/// # Errors
/// As the database refuses; then nothing was changed.
pub async fn rotate(services: &Services, caller: &Caller) -> Result<()> {
    let mut unit = Unit::begin(services, caller).await?;
    let now = unit.now();
    let keys = store::signing_key::lock(unit.tx()).await?;
    if newest(services, &keys, now).is_none() {
        add(services, &mut unit, now).await?;
    } else if keys.last().is_some_and(|last| last.signs_from + PERIOD - PUBLISHED_AHEAD <= now) {
        add(services, &mut unit, now + PUBLISHED_AHEAD).await?;
    }
    for (key, next) in keys.iter().zip(keys.iter().skip(1)) {
        if next.signs_from + KEPT_AFTER <= now {
            store::signing_key::delete(unit.tx(), key.id).await?;
            unit.record(Event::everywhere("signing_key.deleted", Changed { id: key.id, version: 1 }));
        }
    }
    unit.enqueue(look(now + AGAIN));
    unit.commit().await
}

async fn add(services: &Services, unit: &mut Unit, signs_from: DateTime<Utc>) -> Result<()> {
    let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
    let private = pair.to_pkcs8().map_err(Error::internal)?;
    let id = id::new(unit.now());
    let sealed_key = services.vault.sealing.seal(private.as_ref(), id.as_bytes()).map_err(Error::internal)?;
    let key = Row { id, public_key: pair.public_key().as_ref().to_vec(), sealed_key, signs_from };
    store::signing_key::insert(unit.tx(), &key, unit.now()).await?;
    let made = Event::everywhere("signing_key.created", Changed { id, version: 1 });
    unit.record(made.with("signsFrom", signs_from.to_rfc3339()));
    Ok(())
}

/// Makes sure that somebody looks after the keys; where a look is waiting already, nothing happens.
///
/// # Errors
/// As the database refuses.
pub async fn watch(services: &Services, caller: &Caller) -> Result<()> {
    let mut unit = Unit::begin(services, caller).await?;
    unit.enqueue(look(unit.now()));
    unit.commit().await
}

fn look(at: DateTime<Utc>) -> NewJob {
    NewJob { kind: ROTATE, payload: json!({}), dedupe_key: Some("signing_key".to_owned()), run_at: Some(at) }
}
