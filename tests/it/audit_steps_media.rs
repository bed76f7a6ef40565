//! What the mutations of assets and uploads are asked in turn, and what their records must say.

use serde_json::{Value, json};

use crate::audit_steps::{Step, step};

pub fn media() -> Vec<Step> {
    let asset = json!({"filename": "a.jpg", "title": null, "alt": "An olive", "mediaType": "image/jpeg", "byteSize": null, "width": null,
        "height": null, "url": "https://cdn.example/a.jpg", "metadata": {}, "sha256": null,
        "durationSeconds": null, "placeholder": null, "alts": {"de": "Eine Olive"}, "credit": null, "focalX": null, "focalY": null,
        "rightsFrom": null, "rightsUntil": null, "territories": [], "sourceId": null, "externalId": null, "version": 1, "deletedAt": null});
    let v = |from: i32| (json!({"version": from}), json!({"version": from + 1}));
    let with = |mut side: Value, more: Value| {
        side.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        side
    };
    let change =
        |version: i32, before: Value, after: Value| (with(v(version).0, before), with(v(version).1, after));
    let mut steps = Vec::new();
    let mut add = |mutation, name, input, kind, (before, after)| {
        steps.push(step(mutation, name, input, kind, before, after))
    };
    add(
        "createAsset",
        "asset",
        json!({"brandId": "$brand", "filename": "a.jpg", "mediaType": "image/jpeg", "url": "https://cdn.example/a.jpg",
        "alt": "An olive", "about": {"alts": [{"locale": "de", "text": "Eine Olive"}]}}),
        "asset.created",
        (Value::Null, asset),
    );
    add(
        "updateAsset",
        "asset",
        json!({"id": "$asset", "alt": null, "width": 640, "about": {"credit": "Ann", "territories": ["de"]}}),
        "asset.updated",
        change(
            1,
            json!({"alt": "An olive", "width": null, "credit": null, "territories": []}),
            json!({"alt": null, "width": 640, "credit": "Ann", "territories": ["DE"]}),
        ),
    );
    let upload = json!({"state": "pending", "filename": "a.txt", "mediaType": "text/plain", "byteSize": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "partSize": null, "partCount": null,
        "problemCode": null, "problem": null, "assetId": null, "version": 1, "expiresAt": "2026-11-27T12:00:00Z"});
    let promised = json!({"brandId": "$brand", "filename": "a.txt", "mediaType": "text/plain", "byteSize": 3,
        "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"});
    add("requestUpload", "upload", promised.clone(), "upload.requested", (Value::Null, upload.clone()));
    add(
        "completeUpload",
        "upload",
        json!({"id": "$upload"}),
        "upload.completed",
        change(1, json!({"state": "pending"}), json!({"state": "verifying"})),
    );
    add("requestUpload", "unwanted", promised, "upload.requested", (Value::Null, upload));
    add(
        "abortUpload",
        "unwanted",
        json!({"id": "$unwanted"}),
        "upload.aborted",
        change(
            1,
            json!({"state": "pending", "problemCode": null, "problem": null}),
            json!({"state": "failed", "problemCode": "aborted", "problem": "the upload was aborted"}),
        ),
    );
    add(
        "deleteAsset",
        "asset",
        json!({"id": "$asset"}),
        "asset.deleted",
        change(2, json!({"deletedAt": null}), json!({"deletedAt": "2026-11-20T12:00:00Z"})),
    );
    add(
        "restoreAsset",
        "asset",
        json!({"id": "$asset"}),
        "asset.restored",
        change(3, json!({"deletedAt": "2026-11-20T12:00:00Z"}), json!({"deletedAt": null})),
    );
    steps
}
