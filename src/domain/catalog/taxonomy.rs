//! Tags, flat, and categories, a tree.

use super::{Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn tag() -> Noun {
    let entries = Join::Through { table: "entry_tag", here: "tag_id", there: "entry_id", position: None };
    Noun {
        name: "Tag".into(),
        plural: "tags",
        doc: "A word that entries are marked with.",
        kind: Some(Kind::Tag),
        table: "tag",
        key: "id",
        read: Permission::EntryRead,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: false,
        content: false,
        feed: ("slug", false),
        fields: vec![
            Field::key("The global id."),
            Field::column("slug", "slug", Scalar::Text, "The name in addresses, unique in the brand.")
                .sorts(),
            Field::column("name", "name", Scalar::Text, "The name for people.").sorts(),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::connection("entries", "Entry", entries, "The entries marked with it."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the tag was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the tag was last changed.")
                .sorts(),
        ],
    }
}

pub(super) fn category() -> Noun {
    let entries =
        Join::Through { table: "entry_category", here: "category_id", there: "entry_id", position: None };
    Noun {
        name: "Category".into(),
        plural: "categories",
        doc: "A place in the brand's tree of subjects. The filter `path` takes a category together with all below it.",
        kind: Some(Kind::Category),
        table: "category",
        key: "id",
        read: Permission::EntryRead,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: false,
        content: false,
        feed: ("position", false),
        fields: vec![
            Field::key("The global id."),
            Field::column("slug", "slug", Scalar::Text, "The name in addresses, unique under its parent.")
                .sorts(),
            Field::column("name", "name", Scalar::Text, "The name for people.").sorts(),
            Field::column(
                "position",
                "position",
                Scalar::Int,
                "The place among its siblings, smallest first.",
            )
            .sorts(),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::one("parent", "Category", Join::to("parent_id"), "The category above; none for a root.")
                .optional()
                .filters(),
            Field::list(
                "path",
                "Category",
                Join::Listed { here: "path", order: Some("path") },
                "The categories from the root down to this one, itself included. As a filter: everything below a category, itself included.",
            )
            .filters(),
            Field::connection(
                "children",
                "Category",
                Join::from("parent_id"),
                "The categories directly below.",
            ),
            Field::connection("entries", "Entry", entries, "The entries filed under exactly this category."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the category was created.")
                .sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the category was last changed.")
                .sorts(),
        ],
    }
}
