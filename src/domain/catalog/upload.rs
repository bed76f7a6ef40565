//! Uploads: files on their way to become assets.

use super::{EnumType, EnumValue, Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

static STATE: EnumType = EnumType {
    name: "UploadState",
    doc: "How far an upload has come.",
    values: &[
        EnumValue {
            name: "PENDING",
            sql: "pending",
            doc: "The client has still to send the file, or to say with `completeUpload` that it did.",
        },
        EnumValue { name: "VERIFYING", sql: "verifying", doc: "The file is being looked at." },
        EnumValue { name: "READY", sql: "ready", doc: "There is an asset of it." },
        EnumValue {
            name: "QUARANTINED",
            sql: "quarantined",
            doc: "A scanner found something in the file, which was removed.",
        },
        EnumValue {
            name: "FAILED",
            sql: "failed",
            doc: "The file is not what was promised, or the upload was aborted; what there was of it was removed.",
        },
        EnumValue {
            name: "EXPIRED",
            sql: "expired",
            doc: "The client took too long; what there was of the file was removed.",
        },
    ],
};

pub(super) fn upload() -> Noun {
    Noun {
        name: "Upload".into(),
        plural: "uploads",
        doc: "A file on its way to become an asset.",
        kind: Some(Kind::Upload),
        table: "upload",
        key: "id",
        read: Permission::AssetWrite,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: false,
        content: false,
        feed: ("created_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::column("state", "state", Scalar::Enum(&STATE), "How far it has come."),
            Field::column("filename", "filename", Scalar::Text, "The file's name."),
            Field::column("mediaType", "media_type", Scalar::Text, "The media type that was promised."),
            Field::column("byteSize", "byte_size", Scalar::Number, "The size in bytes that was promised."),
            Field::column("sha256", "sha256", Scalar::Text, "The SHA-256 that was promised, in hexadecimal."),
            Field::column(
                "partSize",
                "part_size",
                Scalar::Number,
                "The size of every part but the last, in bytes; none where the file is sent in one request.",
            )
            .optional(),
            Field::column("partCount", "part_count", Scalar::Int, "How many parts there are to be.").optional(),
            Field::column(
                "problemCode",
                "problem_code",
                Scalar::Text,
                "Why it came to nothing: `size`, `sha256`, `media_type`, `malware`, `missing`, `aborted`, `expired`.",
            )
            .optional(),
            Field::column("problem", "problem", Scalar::Text, "The same for a person.").optional(),
            Field::one("asset", "Asset", Join::to("asset_id"), "The asset that was made of it.")
                .optional()
                .filters(),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change.",
            ),
            Field::column("expiresAt", "expires_at", Scalar::Moment, "When it ends if it is not completed.").sorts(),
            Field::column("createdAt", "created_at", Scalar::Moment, "When it was asked for.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When it was last changed.").sorts(),
        ],
    }
}
