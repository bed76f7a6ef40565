//! API keys and applications: what made them, what they may do, and how long. Their secrets are nowhere to be read.

use super::{Field, Join, Noun, Scalar, Scope};
use crate::domain::{access::Permission, node::Kind};

pub(super) fn api_key() -> Noun {
    Noun {
        name: "ApiKey".into(),
        plural: "apiKeys",
        doc: "A key that a program shows with every request. Its secret is told once, when it is made or rotated.",
        kind: Some(Kind::ApiKey),
        table: "api_key",
        fields: fields("key"),
        ..noun()
    }
}

pub(super) fn application() -> Noun {
    let client = Field::column(
        "clientId",
        "client_id",
        Scalar::Text,
        "What the application gives as `client_id` at `/v1/oauth/token`.",
    );
    let mut fields = fields("application");
    fields.insert(1, client.unique());
    Noun {
        name: "Application".into(),
        plural: "applications",
        doc: "A program of a partner, which exchanges its secret for short-lived tokens at `/v1/oauth/token` (OAuth 2.0 client credentials).",
        kind: Some(Kind::Application),
        table: "application",
        fields,
        ..noun()
    }
}

/// What both have in common. Those of one brand are seen by who looks after that brand, all others by who looks after all brands.
fn noun() -> Noun {
    Noun {
        name: "".into(),
        plural: "",
        doc: "",
        kind: None,
        table: "",
        key: "id",
        read: Permission::AccessManage,
        scope: Scope::Column("owner_id"),
        trash: false,
        few: true,
        content: false,
        feed: ("created_at", false),
        fields: Vec::new(),
    }
}

fn fields(what: &'static str) -> Vec<Field> {
    let key = what == "key";
    vec![
        Field::key("The global id."),
        Field::column("name", "name", Scalar::Text, "The name for people.").sorts(),
        Field::column("roles", "roles", Scalar::Texts, "The names of its roles. They add up."),
        Field::column("everyBrand", "every_brand", Scalar::Boolean, "Whether its roles hold in every brand."),
        Field::list(
            "brands",
            "Brand",
            Join::Listed { here: "brands", order: None },
            "The brands in which its roles hold, where those are not all.",
        ),
        Field::column("expiresAt", "expires_at", Scalar::Moment, "When it ends; none where it has no end.")
            .optional()
            .sorts(),
        Field::column(
            "previousUntil",
            "previous_until",
            Scalar::Moment,
            "How long the secret from before the last rotation is good; none where there was none.",
        )
        .optional(),
        Field::column(
            "lastUsedAt",
            "last_used_at",
            Scalar::Moment,
            if key {
                "When it was last used, to the minute; none where it never was."
            } else {
                "When it last got a token, to the minute; none where it never did."
            },
        )
        .optional()
        .sorts(),
        Field::column("revokedAt", "revoked_at", Scalar::Moment, "When it was taken back.").optional(),
        Field::column(
            "version",
            "version",
            Scalar::Int,
            "Goes up by one with every change; give it as `expectedVersion`.",
        ),
        Field::column("createdAt", "created_at", Scalar::Moment, "When it was made.").sorts(),
        Field::column("updatedAt", "updated_at", Scalar::Moment, "When it was last changed.").sorts(),
    ]
}
