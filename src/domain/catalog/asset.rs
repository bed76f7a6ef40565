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
            Field::column("url", "url", Scalar::Text, "Where the file is."),
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
