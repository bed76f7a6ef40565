//! Where the stable address of an asset leads, for a while: to the store, to another server, or to a service that makes variants.

mod images;

pub use images::Settings;

use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Caller, Services, credential};
use crate::{
    domain::{
        Code, Error, Result,
        access::{Actor, Credential, Permission},
        asset::FileUrl,
        credential::Family,
        node::{Kind, NodeId},
        variant::Variant,
    },
    objects::{Disposition, Get, Key, Life},
    service::upload::MAX_SIGNED_SECONDS,
    store::{self, asset::Served},
};

/// The address of an asset's file, or of a variant of it; nobody may keep it.
///
/// # Errors
/// `UNAUTHENTICATED`, `FORBIDDEN`, also outside of the window of its rights; `NOT_FOUND`; `INVALID` for a variant of a file that is
/// elsewhere.
pub async fn address(
    services: &Services,
    caller: &Caller,
    id: Uuid,
    variant: Option<Variant>,
) -> Result<String> {
    let grant = caller.actor.grant(Permission::AssetRead)?;
    let found = store::asset::get_served(&services.db, &grant, id).await?;
    let now = services.clock.now();
    shown(&found, now)?;
    let life = Life {
        from: now,
        lasts: life(
            now,
            services.media.settings.get_seconds,
            [found.rights_until, credential_end(services, &caller.actor).await?],
        ),
    };
    let source = match &found.key {
        // The image service gets whatever is signed for it: an address that somebody typed may lead into our own network.
        None if variant.is_some() => {
            return Err(Error::invalid(
                "id",
                "not_kept",
                "there are variants only of files that are kept here",
            ));
        }
        // What an import said of a file that was kept elsewhere, and is not here yet.
        None if found.url == FileUrl::own(NodeId::new(Kind::Asset, id)).as_str() => {
            return Err(Error::not_found("the file of this asset"));
        }
        None => found.url.clone(),
        Some(key) => {
            let get = get(&found, Key::stored(key.clone()));
            services.media.store()?.presign_get(&get, life).await?.url
        }
    };
    match variant {
        None => Ok(source),
        Some(variant) => images::address(&services.media.images, &source, &variant, life),
    }
}

/// Passes while a file may be shown.
///
/// # Errors
/// `FORBIDDEN` outside of the window of its rights.
pub(super) fn shown(found: &Served, now: DateTime<Utc>) -> Result<()> {
    if found.rights_from.is_some_and(|from| now < from) {
        return Err(Error::new(Code::Forbidden, "this file may not be shown yet"));
    }
    if found.rights_until.is_some_and(|until| until <= now) {
        return Err(Error::new(Code::Forbidden, "this file may not be shown any more"));
    }
    Ok(())
}

/// How long an address is good: no longer than its rights, than what its asker proved it with, and than stores know.
fn life(now: DateTime<Utc>, usual_seconds: u64, ends: [Option<DateTime<Utc>>; 2]) -> Duration {
    let usual = Duration::from_secs(usual_seconds.min(MAX_SIGNED_SECONDS));
    let left = |end: DateTime<Utc>| (end - now).to_std().unwrap_or_default();
    let least = ends.into_iter().flatten().map(left).fold(usual, Duration::min);
    // A signature counts whole seconds, and one at the least.
    Duration::from_secs(least.as_secs().max(1))
}

/// When what the actor proved itself with ends.
async fn credential_end(services: &Services, actor: &Actor) -> Result<Option<DateTime<Utc>>> {
    let Actor::User(who) = actor else { return Ok(None) };
    let of_token = || DateTime::from_timestamp(number(who.claims.get("exp")?)?, 0);
    match who.credential {
        Credential::ApiKey(id) => {
            let row = credential::find(services, Family::ApiKey, id).await?;
            Ok(row.and_then(|row| row.expires_at))
        }
        Credential::Application(id) => {
            let row = credential::find(services, Family::Application, id).await?;
            Ok(row.and_then(|row| row.expires_at).into_iter().chain(of_token()).min())
        }
        Credential::Token { .. } => Ok(of_token()),
    }
}

/// A moment as tokens write it: seconds, maybe with a fraction.
#[expect(clippy::cast_possible_truncation, reason = "a float saturates, and what is far away bounds nothing")]
fn number(value: &serde_json::Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64))
}

/// Drawings and pages run scripts: they are saved, never shown, and their type is not told.
fn get(found: &Served, key: Key) -> Get {
    let shown = ["image/", "video/", "audio/"].iter().any(|kind| found.media_type.starts_with(kind))
        && found.media_type != "image/svg+xml"
        || matches!(found.media_type.as_str(), "application/pdf" | "text/plain");
    let scripted = ["html", "xml", "svg", "script"].iter().any(|word| found.media_type.contains(word));
    Get {
        key,
        media_type: if scripted { "application/octet-stream".to_owned() } else { found.media_type.clone() },
        disposition: Disposition { inline: shown && !scripted, filename: found.filename.clone() },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_address_ends_with_whatever_ends_first() {
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let at = |seconds: i64| Some(now + TimeDelta::seconds(seconds));
        for (usual, ends, expected) in [
            (300, [None, None], 300),
            (300, [at(10), None], 10),
            (300, [at(500), at(20)], 20),
            (300, [None, at(-5)], 1),
            (30 * 86_400, [None, None], MAX_SIGNED_SECONDS),
        ] {
            assert_eq!(life(now, usual, ends).as_secs(), expected, "{ends:?}");
        }
    }

    #[test]
    fn what_runs_scripts_is_only_saved() {
        let served = |media_type: &str| Served {
            filename: "a".into(),
            media_type: media_type.into(),
            url: String::new(),
            key: None,
            rights_from: None,
            rights_until: None,
            brand_id: Uuid::nil(),
        };
        for (media_type, inline, told) in [
            ("image/png", true, "image/png"),
            ("image/svg+xml", false, "application/octet-stream"),
            ("text/html", false, "application/octet-stream"),
            ("application/xhtml+xml", false, "application/octet-stream"),
            ("text/csv", false, "text/csv"),
            ("application/pdf", true, "application/pdf"),
        ] {
            let got = get(&served(media_type), Key::stored("k".into()));
            assert_eq!((got.disposition.inline, got.media_type.as_str()), (inline, told), "{media_type}");
        }
    }
}
