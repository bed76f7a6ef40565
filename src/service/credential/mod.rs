//! Makes, rotates and takes back API keys and applications, and checks their secrets.

mod known;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Caller, Services, Unit, roles};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Actor, BrandScope, Credential, Permission},
        change::{Changed, check_version},
        credential::{Family, NewCredential, may_give, owner, write_key},
        event::Event,
    },
    kit::{
        id,
        secret::{self, Tag},
    },
    store::{self, credential::Row},
};

pub use known::{KnownCredentials, REVOKED_AFTER, USE_NOTED_EVERY};

/// A credential with its secret, which is told this once.
pub struct Made {
    /// The credential.
    pub changed: Changed,
    /// For a key the whole key, as its bearer gives it; for an application the client's secret.
    pub secret: String,
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Made").field("changed", &self.changed).finish_non_exhaustive()
    }
}

/// Makes a credential. Nobody makes one that may do more than they may, nor one that lives longer than the key or application that
/// they ask with.
///
/// # Errors
/// `NOT_FOUND` for a brand that there is none of, `FORBIDDEN` for a role that is not theirs to give, `INVALID` for an unknown role
/// or an end that has passed or comes too late.
pub async fn create(
    services: &Services,
    caller: &Caller,
    family: Family,
    new: NewCredential,
) -> Result<Made> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let end = end_of(services, &caller.actor).await?;
    let unit = Unit::begin(services, caller).await?;
    let now = unit.now();
    if outlives(new.expires_at, end) {
        let message = "must not be later than the end of the credential that you ask with";
        return Err(Error::invalid("expiresAt", "outlives", message));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Error::invalid("expiresAt", "past", "must be to come"));
    }
    if let BrandScope::Only(brands) = &new.brands {
        for brand in brands {
            store::brand::hold(unit.tx(), &grant, *brand).await?;
        }
        store::credential::hold_names(unit.tx(), brands).await?;
    }
    may_give(caller.actor.memberships(), &roles::resolve(services, &new.roles, &new.brands).await?)?;
    let id = id::new(now);
    let secret = chance()?;
    let row =
        store::credential::insert(unit.tx(), &grant, family, id, &new, hash(services, id, &secret), now)
            .await?;
    finish(services, unit, family, "created", &row).await.map(|changed| made(family, changed, &secret))
}

/// Gives a credential another secret; the one it has stays good for a while. Whoever gets to know the secret may do what the
/// credential may, so that the same is asked of them as for making it.
///
/// # Errors
/// As [`create`]; `NOT_FOUND` where there is none or it was taken back, `CONFLICT` for another version or where it has ended.
pub async fn rotate(
    services: &Services,
    caller: &Caller,
    family: Family,
    id: Uuid,
    expected_version: Option<i32>,
    overlap: TimeDelta,
) -> Result<Made> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let end = end_of(services, &caller.actor).await?;
    let unit = Unit::begin(services, caller).await?;
    let now = unit.now();
    let row = store::credential::lock(unit.tx(), &grant, family, id).await?;
    check_version(expected_version, row.version)?;
    if row.expires_at.is_some_and(|at| at <= now) {
        let message = "this has ended, and a new secret would open nothing; make another";
        return Err(Error::new(Code::Conflict, message));
    }
    if outlives(row.expires_at, end) {
        let message = "this lives longer than the credential that you ask with";
        return Err(Error::new(Code::Forbidden, message));
    }
    may_give(caller.actor.memberships(), &roles::resolve(services, &row.roles, &row.scope()).await?)?;
    let secret = chance()?;
    let hash = hash(services, id, &secret);
    let row = store::credential::rotate(unit.tx(), family, &row, hash, now + overlap, now).await?;
    finish(services, unit, family, "rotated", &row).await.map(|changed| made(family, changed, &secret))
}

