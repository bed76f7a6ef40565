//! Brands and their locales.

use super::{Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn brand() -> Noun {
    Noun {
        name: "Brand".into(),
        plural: "brands",
        doc: "A brand: the owner of content types, entries, taxonomy, assets and sources. Brands are sealed off from one another.",
        kind: Some(Kind::Brand),
        table: "brand",
        key: "id",
        read: Permission::BrandRead,
        scope: Scope::Column("id"),
        trash: true,
        few: true,
        content: false,
        feed: ("slug", false),
        fields: vec![
            Field::key("The global id."),
            Field::column("slug", "slug", Scalar::Text, "The name in addresses, unique among brands.")
                .unique()
                .sorts(),
            Field::column("name", "name", Scalar::Text, "The name for people.").sorts(),
            Field::column(
                "defaultLocale",
                "default_locale",
                Scalar::Text,
                "The locale (BCP 47) of entries that name none.",
            ),
            Field::list(
                "locales",
                "Locale",
                Join::from("brand_id"),
                "The locales that the brand writes in, in its own order.",
            )
            .filters(),
            Field::connection(
                "contentTypes",
                "ContentType",
                Join::from("brand_id"),
                "The kinds of entry that the brand has.",
            ),
            Field::connection("entries", "Entry", Join::from("brand_id"), "The brand's entries."),
            Field::connection(
                "assets",
                "Asset",
                Join::from("brand_id"),
                "The brand's images, films and documents.",
            ),
            Field::connection("tags", "Tag", Join::from("brand_id"), "The brand's tags."),
            Field::connection(
                "categories",
                "Category",
                Join::from("brand_id"),
                "The brand's categories, of every level.",
            ),
            Field::connection(
                "sources",
                "Source",
                Join::from("brand_id"),
                "The platforms that the brand's content is pulled from.",
            ),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the brand was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the brand was last changed.")
                .sorts(),
        ],
    }
}

pub(super) fn locale() -> Noun {
    Noun {
        name: "Locale".into(),
        plural: "locales",
        doc: "A locale that a brand writes in.",
        kind: None,
        table: "locale",
        key: "code",
        read: Permission::BrandRead,
        scope: Scope::Parent,
        trash: false,
        few: true,
        content: false,
        feed: ("position", false),
        fields: vec![
            Field::column("code", "code", Scalar::Text, "The BCP 47 tag, `fr-CA`."),
            Field::column(
                "fallback",
                "fallback",
                Scalar::Text,
                "The locale that stands in where a translation is missing.",
            )
            .optional(),
            Field::column(
                "chain",
                "chain",
                Scalar::Texts,
                "The locales that are looked in, best first, this one included.",
            ),
        ],
    }
}
