//! Roles of a brand's own, and their members.

use super::{Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn role() -> Noun {
    Noun {
        name: "Role".into(),
        plural: "roles",
        doc: "A role that a brand made for itself. It holds in that brand alone, beside the built-in ones.",
        kind: Some(Kind::Role),
        table: "role",
        key: "id",
        read: Permission::AccessManage,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: true,
        content: false,
        feed: ("name", false),
        fields: vec![
            Field::key("The global id."),
            Field::column(
                "name",
                "name",
                Scalar::Text,
                "The name in tokens, unique in the brand; it never changes.",
            )
            .sorts(),
            Field::column("description", "description", Scalar::Text, "What it is for.").optional(),
            Field::column("permissions", "permissions", Scalar::Texts, "What it gives, as `noun:verb`."),
            Field::column(
                "restrictions",
                "restrictions",
                Scalar::Json,
                "Which entries that is for, and what of them: `types`, `locales`, `statuses`, `rows`, `read`, `write`; empty for all.",
            ),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "Goes up by one with every change; give it as `expectedVersion`.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the role was created.").sorts(),
            Field::column("updatedAt", "updated_at", Scalar::Moment, "When the role was last changed.")
                .sorts(),
        ],
    }
}

pub(super) fn member() -> Noun {
    Noun {
        name: "Member".into(),
        plural: "members",
        doc: "Somebody who holds a role in a brand, whatever else their token says.",
        kind: Some(Kind::Member),
        table: "member",
        key: "id",
        read: Permission::AccessManage,
        scope: Scope::Column("brand_id"),
        trash: false,
        few: false,
        content: false,
        feed: ("created_at", true),
        fields: vec![
            Field::key("The global id."),
            Field::column("issuer", "issuer", Scalar::Text, "Who names them: the `iss` of their tokens.")
                .sorts(),
            Field::column(
                "subject",
                "subject",
                Scalar::Text,
                "The name that the issuer has for them: the `sub` of their tokens.",
            )
            .sorts(),
            Field::column("role", "role", Scalar::Text, "The name of the role, built in or the brand's own.")
                .sorts(),
            Field::column(
                "version",
                "version",
                Scalar::Int,
                "One: a member does not change, another role is another member.",
            ),
            Field::one("brand", "Brand", Join::to("brand_id"), "The brand.").filters(),
            Field::column("createdAt", "created_at", Scalar::Moment, "When the role was granted.").sorts(),
        ],
    }
}