/// Takes a credential back: in this process at once, in others within [`REVOKED_AFTER`]. Whoever could not make it does not take it
/// back either: an admin of a brand does not lock out its owners.
///
/// # Errors
/// `FORBIDDEN` for a role that is not theirs to give, `NOT_FOUND` where there is none or it was taken back, `CONFLICT` for another version.
pub async fn revoke(
    services: &Services,
    caller: &Caller,
    family: Family,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Changed> {
    let grant = caller.actor.grant(Permission::AccessManage)?;
    let unit = Unit::begin(services, caller).await?;
    let row = store::credential::lock(unit.tx(), &grant, family, id).await?;
    check_version(expected_version, row.version)?;
    // A role that is gone gives nothing, and is in nobody's way.
    for role in &row.roles {
        match roles::resolve(services, std::slice::from_ref(role), &row.scope()).await {
            Err(error) if error.code() == Code::Invalid => {}
            resolved => may_give(caller.actor.memberships(), &resolved?)?,
        }
    }
    let row = store::credential::revoke(unit.tx(), family, &row, unit.now()).await?;
    finish(services, unit, family, "revoked", &row).await
}

/// The credential of that id, where this is its secret and it is good now. Whether there is one takes the same time to find out.
///
/// # Errors
/// As the database refuses.
pub async fn check(
    services: &Services,
    family: Family,
    id: Uuid,
    secret: &[u8],
) -> Result<Option<std::sync::Arc<Row>>> {
    let given = services.vault.pepper.tag(&[id.as_bytes(), secret]);
    let now = services.clock.now();
    let mut found = services.credentials.find(services, family, id).await?;
    if !fits(&given, found.as_deref(), now) {
        found = services.credentials.find_again(services, family, id).await?;
        if !fits(&given, found.as_deref(), now) {
            return Ok(None);
        }
    }
    services.credentials.note_use(services, family, id);
    Ok(found)
}

/// Whether this is a secret of the credential, and it is good now.
fn fits(given: &Tag, row: Option<&Row>, now: DateTime<Utc>) -> bool {
    let absent = Tag::default();
    let current = row.map_or(absent.as_slice(), |row| &row.secret_hash);
    let previous = row.and_then(|row| row.previous_hash.as_deref()).unwrap_or(&absent);
    // Both are compared in every case.
    let (is_current, is_previous) = (secret::same(given, current), secret::same(given, previous));
    let overlapping = row.and_then(|row| row.previous_until).is_some_and(|until| now < until);
    row.is_some_and(|row| in_force(row, now)) && (is_current || (is_previous && overlapping))
}

/// The credential of that id, where it is good now: for a token that its secret was exchanged for.
///
/// # Errors
/// As the database refuses.
pub async fn find(services: &Services, family: Family, id: Uuid) -> Result<Option<std::sync::Arc<Row>>> {
    let found = services.credentials.find(services, family, id).await?;
    Ok(found.filter(|row| in_force(row, services.clock.now())))
}

/// When the key or application ends that somebody asks with, where it does. Tokens of others end by their issuer's say.
///
/// # Errors
/// As the database refuses.
pub(super) async fn end_of(services: &Services, actor: &Actor) -> Result<Option<DateTime<Utc>>> {
    let Actor::User(who) = actor else { return Ok(None) };
    let found = match who.credential {
        Credential::Token { .. } => return Ok(None),
        Credential::ApiKey(id) => find(services, Family::ApiKey, id).await?,
        Credential::Application(id) => find(services, Family::Application, id).await?,
    };
    // One that has ended meanwhile makes nothing any more.
    Ok(found.map_or_else(|| Some(services.clock.now()), |row| row.expires_at))
}

fn outlives(wanted: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> bool {
    end.is_some_and(|end| wanted.is_none_or(|at| at > end))
}

fn in_force(row: &Row, now: DateTime<Utc>) -> bool {
    row.revoked_at.is_none() && row.expires_at.is_none_or(|at| now < at)
}

fn chance() -> Result<String> {
    secret::random().map(|bytes| secret::hex(&bytes)).map_err(Error::internal)
}

fn hash(services: &Services, id: Uuid, secret: &str) -> Tag {
    services.vault.pepper.tag(&[id.as_bytes(), secret.as_bytes()])
}

fn made(family: Family, changed: Changed, secret: &str) -> Made {
    let secret = match family {
        Family::ApiKey => write_key(changed.id, secret),
        Family::Application => secret.to_owned(),
    };
    Made { changed, secret }
}

async fn finish(
    services: &Services,
    mut unit: Unit,
    family: Family,
    happened: &str,
    row: &Row,
) -> Result<Changed> {
    let changed = Changed { id: row.id, version: row.version };
    let kind = match (family, happened) {
        (Family::ApiKey, "created") => "api_key.created",
        (Family::ApiKey, "rotated") => "api_key.rotated",
        (Family::ApiKey, _) => "api_key.revoked",
        (Family::Application, "created") => "application.created",
        (Family::Application, "rotated") => "application.rotated",
        (Family::Application, _) => "application.revoked",
    };
    unit.record(match owner(&row.scope()) {
        Some(brand) => Event::of(kind, brand, changed),
        None => Event::everywhere(kind, changed),
    });
    unit.commit().await?;
    services.credentials.forget(family, row.id);
    Ok(changed)
}
