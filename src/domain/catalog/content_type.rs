//! Content types: what the entries of one kind look like.

use super::{Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn content_type() -> Noun {
    Noun {
        name: "ContentType".into(),
        plural: "contentTypes",
        doc: "A kind of entry. Its JSON Schema says which custom fields an entry has, and which of them filter, sort, are searched, are unique or refer.",
        kind: Some(Kind::ContentType),
        table: "content_type",
        key: "id",
        read: Permission::BrandRead,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: true,
        content: false,
        feed: ("key", false),
        fields: vec![
            Field::key("The global id."),
            Field::column("key", "key", Scalar::Text, "The name in queries, unique in the brand.").sorts(),
            Field::column("name", "name", Scalar::Text, "The name for people.").sorts(),
            Field::column("description", "description", Scalar::Text, "What entries of this kind are for.")
                .optional(),
            Field::column(
                "schema",
                "schema",
                Scalar::Json,
                "The JSON Schema (2020-12) of the custom fields.",
            ),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::connection("entries", "Entry", Join::from("content_type_id"), "The entries of this kind."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the type was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the type was last changed.")
                .sorts(),
        ],
    }
}
