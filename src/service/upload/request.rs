//! Asking to upload: what is promised is written down, and the client is told where to send the file.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::super::{Caller, Services, Unit};
use crate::{
    domain::{
        Error, Result,
        access::Permission,
        change::Changed,
        event::Event,
        upload::{RequestUpload, Sha256, State},
    },
    kit::id,
    objects::{Key, Life, Presigned, Put},
    store::{self, upload::Row},
};

/// An upload that was asked for.
#[derive(Debug, Clone)]
pub struct Requested {
    /// The upload.
    pub id: Uuid,
    /// Where to send the file, where it is sent in one request.
    pub put: Option<Presigned>,
}

/// Writes down what a client promises of a file. A large one gets a session of parts at the store.
///
/// # Errors
/// `NOT_FOUND` for an unknown brand, `INVALID` for a media type that is not taken, `LIMIT_EXCEEDED` for a file that is too large,
/// `UNAVAILABLE` without a store.
pub async fn request(services: &Services, caller: &Caller, command: RequestUpload) -> Result<Requested> {
    request_for(services, caller, command, None).await
}

/// The same, for an asset that is there already and has no file.
pub(super) async fn request_for(
    services: &Services,
    caller: &Caller,
    command: RequestUpload,
    asset: Option<Uuid>,
) -> Result<Requested> {
    services.media.alone(services)?;
    let grant = caller.actor.grant(Permission::AssetWrite)?;
    let (store, settings) = (services.media.store()?, &services.media.settings);
    if !settings.media_types.iter().any(|taken| taken == command.media_type.as_str()) {
        let message = format!("is not taken; there are {}", settings.media_types.join(", "));
        return Err(Error::invalid("mediaType", "media_type_refused", message));
    }
    if command.bytes > settings.max_bytes {
        return Err(Error::limit_at(
            "byteSize",
            ("max_bytes", "bytes of a file"),
            settings.max_bytes,
            command.bytes,
        ));
    }
    let cut = settings.cut(command.bytes);
    let now = services.clock.now();
    let id = id::new(now);
    let key = Key::file(command.brand_id, id);
    let session = match cut {
        None => None,
        Some(_) => {
            // Nothing is begun at the store for a brand that is not there.
            let unit = Unit::begin(services, caller).await?;
            store::brand::hold(unit.tx(), &grant, command.brand_id).await?;
            unit.rollback().await?;
            Some(store.begin(&key, command.media_type.as_str()).await?)
        }
    };
    let row = Row {
        id,
        brand_id: command.brand_id,
        state: State::Pending.name().to_owned(),
        filename: command.filename.into(),
        media_type: command.media_type.as_str().to_owned(),
        byte_size: i64::try_from(command.bytes).map_err(Error::internal)?,
        sha256: command.sha256.to_string(),
        draft: json!({
            "title": command.title.map(String::from),
            "alt": command.alt.map(String::from),
            "about": command.about,
            "asset": asset,
        }),
        key: key.to_string(),
        session,
        part_size: cut.map(|cut| i64::try_from(cut.part)).transpose().map_err(Error::internal)?,
        part_count: cut.map(|cut| i32::try_from(cut.count)).transpose().map_err(Error::internal)?,
        problem_code: None,
        problem: None,
        asset_id: None,
        version: 1,
        expires_at: now + TimeDelta::hours(i64::from(settings.wait_hours)),
        claim: None,
        joining_until: None,
    };
    let written = async {
        let mut unit = Unit::begin(services, caller).await?;
        store::brand::hold(unit.tx(), &grant, row.brand_id).await?;
        store::upload::insert(unit.tx(), &grant, &row, unit.now()).await?;
        unit.record(Event::of("upload.requested", row.brand_id, Changed { id, version: 1 }));
        unit.commit().await
    };
    if let Err(error) = written.await {
        if let Some(session) = &row.session
            && let Err(error) = store.abort(&key, session).await
        {
            tracing::warn!(%error, "a session of parts that nobody knows of stays at the store");
        }
        return Err(error);
    }
    if let Some(session) = row.session.clone() {
        let media = services.media.clone();
        services.once_taken_back(async move {
            if let Ok(store) = media.store()
                && let Err(error) = store.abort(&key, &session).await
            {
                tracing::warn!(%error, "a session of parts that nobody knows of stays at the store");
            }
        });
    }
    Ok(Requested { id, put: sign(services, &row).await? })
}

/// Where to send the file of an upload that waits for it; nothing where it is sent in parts, or no longer waited for.
///
/// # Errors
/// `UNAVAILABLE` without a store.
pub async fn sign(services: &Services, row: &Row) -> Result<Option<Presigned>> {
    if row.session.is_some() || row.state()? != State::Pending {
        return Ok(None);
    }
    let put = Put {
        key: Key::incoming(row.brand_id, row.id),
        bytes: row.bytes(),
        media_type: row.media_type.clone(),
        sha256: Sha256::parse(&row.sha256, "sha256")?.0,
    };
    services.media.store()?.presign_put(&put, life(services, row)).await.map(Some)
}

/// How long an address of an upload is good: not longer than the upload is waited for.
pub(super) fn life(services: &Services, row: &Row) -> Life {
    let from = services.clock.now();
    let left = (row.expires_at - from).to_std().unwrap_or_default();
    let lasts =
        left.min(Duration::from_secs(services.media.settings.put_seconds)).max(Duration::from_secs(1));
    Life { from, lasts }
}
