//! Assets: images, films and documents, by their metadata.

use super::{Argument, Field, Join, Noun, Scalar, Scope, types::ORIGIN};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn asset() -> Noun {
    let entries = Join::Through {
        table: "entry_reference",
        here: "target_asset_id",
        there: "entry_id",
        position: None,
    };
    Noun {
        name: "Asset".into(),
        plural: "assets",
        doc: "An image, a film or a document.",
        kind: Some(Kind::Asset),
        table: "asset",
        key: "id",
        read: Permission::AssetRead,
        scope: Scope::Column("brand_id"),
        trash: true,
        few: false,
        content: false,
        feed: ("created_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::column("filename", "filename", Scalar::Text, "The file's name.").sorts(),
            Field::column("title", "title", Scalar::Text, "The name for people.").optional().sorts(),
            Field::column("alt", "alt", Scalar::Text, "What the picture shows, for those who do not see it.")
                .optional(),
            Field::column("mediaType", "media_type", Scalar::Text, "The media type, `image/jpeg`.").sorts(),
            Field::column("byteSize", "byte_size", Scalar::Number, "The size in bytes.").optional().sorts(),
            Field::column("width", "width", Scalar::Int, "The width in pixels.").optional().sorts(),
            Field::column("height", "height", Scalar::Int, "The height in pixels.").optional().sorts(),
            Field::column(
                "url",
                "url",
                Scalar::Text,
                "Where the file is: an address on the web, or, where brandgraph keeps it, the path `/v1/assets/…` on this server, which redirects to a short-lived address.",
            )
            .varies(),
            Field::column(
                "sha256",
                "sha256",
                Scalar::Text,
                "The SHA-256 of the file in hexadecimal; none where the file is elsewhere.",
            )
            .optional(),
            Field::column(
                "durationSeconds",
                "duration_seconds",
                Scalar::Number,
                "How long a recording takes, in seconds, where that is known.",
            )
            .optional()
            .sorts(),
            Field::column(
                "placeholder",
                "placeholder",
                Scalar::Text,
                "A picture of a few bytes to show while the real one is loaded: a ThumbHash in base64.",
            )
            .optional(),
            Field::column("alts", "alts", Scalar::Json, "What the picture shows, by locale."),
            Field::column("credit", "credit", Scalar::Text, "Whom to name beside it.").optional(),
            Field::column(
                "focalX",
                "focal_x",
                Scalar::Number,
                "What must stay in sight when it is cropped: its place from the left, 0 to 1.",
            )
            .optional(),
            Field::column("focalY", "focal_y", Scalar::Number, "The same from the top, 0 to 1.").optional(),
            Field::column("rightsFrom", "rights_from", Scalar::Moment, "From when on it may be shown.")
                .optional()
                .sorts(),
            Field::column("rightsUntil", "rights_until", Scalar::Moment, "Until when it may be shown.")
                .optional()
                .sorts(),
            Field::column(
                "territories",
                "territories",
                Scalar::Texts,
                "The countries in which it may be shown (ISO 3166-1, two letters); empty for all.",
            ),
            Field::column("metadata", "metadata", Scalar::Json, "Whatever else is known of the file."),
            Field::column("origin", "origin", Scalar::Enum(&ORIGIN), "Where it comes from."),
            Field::one(
                "source",
                "Source",
                Join::to("source_id"),
                "The platform it was pulled from; none for a local asset.",
            )
            .optional()
            .filters(),
            Field::column(
                "externalId",
                "external_id",
                Scalar::Text,
                "Its id at the source; none for a local asset.",
            )
            .optional(),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::connection("entries", "Entry", entries, "The entries that refer to it.")
                .takes(Argument::AnyReferringField),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the asset was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the asset was last changed.")
                .sorts(),
        ],
    }
}
