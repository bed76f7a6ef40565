//! Entries and their history.

use super::{Argument, EnumType, EnumValue, Field, Join, Noun, Scalar, Scope, types::ORIGIN};
use crate::domain::{access::Permission, node::Kind};

/// Where an entry stands.
static STATUS: EnumType = EnumType {
    name: "EntryStatus",
    doc: "Where an entry stands between writing and the public.",
    values: &[
        EnumValue { name: "DRAFT", sql: "draft", doc: "Being written; not public." },
        EnumValue {
            name: "SCHEDULED",
            sql: "scheduled",
            doc: "Will be published at `scheduledAt`; not public until then.",
        },
        EnumValue { name: "PUBLISHED", sql: "published", doc: "Public." },
        EnumValue { name: "ARCHIVED", sql: "archived", doc: "No longer public, kept for reference." },
    ],
};

const fn references(there: &'static str) -> Join {
    Join::Through { table: "entry_reference", here: "entry_id", there, position: Some("position") }
}

pub(super) fn entry() -> Noun {
    let tags = Join::Through { table: "entry_tag", here: "entry_id", there: "tag_id", position: None };
    let categories =
        Join::Through { table: "entry_category", here: "entry_id", there: "category_id", position: None };
    let referring = Join::Through {
        table: "entry_reference",
        here: "target_entry_id",
        there: "entry_id",
        position: None,
    };
    let translations = Join::Columns { here: "translation_id", there: "translation_id", others_only: true };
    Noun {
        name: "Entry".into(),
        plural: "entries",
        doc: "A piece of content, written here or pulled from a source.",
        kind: Some(Kind::Entry),
        table: "entry",
        key: "id",
        read: Permission::EntryRead,
        scope: Scope::Column("brand_id"),
        trash: true,
        few: false,
        content: true,
        feed: ("created_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::column(
                "slug",
                "slug",
                Scalar::Text,
                "The name in addresses, unique in brand, type and locale.",
            )
            .sorts(),
            Field::column("title", "title", Scalar::Text, "The headline.").sorts(),
            Field::column("status", "status", Scalar::Enum(&STATUS), "Where the entry stands.").sorts(),
            Field::column("locale", "locale", Scalar::Text, "The locale (BCP 47) it is written in.").sorts(),
            Field::column(
                "fields",
                "fields",
                Scalar::Json,
                "All custom fields, as the content type's schema has them.",
            ),
            Field::any_path(
                "field",
                "One custom field, by its path; null where the entry has no such field.",
            ),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            )
            .sorts(),
            Field::column(
                "publishedAt",
                "published_at",
                Scalar::Moment,
                "When it was first published; kept when it is unpublished.",
            )
            .present_when("status", "published")
            .sorts(),
            Field::column("scheduledAt", "scheduled_at", Scalar::Moment, "When it is going to be published.")
                .optional()
                .sorts(),
            Field::column(
                "publishProblem",
                "publish_problem",
                Scalar::Json,
                "Why it is a draft again although it was scheduled: `{code, message, at, failedAt, violations}`, at most 20 \
                 violations with path, code and message. Gone once it is published, scheduled or archived.",
            )
            .optional()
            .filters(),
            Field::column("createdAt", "created_at", Scalar::Moment, "When it was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When it was last changed.").sorts(),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::one("contentType", "ContentType", Join::to("content_type_id"), "The kind of entry.")
                .filters(),
            Field::list("tags", "Tag", tags, "The tags it is marked with.").filters(),
            Field::list("categories", "Category", categories, "The categories it is filed under.").filters(),
            Field::one(
                "reference",
                "Entry",
                references("target_entry_id"),
                "The first entry that a custom field refers to.",
            )
            .optional()
            .takes(Argument::ReferringField),
            Field::connection(
                "references",
                "Entry",
                references("target_entry_id"),
                "The entries that a custom field refers to, in the order of the field.",
            )
            .takes(Argument::AnyReferringField)
            .filters(),
            Field::connection("referencedBy", "Entry", referring, "The entries that refer to this one.")
                .takes(Argument::AnyReferringField)
                .filters(),
            Field::one(
                "asset",
                "Asset",
                references("target_asset_id"),
                "The first asset that a custom field refers to.",
            )
            .optional()
            .takes(Argument::ReferringField),
            Field::connection(
                "assets",
                "Asset",
                references("target_asset_id"),
                "The assets that a custom field refers to, in the order of the field.",
            )
            .takes(Argument::AnyReferringField)
            .filters(),
            Field::list(
                "translations",
                "Entry",
                translations,
                "The same entry in the brand's other locales.",
            )
            .filters(),
            Field::connection(
                "versions",
                "EntryVersion",
                Join::from("entry_id"),
                "What the entry was before, newest first.",
            ),
            Field::column("origin", "origin", Scalar::Enum(&ORIGIN), "Where it comes from."),
            Field::one(
                "source",
                "Source",
                Join::to("source_id"),
                "The platform it was pulled from; none for a local entry.",
            )
            .optional()
            .filters(),
            Field::column(
                "externalId",
                "external_id",
                Scalar::Text,
                "Its id at the source; none for a local entry.",
            )
            .optional(),
        ],
    }
}

pub(super) fn version() -> Noun {
    Noun {
        name: "EntryVersion".into(),
        plural: "entryVersions",
        doc: "What an entry was after one change.",
        kind: None,
        table: "entry_version",
        key: "version",
        read: Permission::EntryPreview,
        scope: Scope::Parent,
        trash: false,
        few: false,
        content: false,
        feed: ("version", true),
        fields: vec![
            Field::column("version", "version", Scalar::Int, "The entry's version after the change.").sorts(),
            Field::column("slug", "slug", Scalar::Text, "The slug it had."),
            Field::column("title", "title", Scalar::Text, "The title it had."),
            Field::column("status", "status", Scalar::Enum(&STATUS), "Where it stood."),
            Field::column("fields", "fields", Scalar::Json, "The custom fields it had."),
            Field::column(
                "change",
                "change",
                Scalar::Text,
                "What was done: `created`, `updated`, `published`, …",
            ),
            Field::column("actor", "actor", Scalar::Text, "Who did it."),
            Field::column("createdAt", "created_at", Scalar::Moment, "When it was done.").sorts(),
        ],
    }
}
